import { type JobView, leadingJob } from "../../job/view.ts";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import type { FactOf } from "../../protocol/facts.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { AgentRecord } from "../../protocol/records.ts";
import type { ValueOf } from "../../protocol/values.ts";
import { agentPose } from "./agent-pose.ts";
import type { Batch } from "./batch.ts";
import type { AgentView, Readable } from "./model.ts";

export interface Agents {
  readonly all: Readable<ReadonlyMap<AgentId, AgentView>>;
  readonly count: Readable<number>;
  /** Some of the agents as they are now; `total` says how many there are, and with all of them here others are gone. */
  greet(records: readonly AgentRecord[], total: number | undefined): void;
  /** Forgets every agent and takes these. */
  replaceAll(records: readonly AgentRecord[]): void;
  joined(fact: FactOf<"agent_joined">): void;
  left(agentId: AgentId): void;
  /** What is on an agent's mind; nothing when the agent is not here. */
  minds(value: ValueOf<"agent_state">): void;
  counted(count: number): void;
  /** An agent's jobs changed: its pose follows. */
  jobsChanged(agentId: AgentId): void;
}

/** The agents that every tower starts with, at rest: what is to be seen before the first tower has spoken. */
const AT_REST: readonly AgentRecord[] = AGENT_DEFS.map(({ id, ...def }) => ({
  agentId: id,
  ...def,
  state: "idle",
}));

/** `openOf` lists an agent's open jobs. */
export function createAgents(batch: Batch, openOf: (agentId: AgentId) => Iterable<JobView>): Agents {
  const records = new Map<AgentId, AgentRecord>();
  /** Views that are up to date; an agent that is missing here has changed. */
  const views = new Map<AgentId, AgentView>();
  let total = 0;

  const all = batch.view((): ReadonlyMap<AgentId, AgentView> => {
    const seen = new Map<AgentId, AgentView>();
    for (const [id, record] of records) {
      const view = views.get(id) ?? viewOf(record, [...openOf(id)]);
      views.set(id, view);
      seen.set(id, view);
    }
    return seen;
  });
  const count = batch.view(() => Math.max(total, records.size));

  const changed = (agentId: AgentId) => {
    views.delete(agentId);
    all.invalidate();
  };
  const set = (record: AgentRecord) => {
    if (!records.has(record.agentId)) count.invalidate();
    records.set(record.agentId, record);
    changed(record.agentId);
  };
  const clear = () => {
    records.clear();
    views.clear();
    all.invalidate();
    count.invalidate();
  };
  const setTotal = (next: number) => {
    if (next === total) return;
    total = next;
    count.invalidate();
  };

  for (const record of AT_REST) set(record);
  setTotal(AT_REST.length);

  return {
    all,
    count,
    greet(greeted, said) {
      const isComplete = said === undefined || said <= greeted.length;
      if (isComplete && greeted.length > 0) {
        const present = new Set(greeted.map(({ agentId }) => agentId));
        for (const id of [...records.keys()]) {
          if (present.has(id)) continue;
          records.delete(id);
          changed(id);
        }
      }
      for (const record of greeted) set(record);
      setTotal(said ?? records.size);
    },
    replaceAll(next) {
      clear();
      for (const record of next) set(record);
      setTotal(next.length);
    },
    joined({ type, seq, prev, at, ...definition }) {
      if (!records.has(definition.agentId)) setTotal(total + 1);
      set({ state: "idle", ...records.get(definition.agentId), ...definition });
    },
    left(agentId) {
      if (!records.delete(agentId)) return;
      changed(agentId);
      count.invalidate();
      setTotal(Math.max(records.size, total - 1));
    },
    minds({ type, ...mind }) {
      const record = records.get(mind.agentId);
      if (record === undefined) return;
      // A mind without a topic has let go of the one it had.
      const { focusTopic, ...rest } = record;
      set({ ...rest, ...mind });
    },
    counted: setTotal,
    jobsChanged: changed,
  };
}

/** Places agents without one in a ring around the others, always the same for the same id. */
function ringPlace(id: string): { readonly x: number; readonly z: number; readonly direction: number } {
  let hash = 0;
  for (let i = 0; i < id.length; i += 1) hash = (hash * 31 + id.charCodeAt(i)) >>> 0;
  const angle = (hash % 360) * (Math.PI / 180);
  const radius = 10 + ((hash >>> 9) % 8);
  return { x: radius * Math.sin(angle), z: radius * Math.cos(angle), direction: ((hash % 360) + 180) % 360 };
}

function viewOf(record: AgentRecord, open: readonly JobView[]): AgentView {
  const job = leadingJob(open);
  const { agentId, label, color, role, state, focusTopic } = record;
  const place = record.x === undefined || record.z === undefined ? ringPlace(agentId) : undefined;
  return {
    id: agentId,
    label,
    color,
    role,
    direction: record.direction ?? place?.direction ?? 180,
    x: place?.x ?? record.x ?? 0,
    z: place?.z ?? record.z ?? 0,
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
