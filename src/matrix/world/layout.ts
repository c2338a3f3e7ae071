/** A place on the floor, in metres. */
export interface Place {
  readonly x: number;
  readonly z: number;
}

/** Two agents nearer than this, in metres, would stand inside each other. */
const ELBOW_ROOM = 1.2;
/** Farther out than this no place is believed. */
const FARTHEST = 400;
const FIRST_RING = 13;
const RING_GAP = 4;
/** Metres of a ring that one agent takes. */
const ALONG_RING = 4;
/** Radians around -z that stay free on every ring, so that the gate can be seen. */
const GATE_GAP = 0.5;

/**
 * The n-th place on rings around the core, from 0: each ring is filled before the next. Ring places never fall on the
 * way to the gate, which is towards -z.
 */
export function ringPlace(n: number): Place {
  let ring = 0;
  let first = 0;
  for (;;) {
    const radius = FIRST_RING + ring * RING_GAP;
    const room = Math.floor((radius * (2 * Math.PI - GATE_GAP)) / ALONG_RING) - 1;
    if (n - first < room) {
      // From the middle of the far side outwards, left and right in turn: a half-filled ring is still balanced.
      const step = n - first;
      const turn = (step % 2 === 0 ? 1 : -1) * (Math.ceil(step / 2) + (ring % 2) * 0.5);
      const angle = (turn * (2 * Math.PI - GATE_GAP)) / (room + 1);
      return { x: Math.sin(angle) * radius, z: Math.cos(angle) * radius };
    }
    first += room;
    ring += 1;
  }
}

export interface Layout {
  /** Where an agent stands: where it asks to, if that is a free place, else the lowest free place on the rings. */
  place(id: string, wanted: Place): Place;
  /** Gives an agent's place back. */
  release(id: string): void;
}

/** Gives every agent a place of its own and keeps it there: nobody moves because someone came or went. */
export function createLayout(): Layout {
  const standing = new Map<
    string,
    { readonly wanted: Place; readonly at: Place; readonly ring: number | undefined }
  >();
  const cells = new Map<string, string>();
  const ringTaken = new Set<number>();
  let lowestFree = 0;
  const cellOf = ({ x, z }: Place) => `${Math.round(x / ELBOW_ROOM)}:${Math.round(z / ELBOW_ROOM)}`;

  function isFree(at: Place): boolean {
    if (!Number.isFinite(at.x) || !Number.isFinite(at.z)) return false;
    if (Math.hypot(at.x, at.z) > FARTHEST || Math.hypot(at.x, at.z) < ELBOW_ROOM) return false;
    for (const dx of [-1, 0, 1]) {
      for (const dz of [-1, 0, 1]) {
        const other = cells.get(cellOf({ x: at.x + dx * ELBOW_ROOM, z: at.z + dz * ELBOW_ROOM }));
        const there = other === undefined ? undefined : standing.get(other)?.at;
        if (there && Math.hypot(there.x - at.x, there.z - at.z) < ELBOW_ROOM) return false;
      }
    }
    return true;
  }

  function release(id: string): void {
    const mine = standing.get(id);
    if (!mine) return;
    standing.delete(id);
    cells.delete(cellOf(mine.at));
    if (mine.ring === undefined) return;
    ringTaken.delete(mine.ring);
    lowestFree = Math.min(lowestFree, mine.ring);
  }

  return {
    release,
    place(id, wanted) {
      const mine = standing.get(id);
      if (mine && Object.is(mine.wanted.x, wanted.x) && Object.is(mine.wanted.z, wanted.z)) return mine.at;
      release(id);
      let at = wanted;
      let ring: number | undefined;
      if (!isFree(at)) {
        while (ringTaken.has(lowestFree) || !isFree(ringPlace(lowestFree))) lowestFree += 1;
        ring = lowestFree;
        at = ringPlace(ring);
        ringTaken.add(ring);
      }
      standing.set(id, { wanted, at, ring });
      cells.set(cellOf(at), id);
      return at;
    },
  };
}
