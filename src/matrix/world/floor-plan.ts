/** A place on the floor, in metres. */
export interface Place {
  readonly x: number;
  readonly z: number;
}

/** Metres between neighbours, along a ring and from ring to ring: their marks on the floor just touch. */
const SPACING = 3.4;
/** The first ring, outside the places that the agents of a new tower have of their own. */
const FIRST_RING = 13;
/** How wide the gate's way is to either side of -z: so many metres, and more farther out, or it would look like a crack. */
const WAY_HALF_WIDTH = 4;
const WAY_WIDENS = 0.03;
/** Every level has about this many times as many rings inside it as the one before. */
const LEVEL_GROWTH = 1.25;

/** Rings that are filled together. */
export interface Level {
  readonly firstRing: number;
  /** The number of its first spot. */
  readonly firstSpot: number;
  readonly spots: number;
  /** For each of its rings, where its spots begin, counted from the level's first; one more for their end. */
  readonly ringStarts: readonly number[];
}

const radiusOf = (ring: number): number => FIRST_RING + ring * SPACING;
/** Radians to either side of -z that stay free on a ring. */
const wayOf = (radius: number): number => Math.asin((WAY_HALF_WIDTH + WAY_WIDENS * radius) / radius);
const spotsOn = (ring: number): number => {
  const radius = radiusOf(ring);
  return Math.floor((2 * (Math.PI - wayOf(radius)) * radius) / SPACING);
};

const levels: Level[] = [];

/** The n-th level from the core, from 0. There is always another. */
export function levelAt(n: number): Level {
  for (let next = levels.length; next <= n; next++) {
    const before = levels[next - 1];
    const firstRing = before ? before.firstRing + before.ringStarts.length - 1 : 0;
    const rings = Math.max(1, Math.floor(firstRing * (LEVEL_GROWTH - 1)));
    const ringStarts = [0];
    for (let ring = firstRing; ring < firstRing + rings; ring++)
      ringStarts.push((ringStarts.at(-1) ?? 0) + spotsOn(ring));
    levels.push({
      firstRing,
      firstSpot: before ? before.firstSpot + before.spots : 0,
      spots: ringStarts.at(-1) ?? 0,
      ringStarts,
    });
  }
  const level = levels[n];
  if (!level) throw new RangeError(`there is no level ${n}`);
  return level;
}

/**
 * The number of the spot on a level that is `out` of the way outwards (0 to 1, a ring for every place alike) and `along`
 * of the way round (0 to 1, from one side of the gate's way clockwise to the other).
 */
export function spotAt(level: Level, out: number, along: number): number {
  const { ringStarts, spots, firstSpot } = level;
  const wanted = out * spots;
  let ring = 0;
  while (ring < ringStarts.length - 2 && wanted >= (ringStarts[ring + 1] ?? 0)) ring++;
  const start = ringStarts[ring] ?? 0;
  const room = (ringStarts[ring + 1] ?? 0) - start;
  return firstSpot + start + Math.min(room - 1, Math.floor(along * room));
}

/** Where a spot of a level is. */
export function placeOf(level: Level, spot: number): Place {
  const { ringStarts, firstSpot, firstRing } = level;
  const inLevel = spot - firstSpot;
  let ring = 0;
  while (ring < ringStarts.length - 2 && inLevel >= (ringStarts[ring + 1] ?? 0)) ring++;
  const start = ringStarts[ring] ?? 0;
  const room = (ringStarts[ring + 1] ?? 0) - start;
  const radius = radiusOf(firstRing + ring);
  const way = wayOf(radius);
  const angle = -Math.PI + way + ((inLevel - start + 0.5) / room) * 2 * (Math.PI - way);
  return { x: Math.sin(angle) * radius, z: Math.cos(angle) * radius };
}
