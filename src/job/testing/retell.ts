import type { FactOf, JobFact } from "../../protocol/facts.ts";
import type {
  InvoiceRecord,
  InvoiceType,
  JobRecord,
  Outcome,
  Phase,
  RefundPhase,
} from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";

/**
 * What a log of legal facts amounts to, told again without the chart: sums and last words only. It knows neither
 * guards nor states, so agreeing with it says that the chart's books are right. Where each region stands is given.
 */
export function retell(
  start: FactOf<"job_started">,
  facts: readonly JobFact[],
  stands: { readonly phase: Phase; readonly refund: RefundPhase },
): JobRecord {
  const end = facts.find((fact) => fact.type === "job_completed");
  const before = (fact: JobFact) => end === undefined || facts.indexOf(fact) < facts.indexOf(end);
  let beyondDue = 0;
  let paidBack = 0;
  const invoices: Partial<Record<InvoiceType, InvoiceRecord>> = {};
  for (const fact of facts) {
    if (fact.type === "invoice_request") {
      const { invoiceType, amountSats, expiresAt, paymentRequest, description } = fact;
      invoices[invoiceType] = {
        invoiceType,
        amountSats,
        state: "open",
        ...(expiresAt !== undefined && { expiresAt }),
        ...(paymentRequest !== undefined && { paymentRequest }),
        ...(description !== undefined && { description }),
      };
    }
    if (fact.type === "invoice_expired") change(invoices, fact.invoiceType, "expired");
    if (fact.type === "invoice_settled") {
      const invoice = invoices[fact.invoiceType];
      const counts = invoice?.state === "open" && fact.onTime && before(fact);
      beyondDue += (fact.amountSats ?? 0) - (counts ? invoice.amountSats : 0);
      if (invoice?.state !== "settled")
        change(invoices, fact.invoiceType, counts ? "settled" : "settled_late");
      const paid = invoices[fact.invoiceType];
      if (paid !== undefined && invoice?.state === "open" && fact.paidBy !== undefined)
        invoices[fact.invoiceType] = { ...paid, paidBy: fact.paidBy };
    }
    if (fact.type === "refund_settled") paidBack += fact.amountSats;
  }
  const owed = beyondDue + (end?.type === "job_completed" ? end.refundSats : 0) - paidBack;
  const places = facts.map((fact) =>
    fact.type === "job_queued" || fact.type === "invoice_settled" ? fact.queuePlace : undefined,
  );
  const place = places.findLast((each) => each !== undefined);
  return {
    jobId: start.jobId,
    agentId: start.agentId,
    funding: start.funding,
    ...stands,
    ...(end?.type === "job_completed" && { outcome: end.outcome satisfies Outcome }),
    seq: facts.at(-1)?.seq ?? start.seq ?? fail("the first fact has no place"),
    ...(start.at !== undefined && { startedAt: start.at }),
    ...(invoices.eval !== undefined && { evalInvoice: invoices.eval }),
    ...(invoices.work !== undefined && {
      workInvoice: invoices.work,
      estimatedCostSats: invoices.work.amountSats,
    }),
    ...(stands.phase === "queued" && place !== undefined && { queuePlace: place }),
    owedSats: sats(owed),
    paidBackSats: sats(paidBack),
    ...(start.ownerId !== undefined && { ownerId: start.ownerId }),
    ...(start.request !== undefined && { request: start.request }),
    ...(start.reservedSats !== undefined && {
      reservedSats: invoices.work === undefined && end === undefined ? start.reservedSats : sats(0),
    }),
    ...(start.sessionId !== undefined && { sessionId: start.sessionId }),
    ...(start.tokenId !== undefined && { tokenId: start.tokenId }),
  };
}

function change(
  invoices: Partial<Record<InvoiceType, InvoiceRecord>>,
  type: InvoiceType,
  state: InvoiceRecord["state"],
): void {
  const invoice = invoices[type];
  if (invoice !== undefined) invoices[type] = { ...invoice, state };
}

function fail(message: string): never {
  throw new Error(message);
}
