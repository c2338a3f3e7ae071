import type { JobEvent } from "../../../job/context.ts";
import { startJob, stepJob } from "../../../job/step.ts";
import { completed, invoiceRequest, placed, refunded, settled, started } from "../../../job/testing/facts.ts";
import type { JobId } from "../../../protocol/ids.ts";
import type { Funding, JobRecord } from "../../../protocol/records.ts";

/** A job that these facts have happened to. */
export const jobAfter = (...facts: readonly JobEvent[]): JobRecord =>
  placed(facts).reduce(stepJob, startJob(started()));

/** One job in each phase, of 10 sats to evaluate and 200 to do; its agent is alpha. */
export const JOBS = {
  new: jobAfter(),
  awaitingEval: jobAfter(invoiceRequest("eval")),
  evaluating: jobAfter(invoiceRequest("eval"), settled("eval")),
  awaitingWork: jobAfter(invoiceRequest("eval"), settled("eval"), invoiceRequest("work")),
  queued: jobAfter(
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work", { queuePlace: 2 }),
  ),
  executing: jobAfter(invoiceRequest("eval"), settled("eval"), invoiceRequest("work"), settled("work")),
  completed: jobAfter(
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work"),
    completed("completed", 50),
  ),
  cancelled: jobAfter(invoiceRequest("eval"), completed("cancelled")),
} as const;

/** A job that waits in the queue of alpha, at the place it was last told. */
export const waiting = (id: string, place: number): JobRecord => ({
  ...jobAfter(
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work", { queuePlace: place }),
  ),
  jobId: id as JobId,
});

/** One job in each phase that is paid ahead, of 10 sats to evaluate, 200 set aside and 200 to do. */
export function funded(funding: Exclude<Funding, "invoice">) {
  const paidBy = ({ session: "session", treasury: "treasury", l402: "token" } as const)[funding];
  const after = (...facts: readonly JobEvent[]): JobRecord =>
    placed(facts).reduce(stepJob, startJob(started(funding)));
  const evaluated = [invoiceRequest("eval"), settled("eval", { paidBy })] as const;
  const priced = [...evaluated, invoiceRequest("work")] as const;
  return {
    evaluating: after(...evaluated),
    queued: after(...priced, settled("work", { paidBy, queuePlace: 2 })),
    executing: after(...priced, settled("work", { paidBy })),
    completed: after(
      ...priced,
      settled("work", { paidBy }),
      completed("completed", 50),
      refunded(50, "credit"),
    ),
  } as const;
}
