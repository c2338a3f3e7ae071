import type { Gesture, Pose } from "../../src/job/pose.ts";
import type { Bend, Vec3 } from "./linear.ts";
import type { JointName } from "./skeleton.ts";

/** What there is one of on either side. */
type Limb = "arm" | "forearm" | "hand" | "fingers" | "thigh" | "shin" | "foot" | "tail";

/** One moment of a clip: how each joint is bent, and how far the hips are from where they rest. */
interface Moment {
  readonly bends: Partial<Record<JointName, Bend>>;
  readonly hips?: Vec3;
}

export interface Clip {
  readonly name: Pose | Gesture;
  readonly seconds: number;
  /** Keys a second: enough that straight lines between them look smooth. */
  readonly keysPerSecond: number;
  /** `t` runs from 0 to 1; a pose ends where it began. */
  readonly at: (t: number) => Moment;
}

/** A sine that closes over the clip: `cycles` of them, from -1 to 1. */
const wave = (t: number, cycles: number, shift = 0): number => Math.sin(2 * Math.PI * (t * cycles + shift));

/** Eases from key to key: pairs of when (0 to 1) and how much. */
function ease(t: number, keys: readonly (readonly [number, number])[]): number {
  let [at, value] = keys[0] ?? [0, 0];
  for (const [nextAt, nextValue] of keys) {
    if (t <= nextAt) {
      const u = nextAt === at ? 1 : (t - at) / (nextAt - at);
      return value + (nextValue - value) * u * u * (3 - 2 * u);
    }
    [at, value] = [nextAt, nextValue];
  }
  return value;
}

/** Up and down once: 0 at both ends, 1 from `rise` to `fall`. */
const hold = (t: number, rise: number, fall: number): number =>
  ease(t, [
    [0, 0],
    [rise, 1],
    [fall, 1],
    [1, 0],
  ]);

const times = (bend: Bend, by: number): Bend => ({
  x: (bend.x ?? 0) * by,
  y: (bend.y ?? 0) * by,
  z: (bend.z ?? 0) * by,
  twist: (bend.twist ?? 0) * by,
});

/** The same bend on the other side of the body. */
const mirror = (bend: Bend): Bend => ({
  x: bend.x ?? 0,
  y: -(bend.y ?? 0),
  z: -(bend.z ?? 0),
  twist: -(bend.twist ?? 0),
});

const both = (part: Limb, left: Bend): Moment["bends"] => ({
  [`left_${part}`]: left,
  [`right_${part}`]: mirror(left),
});

/** How far the chest and shoulders have risen, from -1 to 1. */
const breathing = (breath: number, depth = 1): Moment["bends"] => ({
  spine: { x: -0.012 * breath * depth },
  chest: { x: -0.022 * breath * depth },
  ...both("arm", { z: 0.03 * breath * depth }),
});

/** Fingers a little bent, and a coat that hangs still but for a breath of air. */
const atEase = (t: number, curl = 0.3): Moment["bends"] => ({
  ...both("fingers", { z: -curl }),
  left_tail: { x: 0.05 + 0.03 * wave(t, 1), z: 0.02 * wave(t, 1, 0.3) },
  right_tail: { x: 0.05 + 0.03 * wave(t, 1, 0.15), z: 0.02 * wave(t, 1, 0.45) },
});

const idle: Clip["at"] = (t) => {
  const look = ease(t, [
    [0, 0],
    [0.12, 0],
    [0.22, 0.32],
    [0.38, 0.28],
    [0.5, -0.06],
    [0.62, -0.32],
    [0.78, -0.26],
    [0.92, 0],
    [1, 0],
  ]);
  const breath = wave(t, 2);
  return {
    hips: [0.016 * wave(t, 1), -0.004 + 0.003 * breath, 0],
    bends: {
      ...breathing(breath),
      ...atEase(t),
      hips: { z: 0.02 * wave(t, 1), y: 0.04 * wave(t, 1, 0.2) },
      chest: { x: -0.022 * breath, y: look * 0.25 },
      head: { y: look, x: 0.03 * wave(t, 3) },
      left_arm: { z: 0.05 + 0.03 * breath, x: 0.05 * wave(t, 1) },
      right_arm: { z: -0.05 - 0.03 * breath, x: -0.05 * wave(t, 1) },
      ...both("forearm", { x: -0.18 }),
      left_thigh: { z: 0.05 - 0.02 * wave(t, 1), y: 0.08 },
      right_thigh: { z: -0.05 - 0.02 * wave(t, 1), y: -0.08 },
    },
  };
};

const waiting: Clip["at"] = (t) => {
  const breath = wave(t, 1);
  const tap = Math.max(0, wave(t, 4)) * (t > 0.2 && t < 0.7 ? 1 : 0);
  return {
    hips: [0.045 + 0.006 * wave(t, 1), -0.014, 0],
    bends: {
      ...atEase(t, 0.5),
      hips: { z: -0.07 },
      spine: { z: 0.06, x: -0.03 },
      chest: { x: -0.04 - 0.02 * breath, z: 0.03 },
      head: { z: 0.08, y: 0.1 * wave(t, 1, 0.3), x: 0.04 },
      left_arm: { x: -0.52, z: 0.2, y: -0.1 },
      right_arm: { x: -0.48, z: -0.2, y: 0.1 },
      left_forearm: { x: -1.5, y: -1.2 },
      right_forearm: { x: -1.64, y: 1.15 },
      left_thigh: { z: 0.06 },
      right_thigh: { z: -0.2, y: -0.35, x: -0.12 },
      right_shin: { x: 0.12 },
      right_foot: { x: -0.35 * tap },
    },
  };
};

const thinking: Clip["at"] = (t) => {
  const breath = wave(t, 1);
  return {
    hips: [-0.025, -0.008, 0],
    bends: {
      ...atEase(t, 0.6),
      hips: { z: 0.04 },
      spine: { x: 0.03, z: -0.04 },
      chest: { x: 0.06 - 0.02 * breath, y: -0.14 },
      head: {
        x: 0.2 + 0.05 * wave(t, 2),
        z: -0.16 + 0.05 * wave(t, 1),
        y: -0.12 + 0.2 * wave(t, 1, 0.1),
      },
      right_arm: { x: -0.72, z: 0.02, y: 0.3 },
      right_forearm: { x: -2.24, y: 0.66 },
      right_hand: { x: -0.35 + 0.14 * wave(t, 4) },
      left_arm: { x: -0.42, z: 0.1 },
      left_forearm: { x: -1.42, y: -1.2 },
      left_thigh: { z: 0.06, y: 0.15 },
      right_thigh: { z: -0.04, x: -0.08 },
      right_shin: { x: 0.12 },
    },
  };
};

const working: Clip["at"] = (t) => {
  const sweep = hold(Math.max(0, Math.min(1, (t - 0.6) / 0.32)), 0.35, 0.6);
  const busy = 1 - sweep;
  return {
    hips: [0.012 * wave(t, 2), -0.04 + 0.004 * wave(t, 4), -0.02],
    bends: {
      ...atEase(t, 0.35),
      spine: { x: 0.1 },
      chest: { x: 0.12, y: 0.1 * wave(t, 2) - 0.28 * sweep },
      head: { x: 0.1 + 0.03 * wave(t, 4), y: 0.26 * wave(t, 2, 0.1) - 0.32 * sweep },
      left_arm: { x: -0.95 + 0.08 * wave(t, 8), z: 0.2 },
      left_forearm: { x: -0.85 + 0.2 * wave(t, 12), y: -0.2 },
      left_hand: { x: 0.35 * wave(t, 16) },
      right_arm: {
        x: -0.95 + 0.08 * wave(t, 8, 0.5) * busy - 0.3 * sweep,
        z: -0.2 - 0.3 * sweep,
        y: -0.7 * sweep,
      },
      right_forearm: { x: -0.85 + 0.2 * wave(t, 12, 0.5) * busy + 0.6 * sweep, y: 0.2 * busy },
      right_hand: { x: 0.35 * wave(t, 16, 0.4) * busy },
      left_thigh: { x: -0.3, z: 0.08 },
      right_thigh: { x: -0.02, z: -0.08 },
      ...both("shin", { x: 0.24 }),
      left_foot: { x: 0.06 },
      right_foot: { x: -0.22 },
    },
  };
};

const offering: Clip["at"] = (t) => {
  const breath = wave(t, 1);
  return {
    hips: [0, -0.014, 0.02],
    bends: {
      ...atEase(t, 0.5),
      spine: { x: 0.1 },
      chest: { x: 0.08 - 0.02 * breath, y: 0.3 },
      head: { x: -0.06, y: -0.26, z: 0.07 * wave(t, 1, 0.2) },
      right_arm: { x: -1.05 + 0.05 * breath, z: -0.3, twist: -0.9 },
      right_forearm: { x: -0.45 - 0.05 * breath, twist: -0.8 },
      right_hand: { x: 0.1 },
      right_fingers: { z: 0.12 },
      left_arm: { x: 0.42, z: 0.2, y: 0.2 },
      left_forearm: { x: -0.7, y: -1.3 },
      left_thigh: { x: 0.16 },
      right_thigh: { x: -0.24 },
      right_shin: { x: 0.16 },
      left_shin: { x: 0.06 },
    },
  };
};

const deepFocus: Clip["at"] = (t) => {
  const breath = wave(t, 2);
  const drift = wave(t, 1);
  return {
    hips: [0, -0.3 + 0.04 * drift, 0],
    bends: {
      spine: { x: 0.02 },
      chest: { x: -0.03 - 0.02 * breath },
      head: { x: 0.16 + 0.02 * breath },
      ...both("thigh", { x: -1.32, y: 0.85, twist: 1.15 }),
      ...both("shin", { x: 2.25 }),
      ...both("foot", { x: 0.5 }),
      ...both("arm", { x: -0.45, z: 0.4 + 0.02 * breath }),
      ...both("forearm", { x: -0.62, y: 0.12 }),
      ...both("hand", { x: 0.2, twist: 1.2 }),
      ...both("fingers", { z: -0.5 }),
      ...both("tail", { x: 0.65 - 0.08 * drift, z: 0.16 }),
    },
  };
};

/** Kneels on its heels, bowed, its hands in its lap and its coat spread out behind. */
const asleep: Clip["at"] = (t) => {
  const breath = wave(t, 2);
  return {
    hips: [0, -0.735, -0.05],
    bends: {
      hips: { x: 0.04 },
      spine: { x: 0.14 - 0.02 * breath },
      chest: { x: 0.2 - 0.03 * breath, z: 0.02 * wave(t, 1) },
      head: { x: 0.74 - 0.03 * breath, z: 0.12 },
      ...both("arm", { x: -0.42, z: 0.1 }),
      ...both("forearm", { x: -0.72, y: -0.6 }),
      ...both("fingers", { z: -0.6 }),
      ...both("thigh", { x: -1.25, y: 0.22 }),
      ...both("shin", { x: 2.72 }),
      ...both("foot", { x: 1.0 }),
      ...both("tail", { x: 1.02, z: 0.1 }),
    },
  };
};

const accept: Clip["at"] = (t) => {
  const up = hold(t, 0.3, 0.65);
  const nod = ease(t, [
    [0, 0],
    [0.2, 0.42],
    [0.4, 0.02],
    [0.62, 0.36],
    [1, 0],
  ]);
  return {
    bends: {
      ...atEase(t),
      spine: { x: 0.14 * up },
      chest: { x: 0.08 * up },
      head: { x: nod },
      right_arm: times({ x: -0.42, z: -0.05, y: 0.25 }, up),
      right_forearm: times({ x: -1.95, y: 0.95 }, up),
      left_arm: { z: 0.05 + 0.25 * up },
      left_forearm: { x: -0.16 },
    },
  };
};

const celebrate: Clip["at"] = (t) => {
  const up = hold(t, 0.22, 0.74);
  const crouch = ease(t, [
    [0, 0],
    [0.12, 1],
    [0.24, 0],
    [0.5, 0],
    [0.6, 0.7],
    [0.72, 0.2],
    [1, 0],
  ]);
  const leap = ease(t, [
    [0, 0],
    [0.14, 0],
    [0.34, 1],
    [0.54, 0],
    [1, 0],
  ]);
  const spin = ease(t, [
    [0, 0],
    [0.1, 0],
    [0.38, 1],
    [1, 1],
  ]);
  return {
    hips: [0, 0.34 * leap - 0.14 * crouch, 0],
    bends: {
      hips: { y: 2 * Math.PI * spin },
      chest: { x: -0.14 * up },
      head: { x: -0.22 * up },
      ...both("arm", { z: 2.55 * up + 0.16 * up * wave(t, 5), x: -0.1 * up }),
      ...both("forearm", { x: -0.16 - 0.2 * up }),
      ...both("fingers", { z: -0.3 + 0.45 * up }),
      ...both("thigh", { x: -0.55 * crouch - 0.25 * leap, z: 0.2 * leap }),
      ...both("shin", { x: 1.05 * crouch + 0.6 * leap }),
      ...both("foot", { x: -0.45 * crouch + 0.4 * leap }),
      ...both("tail", { x: 0.5 * leap, z: 0.35 * leap }),
    },
  };
};

/** Crosses its forearms before its chest and shakes its head. */
const refuse: Clip["at"] = (t) => {
  const up = hold(t, 0.2, 0.78);
  const shake = wave(t, 3) * up;
  return {
    hips: [0, 0, -0.03 * up],
    bends: {
      ...atEase(t, 0.3 + 0.5 * up),
      spine: { x: -0.08 * up },
      chest: { x: -0.06 * up, y: -0.1 * shake },
      head: { y: 0.55 * shake, x: 0.06 * up },
      left_arm: times({ x: -0.5, z: 0.22, y: -0.3 }, up),
      left_forearm: times({ x: -1.75, y: -1.0 }, up),
      right_arm: times({ x: -0.66, z: -0.22, y: 0.3 }, up),
      right_forearm: times({ x: -1.65, y: 1.0 }, up),
      left_thigh: { x: 0.1 * up },
      right_thigh: { x: -0.08 * up },
    },
  };
};

const handBack: Clip["at"] = (t) => {
  const gather = ease(t, [
    [0, 0],
    [0.24, 1],
    [0.5, 0],
    [1, 0],
  ]);
  const give = ease(t, [
    [0, 0],
    [0.22, 0],
    [0.5, 1],
    [0.74, 1],
    [1, 0],
  ]);
  return {
    hips: [0, -0.06 * give, 0.07 * give],
    bends: {
      ...atEase(t, 0.3 - 0.35 * give),
      spine: { x: 0.26 * give },
      chest: { x: 0.16 * give },
      head: { x: 0.2 * gather + 0.12 * give },
      ...both("arm", { x: -0.5 * gather - 1.25 * give, z: -0.04, y: -0.2 * give, twist: 0.6 * give }),
      ...both("forearm", { x: -1.9 * gather - 0.3 * give, y: -0.5 * gather, twist: 0.8 * give }),
      left_thigh: { x: -0.42 * give },
      left_shin: { x: 0.4 * give },
      right_thigh: { x: 0.2 * give },
      right_shin: { x: 0.12 * give },
    },
  };
};

/** Every clip of the figure. Poses close over themselves; gestures start and end near the idle stance. */
export const CLIPS: readonly Clip[] = [
  { name: "idle", seconds: 8, keysPerSecond: 8, at: idle },
  { name: "waiting", seconds: 4, keysPerSecond: 10, at: waiting },
  { name: "thinking", seconds: 5, keysPerSecond: 8, at: thinking },
  { name: "working", seconds: 4, keysPerSecond: 20, at: working },
  { name: "offering", seconds: 4, keysPerSecond: 6, at: offering },
  { name: "deep_focus", seconds: 8, keysPerSecond: 6, at: deepFocus },
  { name: "asleep", seconds: 8, keysPerSecond: 6, at: asleep },
  { name: "accept", seconds: 1.25, keysPerSecond: 16, at: accept },
  { name: "celebrate", seconds: 2.5, keysPerSecond: 20, at: celebrate },
  { name: "refuse", seconds: 2, keysPerSecond: 16, at: refuse },
  { name: "hand_back", seconds: 2, keysPerSecond: 16, at: handBack },
];
