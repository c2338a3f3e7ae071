import type { Scene } from "@babylonjs/core/scene.pure.js";
import avatarFile from "../../../../assets/avatar.glb?url&inline";
import { type JobView, jobView } from "../../../job/view.ts";
import { AGENT_DEFS } from "../../../protocol/agent-defs.ts";
import { type AgentId, agentId, jobId, seq } from "../../../protocol/ids.ts";
import type { EconomyFigures, TreasuryFigures } from "../../../protocol/records.ts";
import { NO_SATS, sats } from "../../../protocol/units.ts";
import { createNullStage } from "../../stage/null-stage.ts";
import { createChanges } from "../../state/changes.ts";
import type { AgentView, Cue, LinkView } from "../../state/model.ts";
import { loadAvatar } from "../avatar-loader.ts";
import { createWorldContext } from "../context.ts";

/** A readable that a test writes. */
export function createValue<T>(initial: T) {
  const listeners = new Set<() => void>();
  let value = initial;
  return {
    get: () => value,
    set(next: T) {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners,
  };
}

/** A stream that a test feeds. */
export function createFeed<T>() {
  const listeners = new Set<(event: T) => void>();
  return {
    emit(event: T) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener: (event: T) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    listeners,
  };
}

/** Agents that a test writes whole, and what differs each time. All of it is live but what `isLive` says is not. */
export function createAgents(initial: ReadonlyMap<AgentId, AgentView>) {
  const value = createValue(initial);
  const changes = createChanges<AgentId>();
  return {
    changes,
    value: {
      ...value,
      set(next: ReadonlyMap<AgentId, AgentView>, isLive = true) {
        const before = value.get();
        for (const id of before.keys()) if (!next.has(id)) changes.cameOrLeft(id, isLive);
        for (const [id, agent] of next) {
          if (!before.has(id)) changes.cameOrLeft(id, isLive);
          else if (before.get(id) !== agent) changes.changed(id);
        }
        value.set(next);
      },
    },
  };
}

/** The n-th agent of a made-up swarm; the first five are the real ones. */
export function makeAgent(n: number, differs: Partial<AgentView> = {}): AgentView {
  const known = AGENT_DEFS[n];
  return {
    id: agentId(`agent-${n}`),
    label: `Agent ${n}`,
    color: "#4fd8ff",
    role: "analyst",
    direction: undefined,
    x: undefined,
    z: undefined,
    ...known,
    pose: "idle",
    state: "idle",
    focusTopic: undefined,
    engagement: 0.5,
    coherence: 0.5,
    budgetStress: 0,
    job: undefined,
    openJobs: 0,
    ...differs,
  };
}

/** A job that waits for its work to be paid. */
export const makeJob = (agent: AgentView): JobView =>
  jobView({
    jobId: jobId(`job-of-${agent.id}`),
    agentId: agent.id,
    funding: "invoice",
    phase: "awaiting_work_payment",
    refund: "none",
    seq: seq(1),
    owedSats: NO_SATS,
    paidBackSats: NO_SATS,
    workInvoice: { invoiceType: "work", amountSats: sats(500), state: "open" },
  });

export const swarm = (count: number): ReadonlyMap<AgentId, AgentView> =>
  new Map(Array.from({ length: count }, (_, n) => makeAgent(n)).map((agent) => [agent.id, agent]));

/** A world on a stage that draws nothing, with state that a test writes. */
export function createFakeWorld(count: number, { reducedMotion = false } = {}) {
  const { stage, tap, input, isIdle, setReducedMotion, dispose } = createNullStage({ reducedMotion });
  const agents = createAgents(swarm(count));
  const state = {
    link: createValue<LinkView>({ status: "live" }),
    agents: agents.value,
    agentChanges: agents.changes,
    jobs: createValue<readonly JobView[]>([]),
    economy: createValue<EconomyFigures | undefined>(undefined),
    treasury: createValue<TreasuryFigures | undefined>(undefined),
    cues: createFeed<Cue>(),
  };
  const selected = createValue<AgentId | undefined>(undefined);
  const context = createWorldContext({
    stage,
    state,
    selected,
    onSelect: selected.set,
    fontFamily: "monospace",
  });
  return {
    stage,
    tap,
    input,
    isIdle,
    setReducedMotion,
    state,
    selected,
    context,
    step(frames = 1, dt = 1 / 60) {
      for (let i = 0; i < frames; i++) stage.step(dt);
    },
    /** Writes one agent anew, as the state does: a new map with a new view. */
    put(id: AgentId, differs: Partial<AgentView>) {
      const before = state.agents.get().get(id);
      if (!before) throw new Error(`no agent ${id}`);
      state.agents.set(new Map(state.agents.get()).set(id, { ...before, ...differs }));
    },
    remove(id: AgentId) {
      const next = new Map(state.agents.get());
      next.delete(id);
      state.agents.set(next);
    },
    dispose() {
      context.dispose();
      dispose();
    },
  };
}

/** The bytes of the committed figures, their file in the bundle of the test. */
export const committedAvatar = (): Uint8Array<ArrayBuffer> => {
  const base64 = avatarFile.slice(avatarFile.indexOf(",") + 1);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
};

export const loadCommittedAvatar = (scene: Scene) => loadAvatar(scene, committedAvatar());
