import type { Stage } from "../stage/stage.ts";
import type { HandClock } from "./clock.ts";

/** One step of a still, in milliseconds: the longest that the stage takes. */
const STEP_MS = 100;
/** The end is drawn as well as worked out, so that what follows the drawn frames settles: figures count for 0.9 s. */
const DRAWN_MS = 1_800;
/** How many steps there are between two frames that are drawn: the HUD takes up to 0.6 s to show what is new. */
const STEPS_A_FRAME = 6;

/**
 * Plays a scene up to a time in steps that do not depend on the machine, and leaves the picture standing. Resolves when it
 * stands.
 */
export async function playStill(
  stage: Stage,
  clock: HandClock,
  { ready, milliseconds }: { readonly ready: Promise<unknown>; readonly milliseconds: number },
): Promise<void> {
  // What is loaded only after the first frame comes too.
  stage.step(0);
  await ready;
  const steps = Math.round(milliseconds / STEP_MS);
  const firstDrawn = steps - Math.round(DRAWN_MS / STEP_MS);
  for (let step = 1; step <= steps; step += 1) {
    clock.pass(STEP_MS);
    if (step >= firstDrawn && (steps - step) % STEPS_A_FRAME === 0) {
      // Shaders and textures of what has just appeared.
      await stage.scene.whenReadyAsync();
      stage.step(STEP_MS / 1000);
    } else {
      stage.advance(STEP_MS / 1000);
    }
  }
}
