import type { JobId } from "../../protocol/ids.ts";

/** A piece of work that can be stopped from outside. */
export interface Stoppable {
  readonly signal: AbortSignal;
  /** To be called when the work is over, however it ended. */
  release(): void;
}

/** Stops what brains do: because their job has ended, or because the tower goes down. */
export interface Stops {
  /** To be called before the work is begun, so that no end of its job falls between. */
  open(jobId: JobId): Stoppable;
  stop(jobId: JobId): void;
  /** Stops all work, also what is only begun later. */
  stopAll(): void;
}

/** Stops for any number of jobs; nothing is kept of a job nobody works on. */
export function createStops(): Stops {
  const working = new Map<JobId, Set<AbortController>>();
  let over = false;
  return {
    open(jobId) {
      const controller = new AbortController();
      if (over) controller.abort();
      const others = working.get(jobId) ?? new Set();
      working.set(jobId, others.add(controller));
      return {
        signal: controller.signal,
        release() {
          others.delete(controller);
          if (others.size === 0 && working.get(jobId) === others) working.delete(jobId);
        },
      };
    },
    stop(jobId) {
      for (const controller of working.get(jobId) ?? []) controller.abort();
    },
    stopAll() {
      over = true;
      for (const controllers of working.values()) for (const controller of controllers) controller.abort();
    },
  };
}
