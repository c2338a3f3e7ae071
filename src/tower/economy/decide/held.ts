import type { InvoiceRecord, JobRecord } from "../../../protocol/records.ts";
import { NO_SATS, type Sats, sats } from "../../../protocol/units.ts";
import type { Fund, PaidFrom } from "./decision.ts";

/** The invoice whose payment the tower holds and has not earned: the evaluation's until its verdict, then the work's. */
export function heldInvoice(job: JobRecord): InvoiceRecord | undefined {
  switch (job.phase) {
    case "evaluating":
      return job.evalInvoice;
    case "queued":
    case "executing":
      return job.workInvoice;
    default:
      return undefined;
  }
}

/** What the tower holds for a job and has not earned. */
export function heldSats(job: JobRecord): Sats {
  const invoice = heldInvoice(job);
  return invoice?.state === "settled" ? invoice.amountSats : NO_SATS;
}

/** Everything of a fund that a job which is funded ahead has and may still give back. */
export const setAsideSats = (job: JobRecord): Sats => sats(heldSats(job) + (job.reservedSats ?? NO_SATS));

/** What a job is funded ahead from; undefined when each invoice is paid by itself. */
export function fundOf(job: JobRecord): Fund | undefined {
  switch (job.funding) {
    case "invoice":
      return undefined;
    case "treasury":
      return { kind: "treasury" };
    case "session":
      if (job.sessionId === undefined)
        throw new Error(`job ${job.jobId} is funded by no session in particular`);
      return { kind: "session", sessionId: job.sessionId };
    case "l402":
      if (job.tokenId === undefined) throw new Error(`job ${job.jobId} is funded by no token in particular`);
      return { kind: "token", tokenId: job.tokenId };
  }
}

/** What paid an invoice, and has back what is left of it. */
export function paidFrom(job: JobRecord, invoice: InvoiceRecord | undefined): PaidFrom {
  if (invoice?.paidBy === undefined) return { kind: "payer" };
  return invoice.paidBy === "treasury" ? { kind: "treasury" } : (fundOf(job) ?? { kind: "payer" });
}
