import type { Seq } from "../../protocol/ids.ts";
import type { LogFollower } from "../log/follow.ts";

/** How far the log has been read by this process. */
export interface Head {
  seq(): Seq;
  /** Whether the place is reached within a time in milliseconds: a follower that lags or has stopped does not get there. */
  reaches(place: Seq, withinMs: number): Promise<boolean>;
  close(): void;
}

/** Follows the log from `start`, the place of its last fact when the tower began. `onError` hears of reads that failed. */
export function createHead(follower: LogFollower, start: Seq, onError: (error: unknown) => void): Head {
  let head = start;
  const waiting = new Set<() => void>();
  const stop = follower.subscribe({
    after: start,
    deliver(entries) {
      head = entries.at(-1)?.fact.seq ?? head;
      for (const look of [...waiting]) look();
    },
    failed: onError,
  });
  return {
    seq: () => head,
    reaches(place, withinMs) {
      if (head >= place) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (reached: boolean) => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(reached);
        };
        const look = () => {
          if (head >= place) settle(true);
        };
        const timer = setTimeout(settle, withinMs, false);
        waiting.add(look);
        follower.notify();
      });
    },
    close: stop,
  };
}
