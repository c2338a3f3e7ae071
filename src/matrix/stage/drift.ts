/** A person's own moves, as parts of one thing: radians, parts of the canvas's height, and natural logarithms. */
export interface Movement {
  /** Radians clockwise. */
  readonly azimuth: number;
  /** Radians upwards. */
  readonly elevation: number;
  /** Over the floor, in parts of the canvas's height. */
  readonly right: number;
  readonly up: number;
  /** The natural logarithm of how many times nearer. */
  readonly nearer: number;
}

export const STILL: Movement = { azimuth: 0, elevation: 0, right: 0, up: 0, nearer: 0 };
export const MOVEMENTS = ["azimuth", "elevation", "right", "up", "nearer"] as const;

/** A velocity that lasts without a hand: of a flick, which dies away, or of held keys, which it follows. */
export interface Drift {
  readonly isMoving: boolean;
  /** Goes on at this velocity (per second) and dies away. */
  flick(velocity: Movement): void;
  /** Comes to this velocity (per second) and keeps it until pushed otherwise. */
  push(velocity: Movement): void;
  stop(): void;
  /** How far it moved in `dt` seconds: the same in one step as in many. */
  advance(dt: number): Movement;
}

/** Slower than this, a second, is standing still. */
const LEAST = 1e-4;

/** `decay` is how firmly the velocity becomes what it should be, a second; infinite is at once. */
export function createDrift(decay: () => number): Drift {
  let velocity = STILL;
  let pushed = STILL;
  const isStill = (movement: Movement) => MOVEMENTS.every((part) => Math.abs(movement[part]) < LEAST);
  const each = (value: (part: keyof Movement) => number): Movement => ({
    azimuth: value("azimuth"),
    elevation: value("elevation"),
    right: value("right"),
    up: value("up"),
    nearer: value("nearer"),
  });
  return {
    get isMoving() {
      return velocity !== STILL || pushed !== STILL;
    },
    flick(next) {
      velocity = isStill(next) ? STILL : next;
    },
    push(next) {
      pushed = isStill(next) ? STILL : next;
    },
    stop() {
      velocity = STILL;
      pushed = STILL;
    },
    advance(dt) {
      if (dt <= 0) return STILL;
      const k = decay();
      const kept = Math.exp(-k * dt);
      // The integral of v(t) = pushed + (velocity − pushed)·exp(−k·t).
      const spread = (1 - kept) / k;
      const moved = each((part) => pushed[part] * dt + (velocity[part] - pushed[part]) * spread);
      const next = each((part) => pushed[part] + (velocity[part] - pushed[part]) * kept);
      velocity = isStill(next) ? STILL : next;
      return moved;
    },
  };
}
