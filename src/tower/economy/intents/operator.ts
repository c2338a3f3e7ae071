import type { IntentOf } from "../../../protocol/intents.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { toMsat } from "../../../protocol/units.ts";
import { setOwnBudget, topUpBudget } from "../../agents/budget.ts";
import { findAgent, setPaused } from "../../agents/registry.ts";
import type { Sql } from "../../storage/port.ts";
import type { Moment } from "../apply.ts";
import { type Decision, decision } from "../decide/decision.ts";
import { failJob } from "../decide/end-work.ts";
import type { Performed } from "../economy.ts";
import { queueOf, readJobRecord } from "../jobs.ts";
import { sayOnSession } from "./funded-job.ts";
import { type IntentParts, once, type Perform } from "./intent.ts";

/**
 * What is said on a session is a request that the session pays for. Without one only an operator speaks, to everybody: others are
 * refused with `payment_required`.
 */
export const say =
  (parts: IntentParts): Perform<"chat_message"> =>
  (caller, intent) => {
    if (intent.sessionId !== undefined) return sayOnSession(parts, caller, intent, intent.sessionId);
    if (caller.role !== "operator") {
      refuse("payment_required", "Free chat needs a session: open one, or ask an agent for a job.");
    }
    return once(parts.transactor, caller, intent, async () => ({
      decision: decision({ facts: [{ type: "chat", speaker: { kind: "operator" }, text: intent.text }] }),
      performed: {},
    }));
  };

/** An operator pauses an agent, lets it go on, gives it more to spend, or stops one of its jobs. */
export const control =
  ({ transactor }: IntentParts): Perform<"agent_control"> =>
  (caller, intent) => {
    if (caller.role !== "operator") refuse("forbidden", "Only an operator may do this.");
    return once(transactor, caller, intent, async (sql, moment) => {
      const agent = await findAgent(sql, intent.agentId, moment.day);
      if (agent === undefined) refuse("unknown_agent", `There is no agent "${intent.agentId}".`);
      const performed: Performed = intent.jobId === undefined ? {} : { jobId: intent.jobId };
      return { decision: await controlled(sql, moment, intent), performed };
    });
  };

async function controlled(sql: Sql, moment: Moment, intent: IntentOf<"agent_control">): Promise<Decision> {
  switch (intent.action) {
    case "pause":
    case "resume":
      await setPaused(sql, intent.agentId, intent.action === "pause");
      return decision({});
    case "top_up": {
      if (intent.amountSats === undefined) {
        refuse("bad_request", "Say how many sats the agent may spend on top.");
      }
      await topUpBudget(sql, intent.agentId, moment.day, toMsat(intent.amountSats));
      return decision({});
    }
    case "set_budget": {
      if (intent.amountSats === undefined) {
        refuse("bad_request", "Say how many sats the agent may spend on each day.");
      }
      await setOwnBudget(sql, intent.agentId, toMsat(intent.amountSats));
      return decision({});
    }
    case "abort": {
      if (intent.jobId === undefined) refuse("bad_request", "Say which job is to be stopped.");
      const job = await readJobRecord(sql, intent.jobId);
      if (job.agentId !== intent.agentId) refuse("bad_request", "That job is another agent's.");
      return failJob(job, "An operator stopped this job.", await queueOf(sql, job.agentId));
    }
  }
}
