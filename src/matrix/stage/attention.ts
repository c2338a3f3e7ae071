/** After an input a person may still be looking, in milliseconds; less where nothing moves by itself. */
const LOOKING_MS = 60_000;
const LOOKING_STILL_MS = 5_000;
/** What a change sets in motion has come to rest after this: flights, gestures, figures that count up. */
const STIR_MS = 6_000;

/** Whether anybody looks or anything happens, so that frames are worth their energy. Times are in milliseconds. */
export interface Attention {
  /** Something changed that is to be seen. */
  stir(): void;
  /** A person touched, typed or moved the mouse. */
  input(): void;
  /** Somebody looks until undone, such as whoever passes a kiosk. */
  watch(): () => void;
  /** Whether a few frames a second are enough. */
  isIdle(): boolean;
}

export interface AttentionOptions {
  readonly now: () => number;
  readonly isStill: () => boolean;
  /** Called when something happened while a few frames a second were enough. */
  readonly onRouse: () => void;
}

/** Begins with somebody looking: they have just opened the page. */
export function createAttention({ now, isStill, onRouse }: AttentionOptions): Attention {
  const watchers = new Set<symbol>();
  let lastInput = now();
  let lastStir = now();

  const isIdle = () =>
    watchers.size === 0 &&
    now() - lastInput > (isStill() ? LOOKING_STILL_MS : LOOKING_MS) &&
    now() - lastStir > STIR_MS;
  const rouse = (note: () => void) => {
    const wasIdle = isIdle();
    note();
    if (wasIdle) onRouse();
  };

  return {
    stir: () =>
      rouse(() => {
        lastStir = now();
      }),
    input: () =>
      rouse(() => {
        lastInput = now();
      }),
    watch() {
      const watcher = Symbol();
      rouse(() => watchers.add(watcher));
      return () => watchers.delete(watcher);
    },
    isIdle,
  };
}
