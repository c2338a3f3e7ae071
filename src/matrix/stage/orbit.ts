/** Where a camera is, as an orbit: it looks at `target` from `distance` metres away. */
export interface Orbit {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Radians clockwise seen from above; at 0 the camera stands towards -z and looks along +z. */
  readonly azimuth: number;
  /** Radians above the floor. */
  readonly elevation: number;
  readonly distance: number;
}

export interface Point3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** How much of the picture is free for the subject, and where its middle is. */
export interface Frame {
  /** Tangents of half the angle that the free part of the picture spans. */
  readonly tanX: number;
  readonly tanY: number;
}

const MIN_ELEVATION = 0.05;
const MAX_ELEVATION = 1.4;
const NEAREST = 2;
/** How much farther away than the place reaches a camera may go. */
const FARTHEST = 5;

/** The distance that is nearest to `distance` and allowed, in a place that reaches so far from its middle. */
export const clampDistance = (distance: number, reach: number): number =>
  Math.min(reach * FARTHEST, Math.max(NEAREST, distance));

/** The directions right, up and forward of a camera on an orbit, each of length 1. */
export function orbitAxes({ azimuth, elevation }: Orbit): { right: Point3; up: Point3; forward: Point3 } {
  const [sinA, cosA] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [sinE, cosE] = [Math.sin(elevation), Math.cos(elevation)];
  return {
    right: { x: cosA, y: 0, z: -sinA },
    up: { x: sinA * sinE, y: cosE, z: cosA * sinE },
    forward: { x: sinA * cosE, y: -sinE, z: cosA * cosE },
  };
}

/** Where the camera itself is. */
export function orbitEye(orbit: Orbit): Point3 {
  const { forward } = orbitAxes(orbit);
  return {
    x: orbit.x - forward.x * orbit.distance,
    y: orbit.y - forward.y * orbit.distance,
    z: orbit.z - forward.z * orbit.distance,
  };
}

/**
 * How far to go towards a goal in `dt` seconds: `1 − exp(−k·dt)`. Two half steps come to the same place as one
 * whole step, so a camera glides alike at any frame rate.
 */
export const damping = (stiffness: number, dt: number): number => 1 - Math.exp(-stiffness * dt);

/** Moves an orbit towards another. Distance is blended by its logarithm, so zooming feels even. */
export function approach(from: Orbit, to: Orbit, amount: number): Orbit {
  const blend = (a: number, b: number) => a + (b - a) * amount;
  return {
    x: blend(from.x, to.x),
    y: blend(from.y, to.y),
    z: blend(from.z, to.z),
    azimuth: blend(from.azimuth, to.azimuth),
    elevation: blend(from.elevation, to.elevation),
    distance: Math.exp(blend(Math.log(from.distance), Math.log(to.distance))),
  };
}

/** The same azimuth, a whole number of turns away at most half a turn from `near`. */
export const nearestTurn = (azimuth: number, near: number): number =>
  azimuth - Math.round((azimuth - near) / (2 * Math.PI)) * 2 * Math.PI;

/** Keeps a camera above the floor, near enough to see and far enough not to be inside anything. */
export function clampOrbit(orbit: Orbit, reach: number): Orbit {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const fromMiddle = Math.hypot(orbit.x, orbit.z);
  const pull = fromMiddle > reach ? reach / fromMiddle : 1;
  return {
    x: orbit.x * pull,
    y: clamp(orbit.y, 0, reach),
    z: orbit.z * pull,
    azimuth: orbit.azimuth,
    elevation: clamp(orbit.elevation, MIN_ELEVATION, MAX_ELEVATION),
    distance: clampDistance(orbit.distance, reach),
  };
}

/** A ray from the camera's eye, in the camera's own axes: tangents to the right and upwards, 1 forward. */
export interface Ray {
  readonly tanX: number;
  readonly tanY: number;
}

/**
 * Zooms so that what the ray meets at the height of the orbit's target stays where it is in the picture. `factor` 2
 * is half as far. Above the horizon it meets what lies as far away as the view is deep.
 */
export function zoomOrbit(orbit: Orbit, factor: number, { tanX, tanY }: Ray): Orbit {
  const { right, up, forward } = orbitAxes(orbit);
  const eye = orbitEye(orbit);
  const along = (axis: "x" | "y" | "z") => forward[axis] + right[axis] * tanX + up[axis] * tanY;
  const deepest = 2 * orbit.distance;
  const depth = Math.min(deepest, along("y") < 0 ? (orbit.y - eye.y) / along("y") : deepest);
  const towards = (axis: "x" | "z") => {
    const fixed = eye[axis] + along(axis) * depth;
    return fixed + (orbit[axis] - fixed) / factor;
  };
  return { ...orbit, x: towards("x"), z: towards("z"), distance: orbit.distance / factor };
}

/** Moves an orbit over the floor, in metres to the right and away from the camera. */
export function slideOrbit(orbit: Orbit, right: number, ahead: number): Orbit {
  const [sin, cos] = [Math.sin(orbit.azimuth), Math.cos(orbit.azimuth)];
  return { ...orbit, x: orbit.x + cos * right + sin * ahead, z: orbit.z - sin * right + cos * ahead };
}

/**
 * The nearest orbit with the given angles from which every point is inside the frame, with the subject in the
 * frame's middle. `margin` is how much wider than the subject the frame should be, such as 1.1.
 */
export function frameOrbit(
  points: readonly Point3[],
  angles: { readonly azimuth: number; readonly elevation: number },
  frame: Frame,
  margin: number,
): Orbit {
  let orbit: Orbit = { x: 0, y: 0, z: 0, ...angles, distance: 1 };
  const { right, up, forward } = orbitAxes(orbit);
  const dot = (a: Point3, b: Point3) => a.x * b.x + a.y * b.y + a.z * b.z;
  const seen = points.map((point) => ({ x: dot(point, right), y: dot(point, up), z: dot(point, forward) }));
  // The middle of the picture depends on the distance and the distance on the middle; this settles in a few rounds.
  let middle = { x: 0, y: 0 };
  for (let round = 0; round < 8; round++) {
    let distance = 0;
    for (const { x, y, z } of seen) {
      const across = (Math.abs(x - middle.x) * margin) / frame.tanX;
      const above = (Math.abs(y - middle.y) * margin) / frame.tanY;
      distance = Math.max(distance, Math.max(across, above, NEAREST) - z);
    }
    const xs = seen.map(({ x, z }) => (x - middle.x) / (distance + z));
    const ys = seen.map(({ y, z }) => (y - middle.y) / (distance + z));
    const half = (values: number[]) =>
      values.length > 0 ? (Math.max(...values) + Math.min(...values)) / 2 : 0;
    middle = { x: middle.x + half(xs) * distance, y: middle.y + half(ys) * distance };
    orbit = {
      ...orbit,
      x: right.x * middle.x + up.x * middle.y,
      y: right.y * middle.x + up.y * middle.y,
      z: right.z * middle.x + up.z * middle.y,
      distance,
    };
  }
  return aboveFloor(orbit);
}

/** The same view, looking at where it meets the floor if it looks at something under it. */
function aboveFloor(orbit: Orbit): Orbit {
  if (orbit.y >= 0) return orbit;
  const { forward } = orbitAxes(orbit);
  const nearer = orbit.y / forward.y;
  return {
    ...orbit,
    x: orbit.x - forward.x * nearer,
    y: 0,
    z: orbit.z - forward.z * nearer,
    distance: orbit.distance - nearer,
  };
}
