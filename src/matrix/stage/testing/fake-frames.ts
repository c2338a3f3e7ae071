import type { FramePorts } from "../frame-loop.ts";

/** A screen of 60 frames a second and a clock that a test turns. */
export interface FakeFrames extends FramePorts {
  /** Lets so many milliseconds pass, with every frame and timer that falls into them. */
  pass(milliseconds: number): void;
  /** Lets time pass within a frame, as slow work does. */
  spend(milliseconds: number): void;
  /** How many frames and timers are asked for. */
  waiting(): number;
}

const FRAME_MS = 1000 / 60;

export function createFakeFrames(): FakeFrames {
  let now = 0;
  let due: { readonly at: number; readonly run: () => void }[] = [];
  const at = (time: number, run: () => void) => {
    const entry = { at: time, run };
    due.push(entry);
    return () => {
      due = due.filter((other) => other !== entry);
    };
  };
  return {
    now: () => now,
    requestFrame: (draw) => at((Math.floor(now / FRAME_MS + 1e-6) + 1) * FRAME_MS, draw),
    setTimer: (milliseconds, run) => at(now + milliseconds, run),
    pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const next = due.reduce<(typeof due)[number] | undefined>(
          (first, entry) => (first === undefined || entry.at < first.at ? entry : first),
          undefined,
        );
        if (next === undefined || next.at > end) break;
        due = due.filter((entry) => entry !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = Math.max(now, end);
    },
    spend(milliseconds) {
      now += milliseconds;
    },
    waiting: () => due.length,
  };
}
