import { invoiceOf, isAwaited } from "../../../job/context.ts";
import type { FactOf, NewFact } from "../../../protocol/facts.ts";
import type { JobId, Timestamp } from "../../../protocol/ids.ts";
import type { InvoiceType, JobRecord, Price } from "../../../protocol/records.ts";
import { type Msat, NO_MSAT, NO_SATS, type Sats, satsDown, toMsat } from "../../../protocol/units.ts";
import { type Decision, decision, type Effect, effectKey, type MoneyMove } from "./decision.ts";
import { paidFrom } from "./held.ts";

/** An invoice that the wallet has made for a job. */
export interface MadeInvoice {
  readonly invoiceType: InvoiceType;
  readonly amountSats: Sats;
  readonly paymentRequest: string;
  readonly expiresAt: Timestamp;
  readonly description: string;
  readonly price?: Price;
}

/** The wallet made an invoice. With the work's, the verdict is out and the evaluation is earned. */
export function invoiceMade(job: JobRecord, made: MadeInvoice): Decision {
  const fact: NewFact = { type: "invoice_request", jobId: job.jobId, ...made };
  const evalPaid = job.evalInvoice?.state === "settled" ? toMsat(job.evalInvoice.amountSats) : NO_MSAT;
  const earned: MoneyMove[] =
    made.invoiceType === "work" && evalPaid > 0n
      ? [{ kind: "eval_earned", jobId: job.jobId, fee: evalPaid, paidFrom: paidFrom(job, job.evalInvoice) }]
      : [];
  return decision({ facts: [fact], moves: earned });
}

/** What the wallet says of a payment, and when it says it came. */
export interface Settlement {
  readonly invoiceType: InvoiceType;
  readonly amount: Msat;
  readonly settledAt: number;
  readonly expiresAt: number;
}

/**
 * A payment arrived. What was due is held for the job and moves it on; whatever was not due (late, twice, too
 * much) is owed back. `queue` is how many jobs stand before this one when its agent is busy, else undefined.
 */
export function invoiceSettled(job: JobRecord, settlement: Settlement, queue: number | undefined): Decision {
  const { invoiceType, amount } = settlement;
  const onTime = settlement.settledAt <= settlement.expiresAt;
  const arrived: FactOf<"invoice_settled"> = {
    type: "invoice_settled",
    jobId: job.jobId,
    invoiceType,
    amountSats: satsDown(amount),
    onTime,
  };
  if (!isAwaited(job, arrived)) {
    return decision({
      facts: [arrived],
      moves: [{ kind: "settled_not_due", owedTo: job.jobId, received: amount }],
    });
  }
  const due = toMsat(invoiceOf(job, invoiceType)?.amountSats ?? NO_SATS);
  const waits = invoiceType === "work" && queue !== undefined;
  return decision({
    facts: [waits ? { ...arrived, queuePlace: queue + 1 } : arrived],
    moves: [{ kind: "settled", jobId: job.jobId, due, received: amount }],
    effects: waits ? [] : [nextStep(job.jobId, invoiceType)],
  });
}

/** What follows the payment of an invoice, unless the agent is busy. */
export const nextStep = (jobId: JobId, paid: InvoiceType): Effect =>
  paid === "eval"
    ? { kind: "evaluate", key: effectKey.evaluate(jobId), jobId }
    : { kind: "execute", key: effectKey.execute(jobId), jobId };
