import type { AgentId } from "../../protocol/ids.ts";
import type { Stage, Undo } from "../stage/stage.ts";
import type { Change } from "../state/changes.ts";
import type { AgentView, MatrixState } from "../state/model.ts";
import { hashOf } from "./hash.ts";
import { createLayout, inPlacingOrder, type Layout, type Place } from "./layout.ts";
import { ENTER_S, LEAVE_S } from "./motion.ts";

/** One agent as it stands in the world. */
export interface Standing {
  readonly id: AgentId;
  /** As the state has it; of one that is leaving, as it was last. */
  readonly view: AgentView;
  readonly at: Place;
  /** Where it faces by itself: radians clockwise from +z. */
  readonly heading: number;
  /** 0 to 1, its own for ever: nobody moves in step. */
  readonly phase: number;
  /** While it makes its entrance: when that began, in the stage's `elapsed` seconds. Undefined for everybody else. */
  readonly cameAt: number | undefined;
  /** While it makes its exit: when that began, in the stage's `elapsed` seconds. Undefined for everybody else. */
  readonly leftAt: number | undefined;
}

/**
 * What differs from the last frame: the slots to write again, those of newcomers, of those that begin to leave and of
 * those whose entrance is over among them; and who is gone, exit and all.
 */
export interface RosterChange {
  readonly slots: readonly number[];
  readonly left: readonly AgentId[];
  /** Whether anyone came, is gone or stands elsewhere. */
  readonly moved: boolean;
}

/** Who stands in the world and in which slot of every instance buffer. Slots are dense: the last fills a gap. */
export interface Roster {
  /** Those that are here, and those that are leaving. */
  readonly standing: readonly Standing[];
  /** How many are here: as many as the state has. */
  readonly count: number;
  /** How far the farthest agent is from the core, in metres. */
  readonly radius: number;
  /** The same of those on the gate's side, towards -z. */
  readonly frontRadius: number;
  slotOf(id: AgentId): number | undefined;
  find(id: AgentId): Standing | undefined;
  /** Calls `listener` once a frame in which something differs, and once at once with everything there is. */
  onChange(listener: (change: RosterChange) => void): Undo;
  /** How many of everything are kept: nothing of those who are gone. */
  readonly held: Layout["held"] & { readonly slots: number; readonly passages: number };
  dispose(): void;
}

/** The radius of an empty world: the core and the gate want some room. */
const LEAST_RADIUS = 7;
/** When more than this come, or leave, in one frame, nobody acts it out: it is no event any more. */
const MOST_ACTED = 64;

/** Spreads ids over 0 to 1. */
export function phaseOf(id: string): number {
  const hash = hashOf(id);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** An entrance or an exit that is under way. */
interface Passage {
  readonly id: AgentId;
  readonly since: number;
}

/** Follows the agents of the state, gives each a slot and a place, and tells the features once a frame what differs. */
export function createRoster(
  stage: Stage,
  state: Pick<MatrixState, "agents" | "agentChanges">,
  layout = createLayout(),
): Roster {
  const standing: Standing[] = [];
  const slots = new Map<AgentId, number>();
  const listeners = new Set<(change: RosterChange) => void>();
  const changes = state.agentChanges.follow();
  /** Both in the order in which they began. */
  const entrances: Passage[] = [];
  const exits: Passage[] = [];
  const PASSAGES = {
    cameAt: { passages: entrances, seconds: ENTER_S },
    leftAt: { passages: exits, seconds: LEAVE_S },
  } as const;
  /** Whether a snapshot has told of everybody: from then on nobody moves. */
  let isComplete = false;
  let leaving = 0;
  let radius = LEAST_RADIUS;
  let frontRadius = LEAST_RADIUS;
  let isRadiusStale = false;

  /** What the present frame changes. */
  const touched = new Set<number>();
  let left: AgentId[] = [];
  let moved = false;

  function stand(view: AgentView, before: Standing | undefined, cameAt: number | undefined): Standing {
    const at = layout.place(view);
    const faces = at.x === view.x && at.z === view.z ? view.direction : undefined;
    const heading = faces === undefined ? Math.atan2(-at.x, -at.z) : ((faces % 360) * Math.PI) / 180;
    const phase = before?.phase ?? phaseOf(view.id);
    return { id: view.id, view, at, heading, phase, cameAt, leftAt: undefined };
  }

  const write = (slot: number, agent: Standing) => {
    standing[slot] = agent;
    touched.add(slot);
  };

  function widen({ x, z }: Place): void {
    const away = Math.hypot(x, z);
    radius = Math.max(radius, away);
    if (z < 0) frontRadius = Math.max(frontRadius, away);
  }

  /** Somebody is no longer there: only who stood at the edge makes the swarm smaller. */
  function vacated({ x, z }: Place): void {
    moved = true;
    const away = Math.hypot(x, z);
    isRadiusStale ||= away >= radius || (z < 0 && away >= frontRadius);
  }

  function remove(slot: number): void {
    const gone = standing[slot];
    const last = standing.pop();
    if (!gone || !last) return;
    slots.delete(gone.id);
    if (gone !== last) {
      write(slot, last);
      slots.set(last.id, slot);
    }
    layout.release(gone.id);
    left.push(gone.id);
    vacated(gone.at);
  }

  function update(slot: number, view: AgentView): void {
    const before = standing[slot];
    if (!before || (before.view === view && before.leftAt === undefined)) return;
    if (before.leftAt !== undefined) leaving -= 1;
    const after = stand(view, before, before.cameAt);
    if (before.at.x !== after.at.x || before.at.z !== after.at.z) {
      vacated(before.at);
      widen(after.at);
    }
    write(slot, after);
  }

  const isActedOut = (count: number, isLive: boolean): boolean =>
    isLive && !stage.reducedMotion && count <= MOST_ACTED;

  function leave(leavers: readonly AgentId[], isLive: boolean): void {
    const isActed = isActedOut(leavers.length, isLive);
    const since = stage.now.elapsed;
    for (const id of leavers) {
      // Whoever is removed gives its slot to another.
      const slot = slots.get(id);
      const agent = slot === undefined ? undefined : standing[slot];
      if (slot === undefined || !agent) continue;
      if (!isActed) {
        remove(slot);
        continue;
      }
      leaving += 1;
      exits.push({ id, since });
      write(slot, { ...agent, leftAt: since });
    }
  }

  function come(newcomers: readonly AgentView[], isLive: boolean): void {
    if (newcomers.length === 0) return;
    for (const view of inPlacingOrder(newcomers)) layout.place(view);
    const isActed = isActedOut(newcomers.length, isLive);
    const cameAt = isActed ? stage.now.elapsed : undefined;
    for (const view of newcomers) {
      const slot = standing.length;
      const agent = stand(view, undefined, cameAt);
      slots.set(view.id, slot);
      write(slot, agent);
      widen(agent.at);
      if (cameAt !== undefined) entrances.push({ id: view.id, since: cameAt });
    }
    moved = true;
  }

  /** A tower greets with some of its agents before it tells of all: those were placed without regard for the others. */
  function placeAnew(views: Iterable<AgentView>): void {
    for (const { id } of standing) layout.release(id);
    for (const view of inPlacingOrder([...views])) layout.place(view);
  }

  function take({ ids, isReplaced, isLive }: Change<AgentId>): void {
    const views = state.agents.get();
    const newcomers: AgentView[] = [];
    const leavers: AgentId[] = [];
    if (isReplaced && !isComplete) {
      isComplete = true;
      if (standing.length > 0) placeAnew(views.values());
    }
    for (const id of ids === "all" ? new Set([...slots.keys(), ...views.keys()]) : ids) {
      const view = views.get(id);
      const slot = slots.get(id);
      if (view && slot === undefined) newcomers.push(view);
      else if (view && slot !== undefined) update(slot, view);
      else if (slot !== undefined && standing[slot]?.leftAt === undefined) leavers.push(id);
    }
    leave(leavers, isLive);
    come(newcomers, isLive);
  }

  /** Ends the entrances or exits that have lasted long enough, except of those who have left or come back since. */
  function settle(which: "cameAt" | "leftAt", end: (slot: number, agent: Standing) => void): void {
    const { passages, seconds } = PASSAGES[which];
    let over = 0;
    for (const { id, since } of passages) {
      if (stage.now.elapsed - since < seconds) break;
      over += 1;
      const slot = slots.get(id);
      const agent = slot === undefined ? undefined : standing[slot];
      if (slot !== undefined && agent?.[which] === since) end(slot, agent);
    }
    if (over > 0) passages.splice(0, over);
  }

  function measure(): void {
    isRadiusStale = false;
    radius = LEAST_RADIUS;
    frontRadius = LEAST_RADIUS;
    for (const { at } of standing) widen(at);
  }

  function sync(): void {
    const change = changes.take();
    if (!change && entrances.length === 0 && exits.length === 0) return;
    settle("cameAt", (slot, agent) => write(slot, { ...agent, cameAt: undefined }));
    // Who comes back in this frame is not gone.
    if (change) take(change);
    settle("leftAt", (slot) => {
      leaving -= 1;
      remove(slot);
    });
    if (isRadiusStale) measure();
    if (touched.size === 0 && left.length === 0) return;
    const told = { slots: [...touched].filter((slot) => slot < standing.length), left, moved };
    touched.clear();
    left = [];
    moved = false;
    for (const listener of listeners) listener(told);
  }

  const stopFrames = stage.onFrame(sync);

  return {
    standing,
    get count() {
      return standing.length - leaving;
    },
    get radius() {
      return radius;
    },
    get frontRadius() {
      return frontRadius;
    },
    slotOf: (id) => slots.get(id),
    find(id) {
      const slot = slots.get(id);
      return slot === undefined ? undefined : standing[slot];
    },
    onChange(listener) {
      listeners.add(listener);
      listener({ slots: standing.map((_, slot) => slot), left: [], moved: true });
      return () => listeners.delete(listener);
    },
    get held() {
      return { ...layout.held, slots: slots.size, passages: entrances.length + exits.length };
    },
    dispose() {
      changes.stop();
      stopFrames();
      listeners.clear();
    },
  };
}
