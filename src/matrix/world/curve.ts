import type { Point3 } from "../stage/orbit.ts";
import type { Place } from "./layout.ts";

/** Where lines meet the core: metres from its axis, and parts of its height for agents of phase 0 and 1. */
const WREATH = { radius: 0.55, low: 0.32, high: 0.54 } as const;
/** How far aside a curve bends, as a part of its length. */
const ASIDE = 0.1;
/** Metres that a curve rises: so many, and so many more per metre of its length. */
const LIFT = 0.35;
const LIFT_PER_M = 0.085;

/**
 * GLSL: the curve that lines and sats follow, from one place to another. It rises by `lift` metres in the middle and
 * bends a little to one side, so that two ways between the same places do not cover each other.
 */
export const CURVE_GLSL = `
vec3 onCurve(vec3 from, vec3 to, float lift, float t) {
  vec3 way = to - from;
  vec3 aside = vec3(way.z, 0.0, -way.x) * ${ASIDE};
  vec3 middle = (from + to) * 0.5 + vec3(0.0, lift * 2.0, 0.0) + aside;
  return mix(mix(from, middle, t), mix(middle, to, t), t);
}
// Widens a place on a ribbon to so many CSS px, whatever the distance; side is -1 or 1.
vec4 widened(vec3 place, vec3 before, vec3 after, float side, float px) {
  vec4 here = viewProjection * vec4(place, 1.0);
  vec4 ahead = viewProjection * vec4(after, 1.0);
  vec4 behind = viewProjection * vec4(before, 1.0);
  vec2 along = (ahead.xy / max(ahead.w, 0.01) - behind.xy / max(behind.w, 0.01)) * viewport;
  vec2 across = normalize(vec2(-along.y, along.x) + vec2(1e-6, 0.0));
  here.xy += across * side * px / viewport * here.w;
  return here;
}
vec4 ribbon(vec3 from, vec3 to, float lift, float t, float side, float px) {
  return widened(onCurve(from, to, lift, t), onCurve(from, to, lift, max(t - 0.01, 0.0)),
    onCurve(from, to, lift, min(t + 0.01, 1.0)), side, px);
}
// Lines meet the core a little apart from each other, so that they join it as a wreath.
vec3 wireEnd(vec3 from, float coreHeight, float phase) {
  vec2 out2 = normalize(from.xz + vec2(1e-4, 0.0)) * ${WREATH.radius};
  return vec3(out2.x, coreHeight * mix(${WREATH.low}, ${WREATH.high}, phase), out2.y);
}
float liftOf(vec3 from, vec3 to) { return ${LIFT} + ${LIFT_PER_M} * length(to - from); }
`;

/** Metres that the curve between two places rises, as `liftOf` in GLSL. */
export const liftOf = (from: Point3, to: Point3): number =>
  LIFT + LIFT_PER_M * Math.hypot(to.x - from.x, to.y - from.y, to.z - from.z);

/** The middle of a curve, as `onCurve` in GLSL has it at 0.5. */
export const middleOf = (from: Point3, to: Point3, lift: number): Point3 => ({
  x: (from.x + to.x) / 2 + ((to.z - from.z) * ASIDE) / 2,
  y: (from.y + to.y) / 2 + lift,
  z: (from.z + to.z) / 2 - ((to.x - from.x) * ASIDE) / 2,
});

/** Where an agent's line meets a core of so many metres, as `wireEnd` in GLSL. */
export function wireEnd({ x, z }: Place, coreHeight: number, phase: number): Point3 {
  const away = Math.hypot(x, z);
  const { radius, low, high } = WREATH;
  const [east, north] = away > 0 ? [x / away, z / away] : [1, 0];
  return { x: east * radius, y: coreHeight * (low + (high - low) * phase), z: north * radius };
}
