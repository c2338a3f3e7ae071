import type { JobRecord } from "../../../protocol/records.ts";

/** How long each phase may last, in milliseconds. Waiting for a payment lasts as long as its invoice. */
export interface PhaseLimits {
  readonly evaluating: number;
  readonly executing: number;
}

/**
 * When a job's present phase is over, in milliseconds since 1970; undefined when nothing limits it. An invoice
 * can be paid until its expiry has passed, so its job is looked at a millisecond later.
 */
export function deadlineOf(job: JobRecord, limits: PhaseLimits): number | undefined {
  switch (job.phase) {
    case "awaiting_eval_payment":
      return expiry(job.evalInvoice);
    case "awaiting_work_payment":
      return expiry(job.workInvoice);
    case "evaluating":
      return since(job, limits.evaluating);
    case "executing":
      return since(job, limits.executing);
    case "queued":
    case "closed":
      return undefined;
  }
}

const expiry = (invoice: JobRecord["evalInvoice"]): number | undefined =>
  invoice?.expiresAt === undefined ? undefined : Date.parse(invoice.expiresAt) + 1;

const since = (job: JobRecord, milliseconds: number): number | undefined =>
  job.phaseAt === undefined ? undefined : Date.parse(job.phaseAt) + milliseconds;
