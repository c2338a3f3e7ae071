import { levelAt, type Place, placeOf, spotAt } from "./floor-plan.ts";
import { hashOf, mixed } from "./hash.ts";
import { ARCS, createRoleArcs } from "./role-arcs.ts";

export type { Place } from "./floor-plan.ts";

/** Two agents nearer than this, in metres, would stand inside each other. */
const ELBOW_ROOM = 1.2;
/** Farther out than this, in metres, no place is believed: one agent far away would make all others dots. */
const FARTHEST = 36;
/** A cell of the floor is so small that only one agent can be in it, and its neighbours within this many cells matter. */
const CELL = ELBOW_ROOM / Math.SQRT2;
const NEIGHBOURS = 2;
const CELLS_ACROSS = 2 ** 20;

/** Where stewards stand, in order: before the core, then around it. */
const CENTRE_ROLE = "steward";
const CENTRE: readonly Place[] = [
  { x: 0, z: -2 },
  { x: -3, z: 0.5 },
  { x: 3, z: 0.5 },
  { x: 0, z: 3.2 },
];

/** Where on a level an agent looks for a spot: so many tries each, in ever wider parts of the way round. */
const TRIES: readonly { readonly half: number; readonly count: number }[] = [
  { half: 0.5 / ARCS, count: 4 },
  { half: 1 / ARCS, count: 4 },
  { half: 2 / ARCS, count: 6 },
  { half: 3.5 / ARCS, count: 8 },
  { half: 0.5, count: 16 },
];

/** What the layout has to know of an agent. */
export interface Wish {
  readonly id: string;
  readonly role: string;
  /** Where it says it stands, in metres. Anything may be in here. */
  readonly x: number | undefined;
  readonly z: number | undefined;
}

export interface Layout {
  /** Where an agent stands. It keeps its place until it says another that it can have, or is released. */
  place(wish: Wish): Place;
  /** Gives an agent's place back. */
  release(id: string): void;
  /** How many of everything are kept: nothing once everybody was released. */
  readonly held: {
    readonly places: number;
    readonly spots: number;
    readonly cells: number;
    readonly roles: number;
  };
}

interface Mine {
  readonly at: Place;
  /** The place it said it has; undefined when it said none. */
  readonly x: number | undefined;
  readonly z: number | undefined;
  /** The spot of the floor plan it is on, with its level, and the role that it is there for. */
  readonly spot: number | undefined;
  readonly level: number;
  readonly role: string | undefined;
}

/**
 * Gives every agent a place of its own and keeps it there: nobody moves because someone came or went.
 *
 * Who says a place that can be had stands there. Everybody else is put on the rings around the core, into the arc of its
 * role, by a hash of its id: level by level from the inside, a few tries on each, so that the swarm is a disc however many
 * there are, with the way to the gate (towards -z) left free. The same agents told in the same order always stand alike.
 * What the order can change is who has a spot that two want; `inPlacingOrder` makes that the same as well for those that
 * come together, so only who came later, or took the spot of one who left, may stand elsewhere after a reload.
 */
export function createLayout(): Layout {
  const standing = new Map<string, Mine>();
  const cells = new Map<number, Place>();
  const spots = new Set<number>();
  const filled: number[] = [];
  const arcs = createRoleArcs();

  const cellOf = (x: number, z: number): number =>
    (Math.round(x / CELL) + CELLS_ACROSS / 2) * CELLS_ACROSS + Math.round(z / CELL) + CELLS_ACROSS / 2;

  function hasRoom(x: number, z: number): boolean {
    const cell = cellOf(x, z);
    for (let dx = -NEIGHBOURS; dx <= NEIGHBOURS; dx++) {
      for (let dz = -NEIGHBOURS; dz <= NEIGHBOURS; dz++) {
        const there = cells.get(cell + dx * CELLS_ACROSS + dz);
        if (there && Math.hypot(there.x - x, there.z - z) < ELBOW_ROOM) return false;
      }
    }
    return true;
  }

  /** The place an agent asks for, if it can be had. */
  function wanted({ x, z }: Wish): Place | undefined {
    if (x === undefined || z === undefined) return undefined;
    const away = Math.hypot(x, z);
    // Also false for what is no number.
    const isBelievable = away >= ELBOW_ROOM && away <= FARTHEST;
    return isBelievable && hasRoom(x, z) ? { x, z } : undefined;
  }

  function findSpot(id: string, arc: number): Pick<Mine, "at" | "spot" | "level"> {
    const seed = hashOf(id);
    for (let n = 0; ; n++) {
      const level = levelAt(n);
      if ((filled[n] ?? 0) >= level.spots) continue;
      let bits = mixed(seed ^ (n * 0x9e3779b9));
      for (const { half, count } of TRIES) {
        for (let i = 0; i < count; i++) {
          bits = mixed(bits + 0x9e3779b9);
          const along = (arc + 0.5) / ARCS + ((bits & 0xffff) / 0x8000 - 1) * half;
          // An arc at the gate's way goes on beyond it.
          const spot = spotAt(level, (bits >>> 16) / 0x10000, along - Math.floor(along));
          if (spots.has(spot)) continue;
          const at = placeOf(level, spot);
          if (hasRoom(at.x, at.z)) return { at, spot, level: n };
        }
      }
    }
  }

  function stand(wish: Wish): Mine {
    const { x, z, role } = wish;
    const own = wanted(wish) ?? (role === CENTRE_ROLE ? CENTRE.find((at) => hasRoom(at.x, at.z)) : undefined);
    if (own) return { at: own, x, z, spot: undefined, level: 0, role: undefined };
    const found = findSpot(wish.id, arcs.enter(role));
    spots.add(found.spot ?? 0);
    filled[found.level] = (filled[found.level] ?? 0) + 1;
    return { ...found, x, z, role };
  }

  function release(id: string): void {
    const mine = standing.get(id);
    if (!mine) return;
    standing.delete(id);
    cells.delete(cellOf(mine.at.x, mine.at.z));
    if (mine.spot === undefined) return;
    spots.delete(mine.spot);
    filled[mine.level] = (filled[mine.level] ?? 0) - 1;
    if (mine.role !== undefined) arcs.leave(mine.role);
  }

  return {
    release,
    place(wish) {
      const mine = standing.get(wish.id);
      if (mine) {
        if (Object.is(mine.x, wish.x) && Object.is(mine.z, wish.z)) return mine.at;
        // Nobody stands in its own way.
        cells.delete(cellOf(mine.at.x, mine.at.z));
        const moves = wanted(wish) !== undefined;
        cells.set(cellOf(mine.at.x, mine.at.z), mine.at);
        if (!moves) {
          standing.set(wish.id, { ...mine, x: wish.x, z: wish.z });
          return mine.at;
        }
        release(wish.id);
      }
      const next = stand(wish);
      standing.set(wish.id, next);
      cells.set(cellOf(next.at.x, next.at.z), next.at);
      return next.at;
    },
    get held() {
      return { places: standing.size, spots: spots.size, cells: cells.size, roles: arcs.size };
    },
  };
}

/**
 * Agents that come together in the order in which they are given their places: those that say one first, then by a hash of
 * their ids, so that the order in which they were told of does not matter.
 */
export function inPlacingOrder<Agent extends Wish>(agents: readonly Agent[]): readonly Agent[] {
  const keyed = agents.map((agent) => ({
    agent,
    rank: agent.x !== undefined && agent.z !== undefined ? 0 : 1,
    hash: hashOf(agent.id),
  }));
  keyed.sort((a, b) => a.rank - b.rank || a.hash - b.hash || (a.agent.id < b.agent.id ? -1 : 1));
  return keyed.map(({ agent }) => agent);
}
