import { MOVEMENTS, type Movement, STILL } from "./drift.ts";

/** A hand's speed when it lets go is that of its last moves: so far back, in milliseconds. */
const RECENT_MS = 110;
/** A hand that rested this long before it let go throws nothing. */
const RESTED_MS = 70;
/** The fastest that is thrown: what goes on for longer than a person expects is a nuisance. */
const FASTEST: Movement = { azimuth: 6, elevation: 3, right: 3, up: 3, nearer: 1.5 };

/** Knows how fast a hand moves. Times are in milliseconds. */
export interface FlickMeter {
  note(time: number, moved: Partial<Movement>): void;
  /** The velocity at this time, a second. */
  velocity(time: number): Movement;
  reset(): void;
}

export function createFlickMeter(): FlickMeter {
  let moves: { readonly time: number; readonly moved: Partial<Movement> }[] = [];
  return {
    note(time, moved) {
      moves = moves.filter((move) => time - move.time <= RECENT_MS);
      moves.push({ time, moved });
    },
    velocity(time) {
      const recent = moves.filter((move) => time - move.time <= RECENT_MS);
      const first = recent[0];
      const last = recent.at(-1);
      if (!first || !last || time - last.time > RESTED_MS || last.time === first.time) return STILL;
      // The first move only says when the measuring begins: how long it took is not known.
      const seconds = (last.time - first.time) / 1000;
      const velocity: Record<keyof Movement, number> = { ...STILL };
      for (const { moved } of recent.slice(1)) {
        for (const part of MOVEMENTS) velocity[part] += (moved[part] ?? 0) / seconds;
      }
      for (const part of MOVEMENTS) {
        velocity[part] = Math.max(-FASTEST[part], Math.min(FASTEST[part], velocity[part]));
      }
      return velocity;
    },
    reset() {
      moves = [];
    },
  };
}
