import type { FactOf, JobFact } from "../protocol/facts.ts";
import type { InvoiceRecord, InvoiceType, JobRecord } from "../protocol/records.ts";
import { NO_SATS, type Sats, sats } from "../protocol/units.ts";

/** Everything about a job but the two states its regions are in. */
export type JobContext = Omit<JobRecord, "phase" | "refund">;

/** The facts that move a job once it has started. */
export type JobEvent = Exclude<JobFact, { type: "job_started" }>;

export const invoiceOf = (job: JobContext, type: InvoiceType): InvoiceRecord | undefined =>
  type === "eval" ? job.evalInvoice : job.workInvoice;

/** Whether this payment is the one the job waits for: its invoice is open, it is whole and in time, and work goes on. */
export function isAwaited(job: JobContext, fact: FactOf<"invoice_settled">): boolean {
  const invoice = invoiceOf(job, fact.invoiceType);
  if (invoice === undefined) return false;
  // Lightning settles nothing below what was asked; a wallet that says otherwise must not start work.
  const isWhole = fact.amountSats === undefined || fact.amountSats >= invoice.amountSats;
  return invoice.state === "open" && isWhole && fact.onTime && job.outcome === undefined;
}

/** How much of a settlement is beyond what was due; all of it when nothing was. Older towers' silence means what was asked. */
export function surplus(job: JobContext, fact: FactOf<"invoice_settled">): Sats {
  const asked = invoiceOf(job, fact.invoiceType)?.amountSats ?? NO_SATS;
  const due = isAwaited(job, fact) ? asked : NO_SATS;
  return sats(Math.max(0, (fact.amountSats ?? asked) - due));
}
