import { approach, damping, type Orbit } from "./orbit.ts";

/** An orbit on its way to another, with its velocity. */
export interface Glide {
  readonly orbit: Orbit;
  /** Whether it is still on its way. */
  readonly isMoving: boolean;
  /** Is there at once, at rest. */
  jump(orbit: Orbit): void;
  /** Moves on towards a goal, which may change at any time without a jolt. `pace` is how quickly, a second. */
  advance(goal: Orbit, pace: number, dt: number): void;
  /** Stays close behind a hand: where it was a moment ago, however fast that was. `firmness` is a second. */
  follow(goal: Orbit, firmness: number, dt: number): void;
}

const PARTS = ["x", "y", "z", "azimuth", "elevation", "distance"] as const;
type Part = (typeof PARTS)[number];
/** Nearer than this to the goal, and as slow a second, is there: metres, radians, logarithms. */
const THERE = 1e-4;

/** Distance is blended by its logarithm, so that zooming feels even. */
const read = (orbit: Orbit, part: Part): number =>
  part === "distance" ? Math.log(orbit.distance) : orbit[part];

/**
 * Makes a glide: it starts and ends gently, as a critically damped spring does. Each step is the spring's exact
 * solution (x = g + (d + (v + ω·d)·t)·e^(−ω·t) for the way d to the goal g), so it comes to the same place at any
 * frame rate. It is as good as there after 7 ÷ `pace` seconds.
 */
export function createGlide(start: Orbit): Glide {
  let orbit = start;
  let isMoving = false;
  const velocity: Record<Part, number> = { x: 0, y: 0, z: 0, azimuth: 0, elevation: 0, distance: 0 };
  const rest = (at: Orbit) => {
    orbit = at;
    isMoving = false;
    for (const part of PARTS) velocity[part] = 0;
  };
  return {
    get orbit() {
      return orbit;
    },
    get isMoving() {
      return isMoving;
    },
    jump: rest,
    advance(goal, pace, dt) {
      const kept = Math.exp(-pace * dt);
      isMoving = false;
      const step = (part: Part): number => {
        const to = read(goal, part);
        const away = read(orbit, part) - to;
        const pull = velocity[part] + pace * away;
        const left = (away + pull * dt) * kept;
        velocity[part] = (velocity[part] - pace * pull * dt) * kept;
        isMoving ||= Math.abs(left) > THERE || Math.abs(velocity[part]) > THERE;
        return to + left;
      };
      orbit = {
        x: step("x"),
        y: step("y"),
        z: step("z"),
        azimuth: step("azimuth"),
        elevation: step("elevation"),
        distance: Math.exp(step("distance")),
      };
      if (!isMoving) rest(goal);
    },
    follow(goal, firmness, dt) {
      const next = approach(orbit, goal, damping(firmness, dt));
      rest(next);
      isMoving = PARTS.some((part) => Math.abs(read(goal, part) - read(next, part)) > THERE);
      if (!isMoving) rest(goal);
    },
  };
}

/**
 * The pace at which a move never feels hasty, at most `most`: the greatest speed of a glide is way × pace ÷ e.
 * `comfort` is the greatest speed, a second, in radians of turning and in what fills the picture passing by once.
 */
export function comfortablePace(from: Orbit, to: Orbit, comfort: number, most: number): number {
  const aside = Math.hypot(to.x - from.x, to.y - from.y, to.z - from.z);
  const way = Math.max(
    Math.abs(to.azimuth - from.azimuth),
    Math.abs(to.elevation - from.elevation),
    Math.abs(Math.log(to.distance / from.distance)),
    aside / Math.max(from.distance, to.distance),
  );
  return way === 0 ? most : Math.min(most, (comfort * Math.E) / way);
}
