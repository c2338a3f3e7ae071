import type { FactOf, JobFact } from "../../protocol/facts.ts";
import { agentId, jobId, ownerId, seq, sessionId, timestamp, tokenId } from "../../protocol/ids.ts";
import type { Funding, InvoiceType, Outcome } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import type { JobEvent } from "../context.ts";

/** What the evaluation of every job in these tests costs. */
export const EVAL_SATS = 10;
/** What the work of every job in these tests costs. */
export const WORK_SATS = 200;

const JOB = jobId("a4f2c0de");
const AGENT = agentId("alpha");

/** The first fact of a job: place 1 in the log, at second 1. */
export const started = (funding: Funding = "invoice"): FactOf<"job_started"> => ({
  type: "job_started",
  seq: seq(1),
  at: timestamp(1_000),
  jobId: JOB,
  agentId: AGENT,
  funding,
  ownerId: ownerId("owner-1"),
  request: "Count the words of this sentence.",
  ...(funding !== "invoice" && { reservedSats: sats(WORK_SATS) }),
  ...(funding === "session" && { sessionId: sessionId("session-1") }),
  ...(funding === "l402" && { tokenId: tokenId("token-1") }),
});

export const invoiceRequest = (invoiceType: InvoiceType): FactOf<"invoice_request"> => ({
  type: "invoice_request",
  jobId: JOB,
  invoiceType,
  amountSats: sats(invoiceType === "eval" ? EVAL_SATS : WORK_SATS),
  expiresAt: timestamp(600_000),
  paymentRequest: `lnbcrt-${invoiceType}`,
  ...(invoiceType === "work" && { description: "I can do that." }),
});

type Settlement = Partial<Pick<FactOf<"invoice_settled">, "amountSats" | "onTime" | "queuePlace" | "paidBy">>;
export const settled = (invoiceType: InvoiceType, more: Settlement = {}): FactOf<"invoice_settled"> => ({
  type: "invoice_settled",
  jobId: JOB,
  invoiceType,
  amountSats: sats(invoiceType === "eval" ? EVAL_SATS : WORK_SATS),
  onTime: true,
  ...more,
});

export const expired = (invoiceType: InvoiceType): FactOf<"invoice_expired"> => ({
  type: "invoice_expired",
  jobId: JOB,
  invoiceType,
});

export const queued = (queuePlace: number): FactOf<"job_queued"> => ({
  type: "job_queued",
  jobId: JOB,
  agentId: AGENT,
  queuePlace,
});

export const dequeued = (): FactOf<"job_dequeued"> => ({ type: "job_dequeued", jobId: JOB, agentId: AGENT });

type End = Partial<Pick<FactOf<"job_completed">, "result" | "error" | "actualCostSats">>;
export const completed = (outcome: Outcome, refundSats = 0, more: End = {}): FactOf<"job_completed"> => ({
  type: "job_completed",
  jobId: JOB,
  agentId: AGENT,
  outcome,
  refundSats: sats(refundSats),
  ...more,
});

export const claimed = (amountSats: number): FactOf<"refund_claimed"> => ({
  type: "refund_claimed",
  jobId: JOB,
  amountSats: sats(amountSats),
});

export const refunded = (
  amountSats: number,
  method: "invoice" | "credit" = "invoice",
): FactOf<"refund_settled"> => ({ type: "refund_settled", jobId: JOB, amountSats: sats(amountSats), method });

export const refundFailed = (amountSats: number, fate: "failed" | "unknown"): FactOf<"refund_failed"> => ({
  type: "refund_failed",
  jobId: JOB,
  amountSats: sats(amountSats),
  fate,
  error: "no route",
});

/** Facts as a log would hold them after `job_started`: dense from place 2, one second apart. */
export const placed = <Kind extends JobFact>(facts: readonly Kind[]): readonly Kind[] =>
  facts.map((fact, index) => ({ ...fact, seq: seq(index + 2), at: timestamp((index + 2) * 1_000) }));

/**
 * Concrete facts for every guard branch of the chart, for a job with so many sats owed: each kind in every
 * variant that the chart tells apart, and some that it must refuse.
 */
export function everyFact(owedSats: number): readonly JobEvent[] {
  const invoices: readonly InvoiceType[] = ["eval", "work"];
  const outcomes: readonly Outcome[] = ["completed", "rejected", "failed", "expired", "cancelled"];
  return [
    ...invoices.flatMap((type) => [
      invoiceRequest(type),
      settled(type),
      settled(type, { onTime: false }),
      settled(type, { paidBy: "treasury" }),
      settled(type, { amountSats: sats((type === "eval" ? EVAL_SATS : WORK_SATS) + 7) }),
      expired(type),
    ]),
    settled("work", { queuePlace: 2 }),
    queued(1),
    dequeued(),
    ...outcomes.flatMap((outcome) => [completed(outcome), completed(outcome, 5)]),
    ...[owedSats, owedSats + 1, Math.max(0, owedSats - 1)].flatMap((amount) => [
      claimed(amount),
      refunded(amount),
      refunded(amount, "credit"),
    ]),
    refundFailed(owedSats, "failed"),
    refundFailed(owedSats, "unknown"),
  ];
}
