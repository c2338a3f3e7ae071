/** Three numbers: metres, or a direction. Right-handed, y up, the figure faces +z and its left hand is at +x. */
export type Vec3 = readonly [number, number, number];
/** A rotation as x, y, z, w. */
export type Quaternion = readonly [number, number, number, number];

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec3, by: number): Vec3 => [a[0] * by, a[1] * by, a[2] * by];
export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => add(scale(a, 1 - t), scale(b, t));
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const normalize = (a: Vec3): Vec3 => scale(a, 1 / (Math.hypot(a[0], a[1], a[2]) || 1));

export const multiply = (a: Quaternion, b: Quaternion): Quaternion => [
  a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
  a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
  a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
  a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
];

/** How a joint is bent, in radians: `twist` about its own length first, then z (sideways), x (forward, back), y (turn). */
export interface Bend {
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
  readonly twist?: number;
}

export function bendToQuaternion({ x = 0, y = 0, z = 0, twist = 0 }: Bend): Quaternion {
  const about = (axis: 0 | 1 | 2, angle: number): Quaternion => {
    const s = Math.sin(angle / 2);
    return [axis === 0 ? s : 0, axis === 1 ? s : 0, axis === 2 ? s : 0, Math.cos(angle / 2)];
  };
  return multiply(multiply(multiply(about(1, y), about(0, x)), about(2, z)), about(1, twist));
}
