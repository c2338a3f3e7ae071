import type { JobRecord } from "../../../../../protocol/records.ts";
import { sats } from "../../../../../protocol/units.ts";
import { outsideInvoice } from "../../../../lightning/play/test-network.ts";
import type { Payouts } from "../../outside.ts";
import type { Happenings } from "../happening.ts";
import type { World } from "../world.ts";

/** What becomes of payouts, and how often beside the rest. */
export const PAYOUTS: readonly Payouts[] = [
  "paid",
  "paid",
  "answer lost",
  "answer lost",
  "never sent",
  "no route",
  "no route",
];

const isOwed = ({ refund }: JobRecord): boolean =>
  refund === "owed" || refund === "paying" || refund === "unknown";

/** Owners claim what is owed back, to their purses and outside, and the network does with it what it does. */
export function refunds(world: World): Happenings {
  const { random, clock, outside } = world;

  function claim(job: JobRecord, paymentRequest?: string): void {
    const to = paymentRequest === undefined ? {} : { paymentRequest };
    const requestId = world.newRequest();
    world.say(world.speaker(job), { type: "refund_claim", requestId, jobId: job.jobId, ...to });
  }
  const invoiceFor = (job: JobRecord): string =>
    outsideInvoice(sats(Math.max(1, job.owedSats + (random.next() < 0.8 ? 0 : 1))), clock.now());

  return {
    toJobs: [
      { name: "claim", weight: 1, fits: isOwed, happen: (job) => claim(job) },
      {
        name: "claim twice",
        weight: 1,
        fits: isOwed,
        happen(job) {
          claim(job);
          claim(job);
        },
      },
      { name: "claim to the outside", weight: 1, fits: isOwed, happen: (job) => claim(job, invoiceFor(job)) },
    ],
    otherwise: [
      {
        name: "change what becomes of payouts",
        weight: 3,
        happen() {
          outside.payouts = random.pick(PAYOUTS) ?? "paid";
        },
      },
    ],
  };
}
