import type { AgentDef } from "../../protocol/agent-defs.ts";
import type { NewFact } from "../../protocol/facts.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { type Msat, msat, NO_MSAT } from "../../protocol/units.ts";
import type { Sql } from "../storage/port.ts";

/** An agent as the tower keeps it: its definition, and how it stands with its budget today. */
export interface RegisteredAgent {
  readonly def: AgentDef;
  readonly label: string;
  readonly present: boolean;
  readonly paused: boolean;
  /** What it may spend today, top-ups included. */
  readonly budget: Msat;
  readonly spent: Msat;
  /** What its open jobs may still cost. */
  readonly reserved: Msat;
}

interface AgentRow {
  readonly definition: string;
  readonly daily_budget_msat: bigint;
  readonly paused: bigint;
  readonly present: bigint;
  readonly spent_msat: bigint | null;
  readonly topped_up_msat: bigint | null;
  readonly reserved_msat: bigint | null;
}

const SELECT = `
  SELECT agent.definition, COALESCE(agent.own_budget_msat, agent.daily_budget_msat) AS daily_budget_msat, agent.paused, agent.present,
    agent_spend.spent_msat, agent_spend.topped_up_msat,
    (SELECT SUM(job.reserved_msat) FROM job WHERE job.open = 1 AND job.agent_id = agent.agent_id) AS reserved_msat
  FROM agent LEFT JOIN agent_spend ON agent_spend.agent_id = agent.agent_id AND agent_spend.day = ?`;

function agentOf(row: AgentRow): RegisteredAgent {
  const def = JSON.parse(row.definition) as AgentDef;
  return {
    def,
    label: def.label,
    present: row.present === 1n,
    paused: row.paused === 1n,
    budget: msat(row.daily_budget_msat + (row.topped_up_msat ?? 0n)),
    spent: msat(row.spent_msat ?? 0n),
    reserved: msat(row.reserved_msat ?? 0n),
  };
}

/** One agent as it stands on `day`; undefined when there never was one. */
export async function findAgent(
  sql: Sql,
  agentId: AgentId,
  day: string,
): Promise<RegisteredAgent | undefined> {
  const [row] = await sql.all<AgentRow>(`${SELECT} WHERE agent.agent_id = ?`, day, agentId);
  return row && agentOf(row);
}

/** Every agent that is present, in the order of the registry. */
export async function presentAgents(sql: Sql, day: string): Promise<readonly RegisteredAgent[]> {
  const rows = await sql.all<AgentRow>(`${SELECT} WHERE agent.present = 1 ORDER BY agent.position`, day);
  return rows.map(agentOf);
}

/** Pauses an agent, or lets it go on. */
export async function setPaused(sql: Sql, agentId: AgentId, paused: boolean): Promise<void> {
  await sql.run("UPDATE agent SET paused = ? WHERE agent_id = ?", paused ? 1 : 0, agentId);
}

const joined = (def: AgentDef): NewFact => ({
  type: "agent_joined",
  agentId: def.id,
  label: def.label,
  role: def.role,
  color: def.color,
  direction: def.direction,
  x: def.x,
  z: def.z,
});

/**
 * Makes the registry hold exactly `defs`: who is new joins, who is no longer defined leaves. Returns the facts
 * of it, and who left, so that their open jobs can be ended.
 */
export async function syncRegistry(
  sql: Sql,
  defs: readonly AgentDef[],
  dailyBudget: Msat,
): Promise<{ readonly facts: readonly NewFact[]; readonly left: readonly AgentId[] }> {
  const known = await sql.all<{ agent_id: string; definition: string; present: bigint }>(
    "SELECT agent_id, definition, present FROM agent",
  );
  const before = new Map(known.map((row) => [row.agent_id as AgentId, row]));
  const facts: NewFact[] = [];
  for (const [position, def] of defs.entries()) {
    const row = before.get(def.id);
    const definition = JSON.stringify(def);
    await sql.run(
      `INSERT INTO agent (agent_id, definition, daily_budget_msat, position) VALUES (?, ?, ?, ?)
       ON CONFLICT (agent_id) DO UPDATE SET definition = excluded.definition, present = 1,
         daily_budget_msat = excluded.daily_budget_msat, position = excluded.position`,
      def.id,
      definition,
      dailyBudget,
      position,
    );
    if (row === undefined || row.present === 0n || row.definition !== definition) facts.push(joined(def));
  }
  const defined = new Set(defs.map((def) => def.id));
  const left = known
    .filter((row) => row.present === 1n && !defined.has(row.agent_id as AgentId))
    .map((row) => row.agent_id as AgentId);
  for (const agentId of left) {
    await sql.run("UPDATE agent SET present = 0 WHERE agent_id = ?", agentId);
    facts.push({ type: "agent_left", agentId });
  }
  return { facts, left };
}

/** How near an agent is to its budget, 0 to 1. A budget of 0 is used up. */
export function budgetStress(agent: { readonly budget: Msat; readonly spent: Msat }): number {
  if (agent.budget <= NO_MSAT) return 1;
  return Math.min(1, Number((agent.spent * 1000n) / agent.budget) / 1000);
}
