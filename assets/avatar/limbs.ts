import { add, normalize, scale, subtract, type Vec3 } from "./linear.ts";
import { type Hang, loft, type Paint, type Ring, type SkinnedMesh } from "./loft.ts";
import { anglesOf, limbRings } from "./shapes.ts";
import { type JointName, jointAt } from "./skeleton.ts";

type Side = "left" | "right";
export const SIDES: readonly Side[] = ["left", "right"];
/** The left hand is at +x. */
const signOf = (side: Side): number => (side === "left" ? 1 : -1);
const LINE: Paint = { trim: 1 };
/** Under the coat; what is written on its cloth leaves out what is not quite in the open. */
const LEGS: Paint = { open: 0.9 };

export function arm(mesh: SkinnedMesh, side: Side): void {
  const upper: JointName = `${side}_arm`;
  const fore: JointName = `${side}_forearm`;
  const wristJoint: JointName = `${side}_hand`;
  const [shoulder, elbow, wrist] = [jointAt(upper), jointAt(fore), jointAt(wristJoint)];
  const inward: Vec3 = [-0.012 * signOf(side), 0, 0];
  loft(mesh, [
    ...limbRings(shoulder, elbow, 8, [
      [-0.06, 0.05, 0.054, ["chest", 0.35, upper], {}, inward],
      [0.12, 0.067, 0.07, [upper, 1]],
      [0.5, 0.058, 0.062, [upper, 1]],
      [0.88, 0.051, 0.054, [upper, 0.78, fore]],
    ]),
    ...limbRings(elbow, wrist, 8, [
      [0.08, 0.05, 0.052, [upper, 0.35, fore]],
      [0.36, 0.051, 0.052, [fore, 1]],
      [0.74, 0.049, 0.05, [fore, 1]],
      [0.88, 0.054, 0.055, [fore, 1]],
      [0.915, 0.055, 0.056, [fore, 1], LINE],
      [0.92, 0.044, 0.045, [fore, 1], { open: 0.2 }],
    ]),
  ]);
  hand(mesh, side, elbow, wrist);
}

/** Where each finger leaves the palm, forward; how long it is; how thick, in metres. */
const FINGERS = [
  { forward: 0.031, length: 0.078, radius: 0.0095 },
  { forward: 0.0105, length: 0.089, radius: 0.01 },
  { forward: -0.01, length: 0.083, radius: 0.0095 },
  { forward: -0.03, length: 0.066, radius: 0.0085 },
] as const;

function hand(mesh: SkinnedMesh, side: Side, elbow: Vec3, wrist: Vec3): void {
  const palmJoint: JointName = `${side}_hand`;
  const fingerJoint: JointName = `${side}_fingers`;
  const palm: Hang = [palmJoint, 1];
  const along = normalize(subtract(wrist, elbow));
  const knuckles = add(wrist, scale(along, 0.088));
  const inward = -signOf(side);
  loft(
    mesh,
    limbRings(wrist, knuckles, 6, [
      [-0.5, 0.026, 0.028, [`${side}_forearm`, 0.5, palmJoint]],
      [0, 0.02, 0.027, palm],
      [0.45, 0.021, 0.041, palm],
      [0.95, 0.017, 0.044, palm],
      [1.12, 0.008, 0.04, palm],
    ]),
  );
  for (const { forward, length, radius } of FINGERS) {
    const root = add(knuckles, [0, -0.002, forward]);
    const tip = add(root, add(scale(along, length), [inward * 0.012, 0, forward * 0.15]));
    loft(
      mesh,
      limbRings(root, tip, 3, [
        [-0.08, radius, radius, palm],
        [0.42, radius * 1.05, radius, [fingerJoint, 1], {}, [inward * -0.004, 0, 0]],
        [1, radius * 0.6, radius * 0.6, [fingerJoint, 1], {}, [inward * 0.008, 0, 0]],
      ]),
    );
  }
  const thumb = add(wrist, add(scale(along, 0.03), [0, 0, 0.03]));
  loft(
    mesh,
    limbRings(thumb, add(thumb, [inward * 0.02, -0.052, 0.034]), 4, [
      [-0.1, 0.011, 0.014, palm],
      [0.5, 0.0115, 0.0125, palm],
      [1, 0.007, 0.007, [palmJoint, 0.6, fingerJoint]],
    ]),
  );
}

export function leg(mesh: SkinnedMesh, side: Side): void {
  const thigh: JointName = `${side}_thigh`;
  const shin: JointName = `${side}_shin`;
  const foot: JointName = `${side}_foot`;
  const [hip, knee, ankle] = [jointAt(thigh), jointAt(shin), jointAt(foot)];
  loft(mesh, [
    ...limbRings(hip, knee, 7, [
      [0.02, 0.05, 0.06, ["hips", 0.4, thigh], { open: 0.3 }],
      [0.4, 0.058, 0.064, [thigh, 1], { open: 0.5 }],
      [0.85, 0.057, 0.062, [thigh, 0.85, shin], LEGS],
    ]),
    ...limbRings(knee, ankle, 7, [
      [0.06, 0.052, 0.058, [thigh, 0.35, shin], LEGS],
      [0.2, 0.053, 0.06, [shin, 1], LEGS, [0, 0, -0.006]],
      [0.235, 0.061, 0.068, [shin, 1], LINE, [0, 0, -0.008]],
      [0.3, 0.062, 0.07, [shin, 1], LEGS, [0, 0, -0.01]],
      [0.66, 0.048, 0.054, [shin, 1], LEGS, [0, 0, -0.004]],
      [0.97, 0.043, 0.047, [shin, 0.5, foot], LEGS],
    ]),
  ]);
  boot(mesh, ankle, foot);
}

/** A boot's foot from heel to toe: how far forward, half width, half height. */
const BOOT = [
  [-0.078, 0.026, 0.034],
  [-0.05, 0.042, 0.052],
  [0.015, 0.045, 0.058],
  [0.1, 0.049, 0.04],
  [0.165, 0.046, 0.03],
  [0.205, 0.024, 0.019],
] as const;

function boot(mesh: SkinnedMesh, ankle: Vec3, foot: JointName): void {
  const rings = BOOT.map(
    ([forward, width, height]): Ring =>
      anglesOf(7).map((angle) => ({
        at: [
          ankle[0] + width * Math.sin(angle),
          0.004 + height + height * Math.cos(angle),
          ankle[2] + forward,
        ],
        hang: [foot, 1],
        // The sole is lit where it meets the floor.
        paint: { trim: Math.cos(angle) < -0.8 ? 0.7 : 0 },
      })),
  );
  loft(mesh, rings);
}

/** An arm and a leg of a few triangles each. */
export function farLimbs(mesh: SkinnedMesh, side: Side): void {
  const [elbow, wrist] = [jointAt(`${side}_forearm`), jointAt(`${side}_hand`)];
  const fingers = add(wrist, [0.02 * signOf(side), -0.13, 0.015]);
  loft(mesh, [
    ...limbRings(jointAt(`${side}_arm`), elbow, 4, [
      [-0.05, 0.05, 0.055, [`${side}_arm`, 1]],
      [0.95, 0.056, 0.059, [`${side}_forearm`, 1]],
    ]),
    ...limbRings(wrist, fingers, 4, [[0.3, 0.032, 0.044, [`${side}_hand`, 1]]]),
  ]);
  const [knee, ankle] = [jointAt(`${side}_shin`), jointAt(`${side}_foot`)];
  loft(mesh, [
    ...limbRings(jointAt(`${side}_thigh`), knee, 4, [
      [0.5, 0.062, 0.07, [`${side}_thigh`, 1], { open: 0.1 }],
      [1, 0.06, 0.066, [`${side}_shin`, 1]],
    ]),
    ...limbRings(ankle, add(ankle, [0, -0.08, 0]), 4, [
      [0.6, 0.045, 0.085, [`${side}_foot`, 1], {}, [0, 0, 0.045]],
    ]),
  ]);
}
