import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import { createGovernor } from "./governor.ts";

export interface FrameLoopOptions {
  readonly canvas: HTMLCanvasElement;
  readonly engine: AbstractEngine;
  /** The most pixels per CSS px. */
  readonly finest: number;
  /** Draws one frame, `dt` seconds after the last. */
  readonly frame: (dt: number) => void;
}

/**
 * Draws frames while the page is visible, and owns the size of the drawing buffer: a resize is only noted when it
 * happens and applied just before a frame, so that the picture never blinks. Returns its undo.
 */
export function runFrameLoop({ canvas, engine, finest, frame }: FrameLoopOptions): () => void {
  const density = Math.min(window.devicePixelRatio || 1, finest);
  const governor = createGovernor(density);
  const undo = new AbortController();
  let sizeChanged = true;
  let drawnDensity = 0;
  let last: number | undefined;

  const render = () => {
    const now = performance.now();
    const dt = last === undefined ? 0 : (now - last) / 1000;
    last = now;
    const wanted = governor.note(dt);
    if (wanted !== drawnDensity) {
      drawnDensity = wanted;
      engine.setHardwareScalingLevel(1 / wanted);
      sizeChanged = true;
    }
    if (sizeChanged) {
      sizeChanged = false;
      engine.resize();
    }
    frame(dt);
  };

  const resizes = new ResizeObserver(() => {
    sizeChanged = true;
  });
  resizes.observe(canvas);

  const follow = () => {
    last = undefined;
    if (document.hidden) engine.stopRenderLoop(render);
    else engine.runRenderLoop(render);
  };
  document.addEventListener("visibilitychange", follow, { signal: undo.signal });
  follow();

  return () => {
    undo.abort();
    resizes.disconnect();
    engine.stopRenderLoop(render);
  };
}
