import { HEAD_HEIGHT } from "./places.ts";
import { createSlotList, type SlotList } from "./slot-list.ts";
import type { Viewpoint } from "./viewpoint.ts";

/** CSS px that a figure must be high to be drawn near, or at all as a figure. */
const NEAR_PX = 56;
const FAR_PX = 14;
/** The most that are drawn near, and as figures at all, with every effect on; and the part that is left with none. */
const MOST_NEAR = 160;
const MOST_FIGURES = 2400;
const LEAST_PART = 0.35;
/** Who is in stays in until it is so much farther away than it had to be to come in. */
const HYSTERESIS = 1.1;
/** CSS px beyond the edge of the screen within which a figure still is drawn as one. */
const MARGIN_PX = 60;
const BUCKETS = 128;

const POINT = 0;
const FAR = 1;
const NEAR = 2;

export interface Levels {
  readonly near: SlotList;
  readonly far: SlotList;
  readonly points: SlotList;
  /** The level of a slot: 0 point, 1 far, 2 near. */
  levelOf(slot: number): number;
  /**
   * Files every one of the first `count` slots in one list. `xs` and `zs` are where they stand, in metres; `effects`
   * from 0 to 1 lowers how many figures there may be.
   */
  update(xs: Float32Array, zs: Float32Array, count: number, view: Viewpoint, effects: number): void;
}

/** Chooses how finely each agent is drawn, by how high it is on the screen. */
export function createLevels(): Levels {
  const near = createSlotList();
  const far = createSlotList();
  const points = createSlotList();
  let levels = new Uint8Array(64);
  /** Metres in front of the camera; infinite for who is not on the screen. */
  let depths = new Float32Array(64);
  const buckets = new Uint32Array(BUCKETS);

  function measure(xs: Float32Array, zs: Float32Array, count: number, view: Viewpoint): void {
    const [eyeX, eyeY, eyeZ] = view.eye;
    const [rightX, , rightZ] = view.right;
    const [upX, upY, upZ] = view.up;
    const [forwardX, forwardY, forwardZ] = view.forward;
    const [middleX, middleY] = view.middle;
    const [width, height] = view.size;
    const { focal } = view;
    const y = HEAD_HEIGHT / 2 - eyeY;
    const tall = (HEAD_HEIGHT / 2) * focal;
    for (let slot = 0; slot < count; slot++) {
      const x = (xs[slot] ?? 0) - eyeX;
      const z = (zs[slot] ?? 0) - eyeZ;
      const depth = x * forwardX + y * forwardY + z * forwardZ;
      let seen = false;
      if (depth > 0.1) {
        const reach = tall / depth + MARGIN_PX;
        const acrossPx = middleX + ((x * rightX + z * rightZ) * focal) / depth;
        const downPx = middleY - ((x * upX + y * upY + z * upZ) * focal) / depth;
        seen = acrossPx > -reach && acrossPx < width + reach && downPx > -reach && downPx < height + reach;
      }
      depths[slot] = seen ? depth : Number.POSITIVE_INFINITY;
    }
  }

  /** The depth within which there are at most so many, and not farther than `farthest`. */
  function depthOf(most: number, farthest: number, count: number): number {
    buckets.fill(0);
    const perMetre = BUCKETS / farthest;
    for (let slot = 0; slot < count; slot++) {
      const depth = depths[slot] ?? Number.POSITIVE_INFINITY;
      if (depth >= farthest) continue;
      const bucket = Math.floor(depth * perMetre);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    let within = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      within += buckets[bucket] ?? 0;
      if (within > most) return bucket / perMetre;
    }
    return farthest;
  }

  function file(count: number, nearest: number, farther: number): void {
    for (const list of [near, far, points]) list.begin();
    for (let slot = 0; slot < count; slot++) {
      const depth = depths[slot] ?? Number.POSITIVE_INFINITY;
      const before = levels[slot] ?? POINT;
      const level =
        depth < (before === NEAR ? nearest : nearest / HYSTERESIS)
          ? NEAR
          : depth < (before === POINT ? farther / HYSTERESIS : farther)
            ? FAR
            : POINT;
      levels[slot] = level;
      (level === NEAR ? near : level === FAR ? far : points).add(slot);
    }
    for (const list of [near, far, points]) list.end();
  }

  return {
    near,
    far,
    points,
    levelOf: (slot) => levels[slot] ?? POINT,
    update(xs, zs, count, view, effects) {
      if (count > levels.length) {
        const room = 2 ** Math.ceil(Math.log2(count));
        const grown = new Uint8Array(room);
        grown.set(levels);
        levels = grown;
        depths = new Float32Array(room);
      }
      measure(xs, zs, count, view);
      const part = LEAST_PART + (1 - LEAST_PART) * effects;
      const metrePx = HEAD_HEIGHT * view.focal * HYSTERESIS;
      const nearest = depthOf(MOST_NEAR * part, metrePx / NEAR_PX, count);
      const farther = depthOf(MOST_FIGURES * part, metrePx / FAR_PX, count);
      file(count, nearest, farther);
    },
  };
}
