/** What the loop needs of a browser. Times are in milliseconds. */
export interface FramePorts {
  now(): number;
  /** Runs `draw` when the screen is ready for a frame, unless undone. */
  requestFrame(draw: () => void): () => void;
  setTimer(milliseconds: number, run: () => void): () => void;
}

export interface FrameLoopOptions {
  readonly ports: FramePorts;
  /** Whether a few frames a second are enough. */
  readonly isIdle: () => boolean;
  /** Draws one frame, `dt` seconds after the last. */
  readonly frame: (dt: number) => void;
  /** Tells how long a frame took, in seconds, while frames came one after the other as fast as they could. */
  readonly onPace: (dt: number) => void;
  /** Frames come again after they had stopped or were few. */
  readonly onResume: () => void;
}

/** Draws frame after frame while nothing stands against it. */
export interface FrameLoop {
  /** Says that something keeps it from drawing, or no longer: `hidden`, `lost`. */
  hold(reason: string, isHeld: boolean): void;
  /** Something happened: the next frame comes at once. */
  rouse(): void;
  stop(): void;
}

/** How long an idle loop sleeps before it asks for a frame: with the wait for the screen, ten frames a second. */
const IDLE_SLEEP_MS = 84;

/** Starts drawing. A frame is asked for before the last one is drawn, so none that fails can end the loop. */
export function runFrameLoop({ ports, isIdle, frame, onPace, onResume }: FrameLoopOptions): FrameLoop {
  const held = new Set<string>();
  let cancel: (() => void) | undefined;
  let last: number | undefined;
  let isSleeping = false;
  /** Whether the time since the last frame is the time that frames take. */
  let isPaced = false;

  const ask = () => {
    isSleeping = false;
    cancel = ports.requestFrame(draw);
  };

  function draw(): void {
    const now = ports.now();
    const dt = last === undefined ? 0 : (now - last) / 1000;
    last = now;
    const wasPaced = isPaced;
    isSleeping = isIdle();
    isPaced = !isSleeping;
    if (isSleeping) cancel = ports.setTimer(IDLE_SLEEP_MS, ask);
    else ask();
    if (wasPaced) onPace(dt);
    else if (isPaced) onResume();
    frame(dt);
  }

  function pause(): void {
    cancel?.();
    cancel = undefined;
    isPaced = false;
  }

  ask();
  return {
    hold(reason, isHeld) {
      if (isHeld) held.add(reason);
      else held.delete(reason);
      if (held.size > 0) {
        pause();
      } else if (cancel === undefined) {
        // The world goes on where it stood; it does not catch up.
        last = undefined;
        ask();
      }
    },
    rouse() {
      if (!isSleeping || held.size > 0) return;
      cancel?.();
      ask();
    },
    stop() {
      held.add("stopped");
      pause();
    },
  };
}

/** The loop's ports in a real browser. */
export const browserFrames: FramePorts = {
  now: () => performance.now(),
  requestFrame(draw) {
    const request = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(request);
  },
  setTimer(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
