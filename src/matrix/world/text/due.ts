import type { JobView } from "../../../job/view.ts";

/**
 * Whether something of a job waits for the person in this browser: an invoice that they can pay, or sats that they can
 * claim back. Both show in what only they are told: the invoice's text, and whose job it is.
 */
export function isDueHere(job: JobView): boolean {
  return job.allowed.some((action) => {
    if (action === "claim_refund") return job.ownerId !== undefined;
    if (action === "pay_eval") return job.evalInvoice?.paymentRequest !== undefined;
    return action === "pay_work" && job.workInvoice?.paymentRequest !== undefined;
  });
}
