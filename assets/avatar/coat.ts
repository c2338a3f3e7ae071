import type { Vec3 } from "./linear.ts";
import { type Corner, type Hang, loft, type Paint, type Ring, type SkinnedMesh } from "./loft.ts";
import { anglesOf, type Level, levelRing, smoothstep } from "./shapes.ts";
import type { JointName } from "./skeleton.ts";

const LINE: Paint = { trim: 1 };
const INSIDE: Paint = { open: 0.15 };

const trunkHang = ([, y]: Vec3): Hang => {
  if (y > 1.27) return ["chest", smoothstep(1.24, 1.36, y), "spine"];
  return ["spine", smoothstep(1.0, 1.16, y), "hips"];
};

const TRUNK: readonly Level[] = [
  { y: 1.41, width: 0.172, depth: 0.108 },
  { y: 1.33, width: 0.173, depth: 0.116, forward: 0.004 },
  { y: 1.2, width: 0.142, depth: 0.098, forward: 0.004 },
  { y: 1.104, width: 0.129, depth: 0.092, forward: 0.004 },
  { y: 1.1, width: 0.136, depth: 0.099, forward: 0.004, paint: LINE },
  { y: 1.092, width: 0.138, depth: 0.101, forward: 0.004 },
  { y: 1.062, width: 0.138, depth: 0.101, forward: 0.004 },
  { y: 1.054, width: 0.137, depth: 0.1, forward: 0.004, paint: LINE },
  { y: 1.05, width: 0.12, depth: 0.085, forward: 0.004 },
];

/** A short cape over the shoulders: it goes up with an arm that is lifted. */
const shoulderHang = ([x, y]: Vec3): Hang => {
  const arm: JointName = x > 0 ? "left_arm" : "right_arm";
  const lifted = 0.75 * smoothstep(0.1, 0.24, Math.abs(x));
  if (y > 1.53) return ["chest", 1 - 0.75 * smoothstep(1.53, 1.6, y), "head"];
  return ["chest", 1 - lifted, arm];
};

const CAPE: readonly Level[] = [
  { y: 1.6, width: 0.07, depth: 0.074, forward: -0.016 },
  { y: 1.555, width: 0.088, depth: 0.088, forward: -0.014 },
  { y: 1.515, width: 0.118, depth: 0.098, forward: -0.014 },
  { y: 1.485, width: 0.182, depth: 0.112, forward: -0.012 },
  { y: 1.44, width: 0.25, depth: 0.132, forward: -0.008 },
  { y: 1.385, width: 0.279, depth: 0.15, forward: -0.004 },
  { y: 1.368, width: 0.281, depth: 0.152, forward: -0.004, paint: LINE },
  { y: 1.38, width: 0.25, depth: 0.125, forward: -0.004, paint: INSIDE },
];

const WAIST = 1.075;
/** How far down the coat reaches at an angle: it opens in front, and is longest behind. */
function hemHeight(angle: number): number {
  const front = Math.cos(angle - Math.PI / 2);
  return 0.42 + 0.41 * smoothstep(0.6, 1, front) - 0.06 * smoothstep(-0.2, 1, -front);
}

/** The two joints a corner of the skirt hangs on most: the hips above, a leg in front, a tail behind. */
function skirtHang([x, y, z]: Vec3): Hang {
  const free = smoothstep(0.98, 0.72, y);
  const front = smoothstep(-0.06, 0.08, z);
  const side = smoothstep(-0.05, 0.05, x);
  const all: [JointName, number][] = [
    ["hips", 1 - free],
    ["left_thigh", free * front * side],
    ["right_thigh", free * front * (1 - side)],
    ["left_tail", free * (1 - front) * side],
    ["right_tail", free * (1 - front) * (1 - side)],
  ];
  const [first, second] = all.sort((a, b) => b[1] - a[1]);
  if (!first || !second) return ["hips", 1];
  return [first[0], first[1] / (first[1] + second[1]), second[0]];
}

const SKIRT_SEGMENTS = 16;

/** A ring of the skirt, `down` from the waist (0) to the hem (1), so much `inward` of its outside. */
const skirtRing = (down: number, inward: number, paint?: Paint): Ring =>
  anglesOf(SKIRT_SEGMENTS).map((angle, i): Corner => {
    const y = WAIST + (hemHeight(angle) - WAIST) * down;
    const fall = WAIST - y;
    const pleat = (i % 2 === 0 ? 0.009 : -0.009) * smoothstep(0.1, 0.5, fall);
    const width = 0.124 + 0.142 * fall ** 0.8 + pleat - inward;
    const depth = 0.088 + 0.166 * fall ** 0.8 + pleat - inward;
    const at: Vec3 = [width * Math.cos(angle), y, depth * Math.sin(angle) + 0.004 - 0.03 * fall];
    return { at, hang: skirtHang(at), paint };
  });

/** A long coat with a belt and a short cape, open in front from the hips down. */
export function coat(mesh: SkinnedMesh): void {
  loft(
    mesh,
    TRUNK.map((level) => levelRing(level, 12, trunkHang, 2.4)),
  );
  loft(
    mesh,
    CAPE.map((level) => levelRing(level, 14, shoulderHang)),
  );
  loft(mesh, [
    skirtRing(0, 0),
    skirtRing(0.16, 0),
    skirtRing(0.4, 0),
    skirtRing(0.68, 0),
    skirtRing(0.955, 0),
    skirtRing(1, 0, LINE),
    skirtRing(0.97, 0.014, INSIDE),
    skirtRing(0.4, 0.02, INSIDE),
  ]);
}

/** The same, for far away: one tube from the collar to the hem, each corner on one joint. */
export function farCoat(mesh: SkinnedMesh): void {
  const segments = 6;
  const heaviest = ([joint, weight, other = joint]: Hang): Hang => [weight >= 0.5 ? joint : other, 1];
  const trunk = (level: Level) => levelRing(level, segments, (at) => heaviest(trunkHang(at)));
  const hem = anglesOf(segments).map((angle): Corner => {
    const at: Vec3 = [0.24 * Math.cos(angle), 0.46, 0.21 * Math.sin(angle) - 0.02];
    return { at, hang: heaviest(skirtHang(at)), paint: { open: 0.35 } };
  });
  loft(mesh, [
    trunk({ y: 1.54, width: 0.09, depth: 0.09, forward: -0.012 }),
    levelRing({ y: 1.41, width: 0.262, depth: 0.142 }, segments, () => ["chest", 1]),
    trunk({ y: 1.075, width: 0.138, depth: 0.1, paint: { trim: 0.5 } }),
    hem,
  ]);
}
