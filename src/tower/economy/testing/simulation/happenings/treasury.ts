import type { JobRecord } from "../../../../../protocol/records.ts";
import { sats } from "../../../../../protocol/units.ts";
import { outsideInvoice } from "../../../../lightning/play/test-network.ts";
import { OPERATOR } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { payFromOutside, surplus } from "../paying.ts";
import { AGENTS, type OpenInvoice, type World } from "../world.ts";

/** What is taken out, in sats: together a day's limit and more, more than any day's, more than there is, and too little. */
const AMOUNTS = [400, 900, 990, 1_500, 2_000, 2_990, 3_000, 5_000, 150_000, 2];
const LIMITS = [1_000, 3_000, 3_000, 6_000];
/** What the routes of refunds may cost in a day: nothing, a few routes, as many as come. */
const ROUTINGS = [0, 15, 1_000, 1_000];
const MARGINS = [0, 40, 40, 75];

const isUnpaid = ({ phase }: JobRecord): boolean =>
  phase === "awaiting_eval_payment" || phase === "awaiting_work_payment";

/** Operators spend the tower's own sats on jobs, put more into it, take some out, and set what they allow. */
export function treasury(world: World): Happenings {
  const { random, clock, lives, outside, brain } = world;
  let withdrawals = 0;
  /** What each withdrawal was first asked for with. */
  const first = new Map<string, { readonly amount: number; readonly paymentRequest: string }>();

  function ask(): void {
    const requestId = world.newRequest();
    const agentId = random.pick(AGENTS);
    if (agentId === undefined) return;
    const request = `Summarise ${requestId}.`;
    world.say(OPERATOR, { type: "job_request", requestId, agentId, request, funding: "treasury" });
  }
  function payFor(job: JobRecord): void {
    const { jobId, phase } = job;
    const invoiceType = phase === "awaiting_eval_payment" ? "eval" : "work";
    const requestId = world.newRequest();
    world.say(OPERATOR, { type: "pay_invoice", requestId, jobId, invoiceType, from: "treasury" });
  }
  function withdrawAny(key = `w${++withdrawals}`): void {
    const before = random.next() < 0.8 ? first.get(key) : undefined;
    const amount = before?.amount ?? random.pick(AMOUNTS) ?? 400;
    const isRepeated = random.next() < 0.5;
    const paymentRequest =
      isRepeated && before !== undefined ? before.paymentRequest : outsideInvoice(sats(amount), clock.now());
    if (!first.has(key)) first.set(key, { amount, paymentRequest });
    world.withdraw(key, outside.hashOf(paymentRequest));
    const { treasury } = lives.tower.economy;
    world.ask(() => treasury.withdraw(key, sats(amount), { paymentRequest }));
  }
  function deposit(paid?: (invoice: OpenInvoice) => void): void {
    const amount = sats(500 + random.below(2_000));
    const { treasury } = lives.tower.economy;
    world.ask(
      () => treasury.deposit(amount),
      ({ paymentHash, expiresAt }) => {
        const invoice = { paymentHash, expiresAt, sats: amount };
        world.deposit(invoice);
        paid?.(invoice);
      },
    );
  }
  function payDeposit(invoice: OpenInvoice | undefined): void {
    if (invoice === undefined) return;
    payFromOutside(world, invoice, surplus(random), clock.now());
    if (random.next() < 0.6) world.hint(invoice.paymentHash);
  }
  function change(changes: { readonly dailyLimit?: number; readonly margin?: number }): void {
    const { dailyLimit, margin } = changes;
    const inForce = world.allow(changes);
    const { treasury } = lives.tower.economy;
    world.ask(
      () =>
        treasury.change({
          ...(dailyLimit !== undefined && { dailyLimitSats: sats(dailyLimit) }),
          ...(margin !== undefined && { marginPercent: margin }),
        }),
      inForce,
    );
  }

  return {
    toJobs: [
      { name: "pay from the treasury", weight: 0.6, fits: isUnpaid, happen: payFor },
      {
        name: "pay from the treasury, and then as well",
        weight: 0.6,
        fits: isUnpaid,
        async happen(job) {
          payFor(job);
          if (random.next() < 0.7) await lives.rest();
          const invoice = job.phase === "awaiting_eval_payment" ? job.evalInvoice : job.workInvoice;
          // A purse that has paid it keeps others from it; nobody else is kept from it.
          const isPaid = invoice?.state === "settled" && invoice.paidBy === undefined;
          if (invoice?.paymentRequest === undefined || isPaid) return;
          const due = { paymentHash: outside.hashOf(invoice.paymentRequest), sats: invoice.amountSats };
          world.hint(payFromOutside(world, due, surplus(random), clock.now()));
        },
      },
    ],
    otherwise: [
      {
        name: "ask for the treasury",
        weight: 1.5,
        happen: ask,
      },
      {
        name: "deposit",
        weight: 1,
        happen: () => deposit(random.next() < 0.6 ? payDeposit : undefined),
      },
      {
        name: "pay a deposit",
        weight: 0.5,
        happen: () => payDeposit(random.pick(world.deposits)),
      },
      { name: "withdraw", weight: 2, happen: () => withdrawAny() },
      {
        name: "withdraw, several at once",
        weight: 0.8,
        happen() {
          for (let many = 2 + random.below(3); many > 0; many--) withdrawAny();
        },
      },
      {
        name: "withdraw, several one after the other",
        weight: 0.8,
        async happen() {
          for (let many = 3 + random.below(3); many > 0; many--) {
            withdrawAny();
            await lives.rest();
          }
        },
      },
      {
        name: "withdraw again under the same key",
        weight: 0.8,
        happen() {
          const isKnown = withdrawals > 0 && random.next() < 0.5;
          const again = isKnown ? `w${1 + random.below(withdrawals)}` : `w${++withdrawals}`;
          withdrawAny(again);
          if (!isKnown || random.next() < 0.5) withdrawAny(again);
        },
      },
      {
        name: "change the daily limit",
        weight: 0.6,
        happen: () => change({ dailyLimit: random.pick(LIMITS) ?? 3_000 }),
      },
      {
        name: "change what routes may cost in a day",
        weight: 0.6,
        happen() {
          const dailyRoutingSats = sats(random.pick(ROUTINGS) ?? 1_000);
          const { treasury } = lives.tower.economy;
          world.ask(() => treasury.change({ dailyRoutingSats }));
        },
      },
      {
        name: "change the margin",
        weight: 0.6,
        happen: () => change({ margin: random.pick(MARGINS) ?? 40 }),
      },
      {
        name: "change the margin while the treasury's request is judged",
        weight: 0.6,
        async happen() {
          const { behaviour } = brain;
          brain.behaviour = { ...behaviour, evaluate: "hold" };
          ask();
          await lives.rest();
          change({ margin: random.pick(MARGINS) ?? 40 });
          await lives.rest();
          brain.behaviour = behaviour;
          brain.release();
        },
      },
    ],
  };
}
