import type { Gesture, Pose } from "../../src/job/pose.ts";
import type { Bend, Vec3 } from "./linear.ts";
import type { JointName } from "./skeleton.ts";

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

const both = (part: "arm" | "forearm" | "hand" | "thigh" | "shin" | "foot", left: Bend): Moment["bends"] => ({
  [`left_${part}`]: left,
  [`right_${part}`]: mirror(left),
});

/** How far the chest and shoulders have risen, from -1 to 1. */
const breathing = (breath: number, depth = 1): Moment["bends"] => ({
  spine: { x: -0.012 * breath * depth },
  chest: { x: -0.022 * breath * depth },
  ...both("arm", { z: 0.03 * breath * depth }),
});

const idle: Clip["at"] = (t) => {
  const look = ease(t, [
    [0, 0],
    [0.12, 0],
    [0.22, 0.55],
    [0.38, 0.5],
    [0.5, -0.1],
    [0.62, -0.6],
    [0.78, -0.5],
    [0.92, 0],
    [1, 0],
  ]);
  const breath = wave(t, 2);
  return {
    hips: [0.014 * wave(t, 1), -0.004 + 0.003 * breath, 0],
    bends: {
      ...breathing(breath),
      hips: { z: 0.018 * wave(t, 1), y: 0.04 * wave(t, 1, 0.2) },
      chest: { x: -0.022 * breath, y: look * 0.22 },
      head: { y: look, x: 0.03 * wave(t, 3) },
      left_arm: { z: 0.05 + 0.03 * breath, x: 0.04 * wave(t, 1) },
      right_arm: { z: -0.05 - 0.03 * breath, x: -0.04 * wave(t, 1) },
      ...both("forearm", { x: -0.16 }),
    },
  };
};

const waiting: Clip["at"] = (t) => {
  const breath = wave(t, 1);
  const tap = Math.max(0, wave(t, 4)) * (t > 0.2 && t < 0.7 ? 1 : 0);
  return {
    hips: [0.035 + 0.006 * wave(t, 1), -0.012, 0],
    bends: {
      hips: { z: -0.05 },
      spine: { z: 0.04, x: -0.02 },
      chest: { x: -0.03 - 0.02 * breath, z: 0.02 },
      head: { z: 0.06, y: 0.1 * wave(t, 1, 0.3), x: 0.05 },
      left_arm: { x: -0.5, z: 0.12, y: -0.1 },
      right_arm: { x: -0.46, z: -0.12, y: 0.1 },
      left_forearm: { x: -1.5, y: -1.15 },
      right_forearm: { x: -1.62, y: 1.1 },
      left_thigh: { z: 0.03 },
      right_thigh: { z: -0.1, y: -0.25 },
      right_foot: { x: -0.3 * tap },
    },
  };
};

const thinking: Clip["at"] = (t) => {
  const breath = wave(t, 1);
  return {
    hips: [-0.02, -0.006, 0],
    bends: {
      hips: { z: 0.03 },
      spine: { x: 0.03, z: -0.03 },
      chest: { x: 0.05 - 0.02 * breath, y: -0.1 },
      head: {
        x: 0.16 + 0.04 * wave(t, 2),
        z: -0.12 + 0.04 * wave(t, 1),
        y: -0.12 + 0.16 * wave(t, 1, 0.1),
      },
      right_arm: { x: -0.66, z: 0.06, y: 0.3 },
      right_forearm: { x: -2.28, y: 0.72 },
      right_hand: { x: -0.35 + 0.12 * wave(t, 4) },
      left_arm: { x: -0.42, z: 0.1 },
      left_forearm: { x: -1.42, y: -1.2 },
      left_thigh: { z: 0.05, y: 0.12 },
      right_thigh: { z: -0.03 },
    },
  };
};

const working: Clip["at"] = (t) => {
  const sweep = hold(Math.max(0, Math.min(1, (t - 0.6) / 0.32)), 0.35, 0.6);
  const busy = 1 - sweep;
  return {
    hips: [0.01 * wave(t, 2), -0.03 + 0.004 * wave(t, 4), 0],
    bends: {
      spine: { x: 0.08 },
      chest: { x: 0.1, y: 0.08 * wave(t, 2) - 0.25 * sweep },
      head: { x: 0.08 + 0.03 * wave(t, 4), y: 0.22 * wave(t, 2, 0.1) - 0.3 * sweep },
      left_arm: { x: -0.72 + 0.08 * wave(t, 8), z: 0.16 },
      left_forearm: { x: -0.95 + 0.2 * wave(t, 12), y: -0.15 },
      left_hand: { x: 0.3 * wave(t, 16) },
      right_arm: {
        x: -0.72 + 0.08 * wave(t, 8, 0.5) * busy - 0.25 * sweep,
        z: -0.16 - 0.25 * sweep,
        y: -0.7 * sweep,
      },
      right_forearm: { x: -0.95 + 0.2 * wave(t, 12, 0.5) * busy + 0.6 * sweep, y: 0.15 * busy },
      right_hand: { x: 0.3 * wave(t, 16, 0.4) * busy },
      ...both("thigh", { x: -0.12, z: 0.06 }),
      ...both("shin", { x: 0.2 }),
      ...both("foot", { x: -0.08 }),
    },
  };
};

const offering: Clip["at"] = (t) => {
  const breath = wave(t, 1);
  return {
    hips: [0, -0.008, 0.01],
    bends: {
      spine: { x: 0.08 },
      chest: { x: 0.06 - 0.02 * breath, y: 0.14 },
      head: { x: -0.04, y: -0.1, z: 0.06 * wave(t, 1, 0.2) },
      right_arm: { x: -1.02 + 0.05 * breath, z: 0.02, twist: -0.6 },
      right_forearm: { x: -0.42 - 0.05 * breath, twist: -0.7 },
      right_hand: { x: 0.12 },
      left_arm: { x: -0.3, z: 0.12 },
      left_forearm: { x: -1.75, y: -0.75 },
      left_thigh: { x: 0.08 },
      right_thigh: { x: -0.14 },
      right_shin: { x: 0.1 },
    },
  };
};

const deepFocus: Clip["at"] = (t) => {
  const breath = wave(t, 2);
  return {
    hips: [0, -0.34 + 0.035 * wave(t, 1), 0],
    bends: {
      spine: { x: 0.02 },
      chest: { x: -0.02 - 0.02 * breath },
      head: { x: 0.14 + 0.02 * breath },
      ...both("thigh", { x: -1.32, y: 0.85, twist: 1.15 }),
      ...both("shin", { x: 2.25 }),
      ...both("foot", { x: 0.5 }),
      ...both("arm", { x: -0.42, z: 0.34 + 0.02 * breath }),
      ...both("forearm", { x: -0.62, y: 0.12 }),
      ...both("hand", { x: 0.2, twist: 1.2 }),
    },
  };
};

const asleep: Clip["at"] = (t) => {
  const breath = wave(t, 2);
  return {
    hips: [0, -0.06 + 0.006 * breath, -0.03],
    bends: {
      hips: { x: 0.06 },
      spine: { x: 0.22 - 0.02 * breath },
      chest: { x: 0.26 - 0.03 * breath, z: 0.02 * wave(t, 1) },
      head: { x: 0.62 - 0.03 * breath, z: 0.1 },
      ...both("arm", { x: -0.42, z: 0.0 }),
      ...both("forearm", { x: -0.18 }),
      ...both("hand", { x: -0.2 }),
      ...both("thigh", { x: -0.4, z: 0.02 }),
      ...both("shin", { x: 0.62 }),
      ...both("foot", { x: -0.28 }),
    },
  };
};

const accept: Clip["at"] = (t) => {
  const up = hold(t, 0.3, 0.65);
  const nod = ease(t, [
    [0, 0],
    [0.2, 0.4],
    [0.4, 0.02],
    [0.62, 0.34],
    [1, 0],
  ]);
  return {
    bends: {
      spine: { x: 0.1 * up },
      chest: { x: 0.06 * up },
      head: { x: nod },
      right_arm: times({ x: -0.42, z: -0.05, y: 0.25 }, up),
      right_forearm: times({ x: -1.95, y: 0.95 }, up),
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
    [0.16, 0],
    [0.56, 1],
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
      ...both("thigh", { x: -0.55 * crouch - 0.2 * leap, z: 0.16 * leap }),
      ...both("shin", { x: 1.05 * crouch + 0.5 * leap }),
      ...both("foot", { x: -0.45 * crouch + 0.4 * leap }),
    },
  };
};

const refuse: Clip["at"] = (t) => {
  const up = hold(t, 0.2, 0.78);
  const shake = wave(t, 3) * up;
  return {
    hips: [0, 0, -0.02 * up],
    bends: {
      spine: { x: -0.06 * up },
      chest: { x: -0.05 * up, y: -0.08 * shake },
      head: { y: 0.5 * shake, x: 0.06 * up },
      ...both("arm", { x: -0.62 * up, z: 0.1 * up, y: -0.1 * shake }),
      ...both("forearm", { x: -1.25 * up, y: (-0.55 + 0.5 * shake) * up }),
      ...both("hand", { x: -0.5 * up }),
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
    hips: [0, -0.02 * give, 0.05 * give],
    bends: {
      spine: { x: 0.16 * give },
      chest: { x: 0.12 * give },
      head: { x: 0.18 * gather - 0.05 * give },
      ...both("arm", { x: -0.5 * gather - 1.1 * give, z: 0.06, twist: 0.5 * give }),
      ...both("forearm", { x: -1.9 * gather - 0.35 * give, y: -0.5 * gather, twist: 0.7 * give }),
      left_thigh: { x: -0.28 * give },
      left_shin: { x: 0.22 * give },
      right_thigh: { x: 0.14 * give },
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
