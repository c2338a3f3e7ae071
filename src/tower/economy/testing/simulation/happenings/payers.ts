import type { JobRecord } from "../../../../../protocol/records.ts";
import { toMsat } from "../../../../../protocol/units.ts";
import { visitor } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { payFromOutside, surplus } from "../paying.ts";
import { OWNERS, type World } from "../world.ts";

const isUnpaid = ({ phase }: JobRecord): boolean =>
  phase === "awaiting_eval_payment" || phase === "awaiting_work_payment";

/** Payers pay from purses and from outside: what is due, twice, too much, too late, or with the tower down. */
export function payers(world: World): Happenings {
  const { random, clock, outside, lives } = world;

  function pay(job: JobRecord): void {
    const invoiceType = job.phase === "awaiting_eval_payment" || random.next() < 0.1 ? "eval" : "work";
    const requestId = world.newRequest();
    world.say(world.speaker(job), { type: "pay_invoice", requestId, jobId: job.jobId, invoiceType });
  }

  /** An invoice that the outside may pay: purses pay what is open, so not a settled one. */
  function payable(job: JobRecord) {
    const invoice = (random.next() < 0.5 ? job.workInvoice : undefined) ?? job.evalInvoice;
    return invoice?.state === "settled" ? undefined : invoice;
  }

  function payUntold(invoice: JobRecord["evalInvoice"]): string | undefined {
    if (invoice?.paymentRequest === undefined) return undefined;
    const due = { paymentHash: outside.hashOf(invoice.paymentRequest), sats: invoice.amountSats };
    return payFromOutside(world, due, surplus(random), clock.now());
  }

  /** The clock goes on to just after an invoice's expiry. */
  function outlive(invoice: JobRecord["evalInvoice"]): void {
    const end = Date.parse(invoice?.expiresAt ?? "");
    if (end >= clock.now()) clock.advance(end - clock.now() + 1 + random.below(2));
  }

  return {
    toJobs: [
      { name: "pay", weight: 6, fits: isUnpaid, happen: pay },
      {
        name: "pay twice",
        weight: 1,
        fits: isUnpaid,
        happen(job) {
          pay(job);
          pay(job);
        },
      },
      {
        name: "pay from outside",
        weight: 1.5,
        fits: isUnpaid,
        happen(job) {
          const paymentHash = payUntold(payable(job));
          if (paymentHash !== undefined && random.next() < 0.5) world.hint(paymentHash);
        },
      },
      {
        name: "pay from outside as the invoice expires",
        weight: 0.8,
        fits: isUnpaid,
        happen(job) {
          const invoice = payable(job);
          const end = Date.parse(invoice?.expiresAt ?? "");
          if (invoice?.paymentRequest === undefined || end < clock.now()) return;
          // The last instant is in time, the next is not.
          const paymentHash = outside.hashOf(invoice.paymentRequest);
          outside.pay(paymentHash, { amount: toMsat(invoice.amountSats), at: end + random.below(2) });
          clock.advance(end + 1 - clock.now());
        },
      },
      {
        name: "pay while the tower is down",
        weight: 0.7,
        fits: isUnpaid,
        happen: (job) =>
          lives.whileDown(() => {
            const invoice = payable(job);
            const late = random.next() < 0.6;
            if (late) outlive(invoice);
            payUntold(invoice);
            if (!late && random.next() < 0.5) outlive(invoice);
          }),
      },
    ],
    otherwise: [
      {
        name: "fill a purse",
        weight: 1,
        happen() {
          const owner = random.pick(OWNERS);
          if (owner === undefined) return;
          world.say(visitor(owner), { type: "purse_topup", requestId: world.newRequest() });
        },
      },
    ],
  };
}
