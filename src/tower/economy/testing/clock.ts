import type { Clock } from "../../clock.ts";

/** A clock that stands still until a test moves it; then what is due happens in order. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
  /** Forgets every timer: those of a tower that has crashed. */
  forgetTimers(): void;
}

/** When the tests' clocks start. A whole second: invoices count in those. */
export const START = Date.UTC(2026, 0, 15, 12);

/** A clock at {@link START}. */
export function createTestClock(start = START): TestClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly listener: () => void }>();
  return {
    now: () => now,
    after(milliseconds, listener) {
      const timer = { at: now + Math.max(0, milliseconds), listener };
      timers.add(timer);
      // What is due already happens without the clock being moved.
      if (milliseconds <= 0) queueMicrotask(() => void (timers.delete(timer) && listener()));
      return () => timers.delete(timer);
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.listener();
      }
      now = end;
    },
    forgetTimers: () => timers.clear(),
  };
}
