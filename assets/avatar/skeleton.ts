import type { Vec3 } from "./linear.ts";

/** Every joint with its parent and where it rests, in metres. Parents come first; a joint's number is its place here. */
const JOINT_TABLE = [
  { name: "hips", parent: undefined, at: [0, 0.96, 0] },
  { name: "spine", parent: "hips", at: [0, 1.1, -0.005] },
  { name: "chest", parent: "spine", at: [0, 1.27, -0.012] },
  { name: "head", parent: "chest", at: [0, 1.53, -0.01] },
  { name: "left_arm", parent: "chest", at: [0.185, 1.425, -0.015] },
  { name: "left_forearm", parent: "left_arm", at: [0.262, 1.165, -0.025] },
  { name: "left_hand", parent: "left_forearm", at: [0.315, 0.92, 0.005] },
  { name: "left_fingers", parent: "left_hand", at: [0.334, 0.834, 0.016] },
  { name: "right_arm", parent: "chest", at: [-0.185, 1.425, -0.015] },
  { name: "right_forearm", parent: "right_arm", at: [-0.262, 1.165, -0.025] },
  { name: "right_hand", parent: "right_forearm", at: [-0.315, 0.92, 0.005] },
  { name: "right_fingers", parent: "right_hand", at: [-0.334, 0.834, 0.016] },
  { name: "left_thigh", parent: "hips", at: [0.098, 0.93, 0] },
  { name: "left_shin", parent: "left_thigh", at: [0.112, 0.5, 0.012] },
  { name: "left_foot", parent: "left_shin", at: [0.12, 0.085, -0.025] },
  { name: "right_thigh", parent: "hips", at: [-0.098, 0.93, 0] },
  { name: "right_shin", parent: "right_thigh", at: [-0.112, 0.5, 0.012] },
  { name: "right_foot", parent: "right_shin", at: [-0.12, 0.085, -0.025] },
  // The halves of the coat behind the legs.
  { name: "left_tail", parent: "hips", at: [0.08, 1.0, -0.1] },
  { name: "right_tail", parent: "hips", at: [-0.08, 1.0, -0.1] },
] as const;

export type JointName = (typeof JOINT_TABLE)[number]["name"];

export interface Joint {
  readonly name: JointName;
  readonly parent: JointName | undefined;
  readonly at: Vec3;
}

export const JOINTS: readonly Joint[] = JOINT_TABLE;

/** A joint's number in the skin. */
export const jointIndex = (name: JointName): number => JOINTS.findIndex((joint) => joint.name === name);

/** Where a joint rests, in metres. Throws when the table lacks it, which its type rules out. */
export function jointAt(name: JointName): Vec3 {
  const joint = JOINTS[jointIndex(name)];
  if (!joint) throw new Error(`the skeleton has no joint ${name}`);
  return joint.at;
}
