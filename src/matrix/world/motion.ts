import { GESTURES, type Gesture, POSES, type Pose } from "../../job/pose.ts";

/** The clips of the figure, in the order their rows are kept. */
export const CLIP_NAMES = [...POSES, ...GESTURES] as const;
export type ClipName = Pose | Gesture;

/** What an agent looks towards while it holds a pose. */
export type Facing = "own" | "gate";

interface PoseLook {
  readonly facing: Facing;
  /** How brightly the figure is lit. */
  readonly presence: number;
  /** How much its line to the core has to tell, 0 to 1. */
  readonly flow: number;
}

/** How each lasting pose looks, besides its clip. */
export const POSE_LOOKS: Readonly<Record<Pose, PoseLook>> = {
  idle: { facing: "own", presence: 0.8, flow: 0 },
  waiting: { facing: "gate", presence: 0.9, flow: 0.1 },
  thinking: { facing: "own", presence: 1, flow: 0.5 },
  working: { facing: "own", presence: 1.15, flow: 1 },
  offering: { facing: "gate", presence: 1.1, flow: 0.2 },
  deep_focus: { facing: "own", presence: 1.1, flow: 0.7 },
  asleep: { facing: "own", presence: 0.34, flow: 0 },
};

/** A clip's number in the shader's table. */
export const clipIndex = (name: ClipName): number => CLIP_NAMES.indexOf(name);
export const isPose = (name: ClipName): name is Pose => (POSES as readonly string[]).includes(name);
