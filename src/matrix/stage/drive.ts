import { createOwned } from "../owned.ts";
import { browserFrames, type FramePorts, runFrameLoop } from "./frame-loop.ts";
import { createGovernor } from "./governor.ts";
import { followShown } from "./page.ts";
import { finestDensity, qualityAt } from "./quality.ts";
import { createResolution } from "./resolution.ts";
import type { StageHandle, Undo } from "./stage.ts";

/**
 * Draws frames for as long as the page is seen and the GPU is there, as often as something happens and as richly as
 * the machine can. Returns its undo.
 */
export function driveByLoop(
  canvas: HTMLElement,
  handle: StageHandle,
  { page = window, frames = browserFrames }: { readonly page?: Window; readonly frames?: FramePorts } = {},
): Undo {
  const { engine, step, stir } = handle.stage;
  const owned = createOwned();
  const governor = createGovernor(1);
  const resolution = createResolution({
    canvas,
    engine,
    governor,
    pixelRatio: () => page.devicePixelRatio,
    onChange: stir,
  });
  owned.own(resolution.dispose);
  const loop = runFrameLoop({
    ports: frames,
    isIdle: handle.isIdle,
    onPace: governor.note,
    onResume: governor.interrupt,
    frame(dt) {
      resolution.apply();
      handle.setQuality(governor.quality);
      engine.beginFrame();
      step(dt);
      engine.endFrame();
    },
  });
  owned.own(loop.stop);
  owned.own(handle.onRouse(loop.rouse));
  owned.own(
    followShown(page, (isShown) => {
      if (isShown) handle.look();
      loop.hold("hidden", !isShown);
    }),
  );
  const lost = engine.onContextLostObservable.add(() => loop.hold("lost", true));
  const restored = engine.onContextRestoredObservable.add(() => {
    stir();
    loop.hold("lost", false);
  });
  owned.own(() => {
    engine.onContextLostObservable.remove(lost);
    engine.onContextRestoredObservable.remove(restored);
  });
  return owned.release;
}

/** Sizes the drawing buffer once, for a stage that somebody else steps. */
export function driveByHand(
  canvas: HTMLElement,
  { stage, setQuality }: StageHandle,
  page: Window = window,
): void {
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  const quality = qualityAt(0, finestDensity(page.devicePixelRatio, size));
  setQuality(quality);
  stage.engine.setHardwareScalingLevel(1 / quality.density);
}
