import { chatLines } from "../../job/chat.ts";
import type { JobEvent } from "../../job/context.ts";
import type { JobCue } from "../../job/cue.ts";
import { recordFact } from "../../job/record-fact.ts";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import type { FactOf, JobFact } from "../../protocol/facts.ts";
import { type AgentId, agentId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";

/** A job as an older tower's word leaves it, and what there is to tell about it. */
export interface Enforced {
  readonly record: JobRecord;
  readonly cues: readonly JobCue[];
}

/**
 * Takes a fact that the chart does not allow at its word: older towers leave steps out, such as the invoices between
 * `job_started` and `job_completed`, and what they say happened did happen.
 */
export function enforce(record: JobRecord, fact: JobEvent): Enforced {
  const { phase, refund, ...context } = record;
  return {
    record: { ...record, ...recordFact(context, fact), ...whereItLeads(record, fact) },
    cues: [{ type: "chat", lines: chatLines(fact, context) }, ...gestures(fact)],
  };
}

function whereItLeads(record: JobRecord, fact: JobEvent): Partial<Pick<JobRecord, "phase" | "refund">> {
  switch (fact.type) {
    case "invoice_request":
      return { phase: fact.invoiceType === "eval" ? "awaiting_eval_payment" : "awaiting_work_payment" };
    case "invoice_settled":
      return record.phase === "closed"
        ? {}
        : { phase: fact.invoiceType === "eval" ? "evaluating" : "executing" };
    case "job_queued":
      return { phase: "queued" };
    case "job_dequeued":
      return { phase: "executing" };
    case "job_completed":
      return { phase: "closed", ...(record.owedSats + fact.refundSats > 0 && { refund: "owed" as const }) };
    case "refund_claimed":
      return { refund: "paying" };
    case "refund_settled":
      return { refund: fact.method === "credit" ? "credited" : "paid" };
    case "refund_failed":
      return { refund: fact.fate === "failed" ? "owed" : "unknown" };
    case "invoice_expired":
      return {};
  }
}

function gestures(fact: JobEvent): readonly JobCue[] {
  if (fact.type === "job_completed")
    return [{ type: "gesture", gesture: fact.outcome === "completed" ? "celebrate" : "refuse" }];
  if (fact.type === "refund_settled") return [{ type: "gesture", gesture: "hand_back" }];
  return fact.type === "invoice_settled" ? [{ type: "gesture", gesture: "accept" }] : [];
}

const FIRST_AGENT: AgentId = AGENT_DEFS[0]?.id ?? agentId("timmy");

/** The start of a job that an older tower never announced. */
export const impliedStart = (fact: Exclude<JobFact, { type: "job_started" }>): FactOf<"job_started"> => ({
  type: "job_started",
  jobId: fact.jobId,
  agentId: ("agentId" in fact ? fact.agentId : undefined) ?? FIRST_AGENT,
  funding: "invoice",
});
