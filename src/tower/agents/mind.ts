import type { AgentId } from "../../protocol/ids.ts";
import type { Phase } from "../../protocol/records.ts";
import type { ValueOf } from "../../protocol/values.ts";
import type { Topic } from "./brain.ts";
import { budgetStress, type RegisteredAgent } from "./registry.ts";

/** What an agent's head is doing in each phase of the job it is busiest with. */
const MINDS = {
  executing: { state: "working", engagement: 0.95, coherence: 0.9 },
  evaluating: { state: "thinking", engagement: 0.75, coherence: 0.8 },
  awaiting_work_payment: { state: "offering", engagement: 0.5, coherence: 0.9 },
  awaiting_eval_payment: { state: "waiting", engagement: 0.35, coherence: 0.9 },
  queued: { state: "waiting", engagement: 0.35, coherence: 0.9 },
  closed: { state: "idle", engagement: 0.1, coherence: 1 },
} as const satisfies Record<Phase, { state: string; engagement: number; coherence: number }>;

/** An agent's cognitive state as it is shown: from its busiest job and, when it thinks or works, its topic. */
export function agentState(
  agent: RegisteredAgent,
  busiest: Phase | undefined,
  topic: Topic | undefined,
): ValueOf<"agent_state"> {
  const mind = MINDS[busiest ?? "closed"];
  const focused = busiest === "evaluating" || busiest === "executing" || busiest === "awaiting_work_payment";
  return {
    type: "agent_state",
    agentId: agent.def.id as AgentId,
    state: agent.paused && busiest === undefined ? "paused" : mind.state,
    engagement: mind.engagement,
    coherence: mind.coherence,
    budgetStress: budgetStress(agent),
    ...(focused && topic !== undefined && { focusTopic: topic }),
  };
}
