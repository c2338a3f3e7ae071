import type { AgentId } from "../../protocol/ids.ts";
import type { Stage, Undo } from "../stage/stage.ts";
import type { AgentView, Readable } from "../state/model.ts";
import { createLayout, type Place } from "./layout.ts";

/** One agent as it stands in the world. */
export interface Standing {
  readonly id: AgentId;
  readonly view: AgentView;
  readonly at: Place;
  /** Where it faces by itself: radians clockwise from +z. */
  readonly heading: number;
  /** 0 to 1, its own for ever: nobody moves in step. */
  readonly phase: number;
}

/** What differs from the last frame: the slots to write again, those of newcomers among them. */
export interface RosterChange {
  readonly slots: readonly number[];
  readonly left: readonly AgentId[];
  /** Whether anyone came, left or stands elsewhere. */
  readonly moved: boolean;
}

/** Who stands in the world and in which slot of every instance buffer. Slots are dense: the last fills a gap. */
export interface Roster {
  readonly standing: readonly Standing[];
  /** How far the farthest agent is from the core, in metres. */
  readonly radius: number;
  /** The same of those on the gate's side, towards -z. */
  readonly frontRadius: number;
  slotOf(id: AgentId): number | undefined;
  find(id: AgentId): Standing | undefined;
  /** Calls `listener` once a frame in which something differs, and once at once with everything there is. */
  onChange(listener: (change: RosterChange) => void): Undo;
  dispose(): void;
}

/** The radius of an empty world: the core and the gate want some room. */
const LEAST_RADIUS = 7;

/** Spreads ids over 0 to 1 (FNV-1a). */
export function phaseOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** Follows the agents of the state, gives each a slot and a place, and tells the features once a frame what differs. */
export function createRoster(stage: Stage, agents: Readable<ReadonlyMap<AgentId, AgentView>>): Roster {
  const layout = createLayout();
  const standing: Standing[] = [];
  const slots = new Map<AgentId, number>();
  const listeners = new Set<(change: RosterChange) => void>();
  let radius = LEAST_RADIUS;
  let frontRadius = LEAST_RADIUS;
  let stale = true;

  function stand(view: AgentView): Standing {
    const at = layout.place(view.id, view);
    const isOwnPlace = at.x === view.x && at.z === view.z;
    const heading = isOwnPlace ? (view.direction * Math.PI) / 180 : Math.atan2(-at.x, -at.z);
    return { id: view.id, view, at, heading, phase: phaseOf(view.id) };
  }

  function remove(slot: number): void {
    const last = standing.pop();
    const gone = slot < standing.length ? standing[slot] : last;
    if (last && gone && gone !== last) {
      standing[slot] = last;
      slots.set(last.id, slot);
    }
    if (!gone) return;
    slots.delete(gone.id);
    layout.release(gone.id);
  }

  function sync(): void {
    if (!stale) return;
    stale = false;
    const views = agents.get();
    const changed: AgentView[] = [];
    const newcomers: AgentView[] = [];
    for (const view of views.values()) {
      const slot = slots.get(view.id);
      if (slot === undefined) newcomers.push(view);
      else if (standing[slot]?.view !== view) changed.push(view);
    }
    const touched = new Set<number>();
    const left: AgentId[] = [];
    // As many as before means nobody left: the usual case, and a whole pass saved.
    for (
      let slot = standing.length - 1;
      slot >= 0 && views.size - newcomers.length < standing.length;
      slot--
    ) {
      const id = standing[slot]?.id;
      if (id === undefined || views.has(id)) continue;
      left.push(id);
      remove(slot);
      touched.add(slot);
    }
    let moved = left.length > 0 || newcomers.length > 0;
    for (const view of changed) {
      const slot = slots.get(view.id);
      const before = slot === undefined ? undefined : standing[slot];
      if (slot === undefined || !before) continue;
      const after = stand(view);
      moved ||= before.at.x !== after.at.x || before.at.z !== after.at.z;
      standing[slot] = after;
      touched.add(slot);
    }
    for (const view of newcomers) {
      slots.set(view.id, standing.length);
      touched.add(standing.length);
      standing.push(stand(view));
    }
    const inUse = [...touched].filter((slot) => slot < standing.length);
    if (inUse.length === 0 && left.length === 0) return;
    if (moved) {
      radius = LEAST_RADIUS;
      frontRadius = LEAST_RADIUS;
      for (const { at } of standing) {
        const away = Math.hypot(at.x, at.z);
        radius = Math.max(radius, away);
        if (at.z < 0) frontRadius = Math.max(frontRadius, away);
      }
    }
    for (const listener of listeners) listener({ slots: inUse, left, moved });
  }

  const stopWatching = agents.subscribe(() => {
    stale = true;
  });
  const stopFrames = stage.onFrame(sync);

  return {
    standing,
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
    dispose() {
      stopWatching();
      stopFrames();
      listeners.clear();
    },
  };
}
