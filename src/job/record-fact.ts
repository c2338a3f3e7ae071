import type { FactOf } from "../protocol/facts.ts";
import type { InvoiceRecord } from "../protocol/records.ts";
import { NO_SATS, sats } from "../protocol/units.ts";
import { invoiceOf, isAwaited, type JobContext, type JobEvent, surplus } from "./context.ts";

/** A job as its first fact makes it. */
export function startedJob(fact: FactOf<"job_started">): JobContext {
  return {
    jobId: fact.jobId,
    agentId: fact.agentId,
    funding: fact.funding,
    seq: fact.seq ?? (0 as JobContext["seq"]),
    owedSats: NO_SATS,
    paidBackSats: NO_SATS,
    ...(fact.at !== undefined && { startedAt: fact.at, phaseAt: fact.at }),
    ...(fact.ownerId !== undefined && { ownerId: fact.ownerId }),
    ...(fact.request !== undefined && { request: fact.request }),
    ...(fact.reservedSats !== undefined && { reservedSats: fact.reservedSats }),
    ...(fact.sessionId !== undefined && { sessionId: fact.sessionId }),
    ...(fact.tokenId !== undefined && { tokenId: fact.tokenId }),
  };
}

/**
 * What a legal fact changes in a job. Whether it is legal is the chart's to say, not this function's.
 */
export function recordFact(job: JobContext, fact: JobEvent): Partial<JobContext> {
  return { seq: fact.seq ?? job.seq, ...changes(job, fact) };
}

function changes(job: JobContext, fact: JobEvent): Partial<JobContext> {
  switch (fact.type) {
    case "invoice_request":
      return openInvoice(job, fact);
    case "invoice_settled":
      return settleInvoice(job, fact);
    case "invoice_expired": {
      const invoice = invoiceOf(job, fact.invoiceType);
      return invoice === undefined ? {} : withInvoice({ ...invoice, state: "expired" });
    }
    case "job_queued":
      return { queuePlace: fact.queuePlace };
    case "job_completed":
      return {
        outcome: fact.outcome,
        owedSats: sats(job.owedSats + fact.refundSats),
        ...released(job),
        ...(fact.result !== undefined && { result: fact.result }),
        ...(fact.error !== undefined && { error: fact.error }),
        ...(fact.actualCostSats !== undefined && { actualCostSats: fact.actualCostSats }),
        ...(fact.estimatedCostSats !== undefined && { estimatedCostSats: fact.estimatedCostSats }),
      };
    case "refund_settled":
      return {
        owedSats: sats(job.owedSats - fact.amountSats),
        paidBackSats: sats(job.paidBackSats + fact.amountSats),
      };
    case "job_dequeued":
    case "refund_claimed":
    case "refund_failed":
      return {};
  }
}

const withInvoice = (invoice: InvoiceRecord): Partial<JobContext> =>
  invoice.invoiceType === "eval" ? { evalInvoice: invoice } : { workInvoice: invoice };

/** A job that is not funded ahead has nothing set aside, and is not given the field. */
const released = (job: JobContext): Partial<JobContext> =>
  job.reservedSats === undefined ? {} : { reservedSats: NO_SATS };

function openInvoice(job: JobContext, fact: FactOf<"invoice_request">): Partial<JobContext> {
  return {
    ...withInvoice({
      invoiceType: fact.invoiceType,
      amountSats: fact.amountSats,
      state: "open",
      ...(fact.expiresAt !== undefined && { expiresAt: fact.expiresAt }),
      ...(fact.paymentRequest !== undefined && { paymentRequest: fact.paymentRequest }),
      ...(fact.description !== undefined && { description: fact.description }),
    }),
    // Once the price is known, that is what is set aside.
    ...(fact.invoiceType === "work" && { estimatedCostSats: fact.amountSats, ...released(job) }),
    ...(fact.price !== undefined && { price: fact.price }),
  };
}

function settleInvoice(job: JobContext, fact: FactOf<"invoice_settled">): Partial<JobContext> {
  const invoice = invoiceOf(job, fact.invoiceType);
  if (invoice === undefined) return {};
  const settledInTime = isAwaited(job, fact) || invoice.state === "settled";
  return {
    ...withInvoice({
      ...invoice,
      state: settledInTime ? "settled" : "settled_late",
      // What somebody pays on top of it later does not change what paid it first.
      ...(invoice.state === "open" && fact.paidBy !== undefined && { paidBy: fact.paidBy }),
    }),
    owedSats: sats(job.owedSats + surplus(job, fact)),
    ...(fact.queuePlace !== undefined && { queuePlace: fact.queuePlace }),
  };
}
