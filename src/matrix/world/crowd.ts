import type { AgentId } from "../../protocol/ids.ts";
import { CLOCK_PERIOD_S } from "../stage/clock.ts";
import type { Point3 } from "../stage/orbit.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState, Readable } from "../state/model.ts";
import { type AgentTable, createAgentTable } from "./agent-table.ts";
import { behaviourOf, type Facing } from "./behaviour.ts";
import { JOB_TINTS, rgbOf } from "./colors.ts";
import { gatePlace } from "./gate-place.ts";
import { createLevels } from "./levels.ts";
import {
  behave,
  createLiving,
  hasOpenJob,
  type Living,
  play,
  SETTLED_S,
  shownRing,
  takeJob,
} from "./living.ts";
import { type ClipName, clipIndex, LONG_AGO } from "./motion.ts";
import type { Roster, RosterChange, Standing } from "./roster.ts";
import { createSlotList, type SlotList } from "./slot-list.ts";
import { hasMoved, type Viewpoint, viewpointOf } from "./viewpoint.ts";

/** All agents as they are drawn. Every agent is in exactly one of `near`, `far` and `points`. */
export interface Crowd {
  readonly table: AgentTable;
  /** Near enough to reward a close look. */
  readonly near: SlotList;
  /** Figures of few pixels. */
  readonly far: SlotList;
  /** Too small or too many for a figure: a point of light. */
  readonly points: SlotList;
  /** Those whose job's ring is to be seen. */
  readonly ringed: SlotList;
  /** How many have an open job. */
  readonly busy: number;
  /** How many of everything are kept: nothing of those who are gone. */
  readonly held: { readonly living: number; readonly gestures: number; readonly unsettled: number };
  /** Tells how long the figure's clips are, in seconds: a gesture ends with its clip. */
  setClipSeconds(seconds: ReadonlyMap<ClipName, number>): void;
  dispose(): void;
}

export interface CrowdOptions {
  readonly stage: Stage;
  readonly state: Pick<MatrixState, "cues">;
  readonly roster: Roster;
  readonly selected: Readable<AgentId | undefined>;
}

/** While there are no more rings than this, those who are but points have theirs too. */
const RINGS_ON_POINTS = 400;
/** How many that have settled are written anew in a frame at most. */
const MOST_SETTLED = 256;

/** Metres that the gate may move, as the swarm grows, before those who face it turn after it. */
const GATE_STEP_M = 0.25;

const HEADINGS: Readonly<Record<Facing, (agent: Standing, gate: Point3) => number>> = {
  own: ({ heading }) => heading,
  gate: ({ at }, gate) => Math.atan2(gate.x - at.x, gate.z - at.z),
  core: ({ at }) => Math.atan2(-at.x, -at.z),
};

/** Follows everybody in the world and is the only writer of the agent table. */
export function createCrowd({ stage, state, roster, selected }: CrowdOptions): Crowd {
  const table = createAgentTable(stage.scene);
  const levels = createLevels();
  const ringed = createSlotList();
  const living = new Map<AgentId, Living>();
  /** Those in a gesture, and when it ends. */
  const gestures = new Map<AgentId, number>();
  /** Those who changed, in that order, to be written once more when it is over: the shaders' clock comes round again. */
  const unsettled = new Map<AgentId, number>();
  /** Those who face the gate, and where it was when they turned to it. */
  const facingGate = new Set<AgentId>();
  let gate = gatePlace(roster);
  let clipSeconds: ReadonlyMap<ClipName, number> = new Map();
  let xs = new Float32Array(64);
  let zs = new Float32Array(64);
  /** 1 where there is a ring. */
  let hasRing = new Uint8Array(64);
  let ringsAreStale = true;
  let busy = 0;
  let seenFrom: Viewpoint | undefined;
  let seenEffects = Number.NaN;

  /** A time on the shaders' clock. */
  const told = (at: number): number => {
    const { elapsed } = stage.now;
    return at < 0 || elapsed - at >= SETTLED_S ? LONG_AGO : at % CLOCK_PERIOD_S;
  };

  function write(agent: Standing, mine: Living, slot: number): void {
    const { view, at, phase } = agent;
    const { behaviour, bearing, was } = mine;
    const ring = shownRing(mine, stage.now.elapsed);
    const [red, green, blue] = rgbOf(view.color);
    const toSince = told(mine.toSince);
    const from = toSince < 0 ? mine.to : mine.from;
    table.set(slot, "place", at.x, at.z, bearing.heading, phase);
    table.set(slot, "tint", red, green, blue, Math.min(1, Math.max(0, view.budgetStress)) || 0);
    table.set(slot, "motion", clipIndex(from), clipIndex(mine.to), told(mine.fromSince), toSince);
    const cameAt = told(agent.cameAt ?? LONG_AGO);
    const leftAt = told(agent.leftAt ?? LONG_AGO);
    table.set(slot, "look", cameAt, leftAt, bearing.presence, selected.get() === agent.id ? 1 : 0);
    table.set(slot, "mind", behaviour.breath, bearing.gaze, bearing.focus, behaviour.unrest);
    const changedAt = told(mine.changedAt);
    const before = changedAt < 0 ? bearing : was;
    table.set(slot, "was", before.heading, before.presence, before.focus, changedAt);
    const progress = ring?.progress ?? 0;
    const tint = ring ? JOB_TINTS.indexOf(ring.tint) : -1;
    table.set(slot, "work", progress, ring?.awaited ? 1 : 0, behaviour.flow, tint);
    const filledAt = told(ring?.filledAt ?? LONG_AGO);
    const filledFrom = filledAt < 0 ? progress : (ring?.progressWas ?? 0);
    table.set(slot, "fill", filledFrom, filledAt, told(ring?.endedAt ?? LONG_AGO), before.gaze);
    xs[slot] = at.x;
    zs[slot] = at.z;
    const rings = ring ? 1 : 0;
    ringsAreStale ||= hasRing[slot] !== rings;
    hasRing[slot] = rings;
  }

  function rewrite(id: AgentId | undefined): void {
    const slot = id === undefined ? undefined : roster.slotOf(id);
    const agent = slot === undefined ? undefined : roster.standing[slot];
    const mine = agent && living.get(agent.id);
    if (agent && mine && slot !== undefined) write(agent, mine, slot);
  }

  /** Moves to the end of those who are not settled. */
  function unsettle(id: AgentId): void {
    unsettled.delete(id);
    unsettled.set(id, stage.now.elapsed);
  }

  function follow(agent: Standing): Living {
    const { elapsed } = stage.now;
    const { job } = agent.view;
    const behaviour = behaviourOf(agent.view);
    const heading = HEADINGS[behaviour.facing](agent, gate);
    if (behaviour.facing === "gate") facingGate.add(agent.id);
    else facingGate.delete(agent.id);
    const known = living.get(agent.id);
    const mine = known ?? createLiving(behaviour, heading, job);
    if (known) {
      busy -= hasOpenJob(known) ? 1 : 0;
      behave(known, behaviour, heading, elapsed);
      takeJob(known, agent.leftAt === undefined ? job : undefined, elapsed);
    } else {
      living.set(agent.id, mine);
    }
    busy += hasOpenJob(mine) ? 1 : 0;
    return mine;
  }

  function forget(id: AgentId): void {
    const gone = living.get(id);
    if (!gone) return;
    busy -= hasOpenJob(gone) ? 1 : 0;
    living.delete(id);
    gestures.delete(id);
    unsettled.delete(id);
    facingGate.delete(id);
  }

  function reserve(count: number): void {
    table.reserve(count);
    if (count <= xs.length) return;
    const room = 2 ** Math.ceil(Math.log2(count));
    const grow = <T extends Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    xs = grow(new Float32Array(room), xs);
    zs = grow(new Float32Array(room), zs);
    hasRing = grow(new Uint8Array(room), hasRing);
  }

  /** Those who face the gate turn after it. */
  function followGate(): void {
    const now = gatePlace(roster);
    if (Math.abs(now.z - gate.z) < GATE_STEP_M) return;
    gate = now;
    for (const id of facingGate) {
      const agent = roster.find(id);
      if (!agent) continue;
      follow(agent);
      rewrite(id);
      unsettle(id);
    }
  }

  function followRoster({ slots, left, moved }: RosterChange): void {
    reserve(roster.standing.length);
    for (const id of left) {
      if (roster.slotOf(id) === undefined) forget(id);
    }
    if (moved) followGate();
    for (const slot of slots) {
      const agent = roster.standing[slot];
      if (!agent) continue;
      write(agent, follow(agent), slot);
      unsettle(agent.id);
    }
    ringsAreStale ||= moved;
    if (moved) seenFrom = undefined;
  }

  function endGestures(): void {
    const { elapsed } = stage.now;
    for (const [id, endsAt] of gestures) {
      if (elapsed < endsAt) continue;
      gestures.delete(id);
      const mine = living.get(id);
      const agent = roster.find(id);
      if (!mine || !agent) continue;
      play(mine, mine.behaviour.clip, elapsed);
      follow(agent);
      rewrite(id);
      unsettle(id);
    }
  }

  function settle(): void {
    const { elapsed } = stage.now;
    let most = MOST_SETTLED;
    for (const [id, since] of unsettled) {
      if (elapsed - since < SETTLED_S || most === 0) break;
      most -= 1;
      unsettled.delete(id);
      const agent = roster.find(id);
      if (!agent) continue;
      follow(agent);
      rewrite(id);
    }
  }

  function level(): void {
    const { effects } = stage.quality;
    const view = viewpointOf(stage.camera, stage.size());
    if (seenFrom && seenEffects === effects && !hasMoved(seenFrom, view)) return;
    seenFrom = view;
    seenEffects = effects;
    levels.update(xs, zs, roster.standing.length, view, effects);
    ringsAreStale = true;
  }

  function listRings(): void {
    if (!ringsAreStale) return;
    ringsAreStale = false;
    const count = roster.standing.length;
    let rings = 0;
    for (let slot = 0; slot < count; slot++) rings += hasRing[slot] ?? 0;
    const least = rings > RINGS_ON_POINTS ? 1 : 0;
    ringed.begin();
    for (let slot = 0; slot < count; slot++) {
      if (hasRing[slot] === 1 && levels.levelOf(slot) >= least) ringed.add(slot);
    }
    ringed.end();
  }

  let selectedBefore = selected.get();
  const undo = [
    roster.onChange(followRoster),
    state.cues.subscribe((cue) => {
      const mine = cue.kind === "gesture" ? living.get(cue.agentId) : undefined;
      if (!mine || cue.kind !== "gesture") return;
      const { elapsed } = stage.now;
      play(mine, cue.gesture, elapsed);
      gestures.set(cue.agentId, elapsed + (clipSeconds.get(cue.gesture) ?? 0));
      rewrite(cue.agentId);
      unsettle(cue.agentId);
    }),
    selected.subscribe(() => {
      rewrite(selectedBefore);
      selectedBefore = selected.get();
      rewrite(selectedBefore);
    }),
    stage.onFrame(() => {
      endGestures();
      settle();
      level();
      listRings();
      table.flush();
    }),
  ];

  return {
    table,
    near: levels.near,
    far: levels.far,
    points: levels.points,
    ringed,
    get busy() {
      return busy;
    },
    get held() {
      return { living: living.size, gestures: gestures.size, unsettled: unsettled.size };
    },
    setClipSeconds(seconds) {
      clipSeconds = seconds;
    },
    dispose() {
      for (const stop of undo) stop();
      table.dispose();
    },
  };
}
