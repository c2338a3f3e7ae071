import type { Stage } from "../stage/stage.ts";
import type { HandClock } from "./clock.ts";

/** One step of a still, in milliseconds: the longest that the stage takes. */
const STEP_MS = 100;
/** The end is drawn as well as worked out, so that what follows the drawn frames settles: figures count for 0.9 s. */
const DRAWN_MS = 1_800;
/** How many steps there are between two frames that are drawn: the HUD takes up to 0.6 s to show what is new. */
const STEPS_A_FRAME = 6;

const stepsOf = (milliseconds: number): number => Math.round(milliseconds / STEP_MS);

/** What a still is drawn on. */
export interface StillOptions {
  readonly stage: Pick<Stage, "step" | "advance"> & {
    readonly scene: Pick<Stage["scene"], "whenReadyAsync">;
    readonly engine: Pick<Stage["engine"], "resize">;
  };
  readonly clock: HandClock;
  readonly canvas: Pick<HTMLElement, "clientWidth" | "clientHeight">;
}

/** A picture of a scene that stands. */
export interface Still {
  /**
   * Plays up to a time in steps that do not depend on the machine, and leaves the picture standing. Resolves when it
   * stands.
   */
  play(milliseconds: number, ready: Promise<unknown>): Promise<void>;
  /** Plays on for as long as what somebody has just tried takes to be seen. */
  playOn(): Promise<void>;
  /** Draws the picture that stands at the size that the canvas has now. */
  fit(): void;
}

export function createStill({ stage, clock, canvas }: StillOptions): Still {
  let { clientWidth: width, clientHeight: height } = canvas;

  /** Says whether the canvas has another size than the picture had. */
  const resize = (): boolean => {
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === width && clientHeight === height) return false;
    [width, height] = [clientWidth, clientHeight];
    stage.engine.resize();
    return true;
  };
  const take = async (steps: number): Promise<void> => {
    const firstDrawn = steps - stepsOf(DRAWN_MS);
    for (let step = 1; step <= steps; step += 1) {
      clock.pass(STEP_MS);
      if (step >= firstDrawn && (steps - step) % STEPS_A_FRAME === 0) {
        // Shaders and textures of what has just appeared.
        await stage.scene.whenReadyAsync();
        resize();
        stage.step(STEP_MS / 1000);
      } else {
        stage.advance(STEP_MS / 1000);
      }
    }
  };

  return {
    async play(milliseconds, ready) {
      // What is loaded only after the first frame comes too.
      stage.step(0);
      await ready;
      await take(stepsOf(milliseconds));
    },
    playOn: () => take(stepsOf(DRAWN_MS)),
    fit() {
      if (resize()) stage.step(0);
    },
  };
}

/**
 * Keeps a still that stands answering: what sets a timer, as what is tried under `?debug` does, is played until it is
 * seen, and the picture follows the canvas's size. Returns its undo.
 */
export function keepStill(
  still: Pick<Still, "playOn" | "fit">,
  clock: Pick<HandClock, "onSet">,
  canvas: HTMLElement,
  onFault: (error: unknown) => void,
): () => void {
  let isWanted = false;
  let isPlaying = false;
  const play = async (): Promise<void> => {
    isPlaying = true;
    try {
      while (isWanted) {
        isWanted = false;
        await still.playOn();
      }
    } finally {
      isPlaying = false;
    }
    still.fit();
  };
  const stopWaiting = clock.onSet(() => {
    isWanted = true;
    // Whoever sets the timer is not done yet.
    if (!isPlaying) queueMicrotask(() => !isPlaying && play().catch(onFault));
  });
  const sizes = new ResizeObserver(() => {
    if (!isPlaying) still.fit();
  });
  sizes.observe(canvas);
  return () => {
    stopWaiting();
    sizes.disconnect();
  };
}
