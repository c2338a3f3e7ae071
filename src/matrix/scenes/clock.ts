import type { LinkPorts } from "../link/ports.ts";

/** The time of a scene: it begins at 0. */
export interface SceneClock {
  /** Milliseconds since the beginning. */
  elapsed(): number;
  readonly setTimer: LinkPorts["setTimer"];
}

/** A clock that somebody moves: the same on every machine. */
export interface HandClock extends SceneClock {
  /** Moves on and runs what is due, in order of time. */
  pass(milliseconds: number): void;
  /** Calls `listener` whenever a timer is set while the clock stands. Returns its undo. */
  onSet(listener: () => void): () => void;
}

/** A clock that runs by itself from now on. */
export function createRunningClock(ports: Pick<LinkPorts, "now" | "setTimer">): SceneClock {
  const began = ports.now();
  return { elapsed: () => ports.now() - began, setTimer: ports.setTimer };
}

/** A clock that stands until it is moved. */
export function createHandClock(): HandClock {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const listeners = new Set<() => void>();
  let now = 0;
  let isPassing = false;

  /** The timer that is due first up to a time; of one time, the one that was set first. */
  const nextUntil = (end: number) => {
    let next: { readonly at: number; readonly run: () => void } | undefined;
    for (const timer of timers) if (timer.at <= end && timer.at < (next?.at ?? Infinity)) next = timer;
    return next;
  };

  return {
    elapsed: () => now,
    setTimer(milliseconds, run) {
      const timer = { at: now + Math.max(0, milliseconds), run };
      timers.add(timer);
      if (!isPassing) for (const listener of listeners) listener();
      return () => timers.delete(timer);
    },
    pass(milliseconds) {
      const end = now + milliseconds;
      isPassing = true;
      try {
        for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
          timers.delete(timer);
          now = timer.at;
          timer.run();
        }
        now = end;
      } finally {
        isPassing = false;
      }
    },
    onSet(listener) {
      const own = () => listener();
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
