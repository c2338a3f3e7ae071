import { type JobView, leadingJob } from "../../job/view.ts";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import type { FactOf } from "../../protocol/facts.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { AgentRecord } from "../../protocol/records.ts";
import type { ValueOf } from "../../protocol/values.ts";
import { agentPose } from "./agent-pose.ts";
import type { Batch } from "./batch.ts";
import { type Changes, createChanges } from "./changes.ts";
import type { AgentView, Readable } from "./model.ts";

export interface Agents {
  /** The same map every time. */
  readonly all: Readable<ReadonlyMap<AgentId, AgentView>>;
  readonly changes: Changes<AgentId>;
  readonly count: Readable<number>;
  /** Some of the agents as they are now; `total` says how many there are, and with all of them here others are gone. */
  greet(records: readonly AgentRecord[], total: number | undefined): void;
  /** Forgets every agent and takes these. */
  replaceAll(records: readonly AgentRecord[]): void;
  /** `isLive` is false for what happened while this browser was away. */
  joined(fact: FactOf<"agent_joined">, isLive: boolean): void;
  left(agentId: AgentId, isLive: boolean): void;
  /** What is on an agent's mind. Of an agent that is not here it is kept until that joins. */
  minds(value: ValueOf<"agent_state">): void;
  counted(count: number): void;
  /** An agent's jobs changed: its pose follows. */
  jobsChanged(agentId: AgentId): void;
}

/** The agents that every tower starts with, asleep: what is to be seen before the first tower has spoken. */
const BEFORE: readonly AgentRecord[] = AGENT_DEFS.map(({ id, ...def }) => ({
  agentId: id,
  ...def,
  state: "offline",
}));

/** How many minds are kept of agents that are still to join; the oldest go. */
const MOST_EARLY_MINDS = 1_000;

type Mind = Omit<ValueOf<"agent_state">, "type">;

/** `openOf` lists an agent's open jobs. */
export function createAgents(batch: Batch, openOf: (agentId: AgentId) => Iterable<JobView>): Agents {
  const records = new Map<AgentId, AgentRecord>();
  const views = new Map<AgentId, AgentView>();
  /** Whose view is out of date. */
  const stale = new Set<AgentId>();
  const earlyMinds = new Map<AgentId, Mind>();
  const changes = createChanges<AgentId>();
  let total = 0;

  // One map for good: to copy thousands for every few that change would cost more than all else.
  const all = batch.view((): ReadonlyMap<AgentId, AgentView> => {
    for (const id of stale) {
      const record = records.get(id);
      if (record !== undefined) views.set(id, viewOf(record, [...openOf(id)]));
    }
    stale.clear();
    return views;
  });
  const count = batch.view(() => Math.max(total, records.size));

  const look = (agentId: AgentId) => {
    stale.add(agentId);
    all.invalidate();
  };
  const set = (record: AgentRecord, isLive: boolean) => {
    const { agentId } = record;
    if (records.has(agentId)) changes.changed(agentId);
    else {
      changes.cameOrLeft(agentId, isLive);
      count.invalidate();
    }
    records.set(agentId, record);
    look(agentId);
  };
  const remove = (agentId: AgentId, isLive: boolean): boolean => {
    if (!records.delete(agentId)) return false;
    views.delete(agentId);
    stale.delete(agentId);
    changes.cameOrLeft(agentId, isLive);
    all.invalidate();
    count.invalidate();
    return true;
  };
  const setTotal = (next: number) => {
    if (next === total) return;
    total = next;
    count.invalidate();
  };

  for (const record of BEFORE) set(record, false);
  setTotal(BEFORE.length);

  return {
    all,
    changes,
    count,
    greet(greeted, said) {
      const isComplete = said === undefined || said <= greeted.length;
      if (isComplete && greeted.length > 0) {
        const present = new Set(greeted.map(({ agentId }) => agentId));
        for (const id of [...records.keys()]) if (!present.has(id)) remove(id, false);
      }
      for (const record of greeted) set(record, false);
      setTotal(said ?? records.size);
    },
    replaceAll(next) {
      records.clear();
      views.clear();
      stale.clear();
      earlyMinds.clear();
      for (const record of next) {
        records.set(record.agentId, record);
        stale.add(record.agentId);
      }
      changes.replaced();
      all.invalidate();
      count.invalidate();
      setTotal(records.size);
    },
    joined({ type, seq, prev, at, ...definition }, isLive) {
      const { agentId } = definition;
      if (!records.has(agentId)) setTotal(total + 1);
      const early = earlyMinds.get(agentId);
      earlyMinds.delete(agentId);
      set({ state: "idle", ...records.get(agentId), ...early, ...definition }, isLive);
    },
    left(agentId, isLive) {
      earlyMinds.delete(agentId);
      if (remove(agentId, isLive)) setTotal(Math.max(records.size, total - 1));
    },
    minds({ type, ...mind }) {
      const record = records.get(mind.agentId);
      if (record === undefined) {
        earlyMinds.delete(mind.agentId);
        earlyMinds.set(mind.agentId, mind);
        if (earlyMinds.size > MOST_EARLY_MINDS) earlyMinds.delete(firstOf(earlyMinds) ?? mind.agentId);
        return;
      }
      // A mind without a topic has let go of the one it had.
      const { focusTopic, ...rest } = record;
      set({ ...rest, ...mind }, true);
    },
    counted: setTotal,
    jobsChanged(agentId) {
      if (!records.has(agentId)) return;
      changes.changed(agentId);
      look(agentId);
    },
  };
}

const firstOf = (minds: ReadonlyMap<AgentId, Mind>): AgentId | undefined => minds.keys().next().value;

function viewOf(record: AgentRecord, open: readonly JobView[]): AgentView {
  const job = leadingJob(open);
  const { agentId, label, color, role, state, focusTopic } = record;
  return {
    id: agentId,
    label,
    color,
    role,
    direction: record.direction,
    x: record.x,
    z: record.z,
    pose: agentPose(state, job),
    state,
    focusTopic,
    engagement: record.engagement ?? 0,
    coherence: record.coherence ?? 1,
    budgetStress: record.budgetStress ?? 0,
    job,
    openJobs: open.length,
  };
}
