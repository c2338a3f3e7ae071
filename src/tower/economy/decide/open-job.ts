import { shortJobId } from "../../../job/chat.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { AgentId, JobId, OwnerId } from "../../../protocol/ids.ts";
import type { IntentOf } from "../../../protocol/intents.ts";
import { UNPAID_PER_OWNER } from "../../../protocol/limits.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, satsDown } from "../../../protocol/units.ts";
import { EVAL_SATS } from "../pricing.ts";
import { type Decision, decision, effectKey } from "./decision.ts";

/** How an agent stands when somebody asks it for something. */
export interface AgentStanding {
  readonly label: string;
  readonly present: boolean;
  readonly paused: boolean;
  /** What it may spend today. */
  readonly budget: Msat;
  /** What it spent today, and holds for its open jobs. */
  readonly spent: Msat;
  readonly reserved: Msat;
}

/**
 * Refuses when an agent takes no jobs: `unknown_agent`, `agent_unavailable` (absent or paused), `budget_exhausted` (its daily
 * budget is spent).
 */
export function assertTakesJobs(
  agentId: AgentId,
  agent: AgentStanding | undefined,
): asserts agent is AgentStanding {
  if (agent === undefined) refuse("unknown_agent", `There is no agent "${agentId}".`);
  if (!agent.present || agent.paused) {
    refuse("agent_unavailable", `${agent.label} takes no jobs at the moment: ask another agent.`);
  }
  if (agent.spent + agent.reserved >= agent.budget) {
    refuse(
      "budget_exhausted",
      `${agent.label} has used its budget of ${formatSats(satsDown(agent.budget))} for today: ask another agent.`,
    );
  }
}

/**
 * Opens a job that is paid by an invoice for each of its two steps. Refuses as {@link assertTakesJobs} does, and with
 * `too_many_open` an owner with too many unpaid invoices.
 */
export function openJob(
  intent: IntentOf<"job_request">,
  job: { readonly jobId: JobId; readonly ownerId: OwnerId },
  agent: AgentStanding | undefined,
  unpaidInvoices: number,
): Decision {
  assertTakesJobs(intent.agentId, agent);
  if (unpaidInvoices >= UNPAID_PER_OWNER) {
    refuse("too_many_open", `You have ${unpaidInvoices} unpaid invoices: pay or cancel one first.`);
  }
  return decision({
    facts: [
      {
        type: "job_started",
        jobId: job.jobId,
        agentId: intent.agentId,
        funding: "invoice",
        ownerId: job.ownerId,
        requestId: intent.requestId,
        request: intent.request,
      },
    ],
    effects: [
      {
        kind: "make_invoice",
        key: effectKey.makeInvoice(job.jobId, "eval"),
        jobId: job.jobId,
        invoiceType: "eval",
        amountSats: EVAL_SATS,
        description: `Evaluation of job ${shortJobId(job.jobId)} by ${agent.label}`,
      },
    ],
  });
}
