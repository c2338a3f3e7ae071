import { type CueQueue, createCueQueue } from "./cue-queue.ts";
import type { Cue, Readable, Stream, Unsubscribe } from "./model.ts";

/** A place for one value; readers are told once a batch. */
export interface Cell<T> extends Readable<T> {
  set(value: T): void;
}

/** A value that is worked out from others when somebody reads it, and anew after `invalidate`. */
export interface View<T> extends Readable<T> {
  invalidate(): void;
}

/**
 * Gathers what many messages change and tells it once: every reader of a changed value first, then the cues. Values
 * themselves are never late: `get` gives the newest at any time. A batch ends when `schedule` runs it; the browser's is
 * a timer of one frame, so readers are told about 60 times a second however many messages come, also when hidden.
 */
export interface Batch {
  cell<T>(initial: T): Cell<T>;
  view<T>(compute: () => T): View<T>;
  readonly cues: Stream<Cue>;
  cue(cue: Cue): void;
  /** Tells everything now. */
  flush(): void;
  /** Forgets what has not been told and tells nothing any more. */
  dispose(): void;
}

/** Where nobody takes faults, they are the runtime's, like everything else that nobody catches. */
const leaveUncaught = (error: unknown): void =>
  queueMicrotask(() => {
    throw error;
  });

/** Makes a batch. `onFault` takes what a reader throws: all others are told all the same. */
export function createBatch(
  schedule: (flush: () => void) => Unsubscribe,
  onFault: (error: unknown) => void = leaveUncaught,
): Batch {
  const changed = new Set<ReadonlySet<() => void>>();
  const cueListeners = new Set<(cue: Cue) => void>();
  const cues: CueQueue = createCueQueue();
  let unschedule: Unsubscribe | undefined;
  let isDisposed = false;

  const flush = () => {
    unschedule?.();
    unschedule = undefined;
    const readers = [...changed];
    const played = cues.take();
    changed.clear();
    for (const listeners of readers) for (const listener of [...listeners]) guard(listener, undefined);
    for (const cue of played) for (const listener of [...cueListeners]) guard(listener, cue);
  };
  const guard = <T>(listener: (value: T) => void, value: T) => {
    try {
      listener(value);
    } catch (error) {
      onFault(error);
    }
  };
  const plan = () => {
    if (!isDisposed) unschedule ??= schedule(flush);
  };
  const readable = <T>(get: () => T) => {
    const listeners = new Set<() => void>();
    const subscribe = (listener: () => void): Unsubscribe => {
      // A wrapper, so that one function can subscribe twice and undo each on its own.
      const own = () => listener();
      listeners.add(own);
      return () => listeners.delete(own);
    };
    const changedNow = () => {
      changed.add(listeners);
      plan();
    };
    return { get, subscribe, changedNow };
  };

  return {
    cell<T>(initial: T): Cell<T> {
      let value = initial;
      const { get, subscribe, changedNow } = readable(() => value);
      return {
        get,
        subscribe,
        set(next) {
          if (next === value) return;
          value = next;
          changedNow();
        },
      };
    },
    view<T>(compute: () => T): View<T> {
      let known: { readonly value: T } | undefined;
      const { get, subscribe, changedNow } = readable(() => {
        known ??= { value: compute() };
        return known.value;
      });
      return {
        get,
        subscribe,
        invalidate() {
          known = undefined;
          changedNow();
        },
      };
    },
    cues: {
      subscribe(listener) {
        const own = (cue: Cue) => listener(cue);
        cueListeners.add(own);
        return () => cueListeners.delete(own);
      },
    },
    cue(cue) {
      cues.add(cue);
      plan();
    },
    flush,
    dispose() {
      isDisposed = true;
      unschedule?.();
      changed.clear();
      cues.take();
    },
  };
}
