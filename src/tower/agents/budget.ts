import type { AgentId } from "../../protocol/ids.ts";
import type { Msat } from "../../protocol/units.ts";
import type { Sql } from "../storage/port.ts";

/** Adds to what an agent spent on a day (`YYYY-MM-DD` of the tower's time zone). */
export async function spendBudget(sql: Sql, agentId: AgentId, day: string, amount: Msat): Promise<void> {
  await sql.run(
    `INSERT INTO agent_spend (agent_id, day, spent_msat) VALUES (?, ?, ?)
     ON CONFLICT (agent_id, day) DO UPDATE SET spent_msat = spent_msat + excluded.spent_msat`,
    agentId,
    day,
    amount,
  );
}

/** Sets what an agent may spend on each day, in the place of what all others may. */
export async function setOwnBudget(sql: Sql, agentId: AgentId, dailyBudget: Msat): Promise<void> {
  await sql.run("UPDATE agent SET own_budget_msat = ? WHERE agent_id = ?", dailyBudget, agentId);
}

/** Lets an agent spend more than its budget on one day. */
export async function topUpBudget(sql: Sql, agentId: AgentId, day: string, amount: Msat): Promise<void> {
  await sql.run(
    `INSERT INTO agent_spend (agent_id, day, topped_up_msat) VALUES (?, ?, ?)
     ON CONFLICT (agent_id, day) DO UPDATE SET topped_up_msat = topped_up_msat + excluded.topped_up_msat`,
    agentId,
    day,
    amount,
  );
}
