/** Time, as the tower's parts are given it: so that a test decides what time it is. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `listener` once, after so many milliseconds. Returns its own undo. */
  after(milliseconds: number, listener: () => void): () => void;
}

/** The longest a Node timer can wait: past it `setTimeout` fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, listener) {
    const timer = setTimeout(listener, Math.min(Math.max(0, milliseconds), LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
