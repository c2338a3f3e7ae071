import { add, cross, mix, normalize, scale, subtract, type Vec3 } from "./linear.ts";
import type { Hang, Paint, Ring } from "./loft.ts";

/** 1 from `high` on, 0 up to `low`, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Turns around a ring of so many corners, from 0 up to a whole one, as radians. */
export const anglesOf = (segments: number): readonly number[] =>
  Array.from({ length: segments }, (_, i) => (i / segments) * 2 * Math.PI);

/** Bulges a sine or cosine: 2 makes an ellipse, more is squarer, as a rib cage is. */
const bulge = (value: number, square: number): number => Math.sign(value) * Math.abs(value) ** (2 / square);

/** A level ring around the body's axis: height, half width, half depth, how far forward. */
export interface Level {
  readonly y: number;
  readonly width: number;
  readonly depth: number;
  readonly forward?: number;
  readonly paint?: Paint;
}

/** Corners of a level ring; the first is to the left, then it runs to the front. `hangOf` is given where each is. */
export const levelRing = (level: Level, segments: number, hangOf: (at: Vec3) => Hang, square = 2): Ring =>
  anglesOf(segments).map((angle) => {
    const at: Vec3 = [
      level.width * bulge(Math.cos(angle), square),
      level.y,
      (level.forward ?? 0) + level.depth * bulge(Math.sin(angle), square),
    ];
    return { at, hang: hangOf(at), paint: level.paint };
  });

/** A cross-section of a limb: how far along it is (0 to 1), half width, half depth, what it hangs on, and more. */
export type LimbSection = readonly [number, number, number, Hang, Paint?, Vec3?];

/** Rings around the line from one point to another. Width is to the side, depth to the front. */
export function limbRings(from: Vec3, to: Vec3, segments: number, sections: readonly LimbSection[]): Ring[] {
  const along = normalize(subtract(to, from));
  const depth = normalize(cross([1, 0, 0], along));
  const across = normalize(cross(along, depth));
  return sections.map(([t, width, deep, hang, paint, offset = [0, 0, 0]]) => {
    const centre = add(mix(from, to, t), offset);
    return anglesOf(segments).map((angle) => ({
      at: add(centre, add(scale(across, width * Math.cos(angle)), scale(depth, deep * Math.sin(angle)))),
      hang,
      paint,
    }));
  });
}
