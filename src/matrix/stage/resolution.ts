import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import type { Governor } from "./governor.ts";
import { finestDensity } from "./quality.ts";

export interface ResolutionOptions {
  readonly canvas: HTMLElement;
  readonly engine: AbstractEngine;
  readonly governor: Governor;
  /** The screen's pixels per CSS px: other screens, other pixels, so it is asked for each frame. */
  readonly pixelRatio: () => number;
  /** Called when the canvas has another size or is on another screen. */
  readonly onChange: () => void;
}

export interface Resolution {
  /** Gives the drawing buffer the size that it should have now. Call before a frame, so that the picture never blinks. */
  apply(): void;
  dispose(): void;
}

/** Owns the size of the drawing buffer: it follows the canvas, the screen and the governor. */
export function createResolution({
  canvas,
  engine,
  governor,
  pixelRatio,
  onChange,
}: ResolutionOptions): Resolution {
  let isResized = true;
  let ratio = 0;
  const resizes = new ResizeObserver(() => {
    isResized = true;
    onChange();
  });
  resizes.observe(canvas);

  return {
    apply() {
      const now = pixelRatio();
      if (now !== ratio || isResized) {
        ratio = now;
        governor.setFinest(finestDensity(ratio, { width: canvas.clientWidth, height: canvas.clientHeight }));
        governor.interrupt();
      }
      const scaling = 1 / governor.quality.density;
      // To set the scaling resizes as well.
      if (engine.getHardwareScalingLevel() !== scaling) engine.setHardwareScalingLevel(scaling);
      else if (isResized) engine.resize();
      isResized = false;
    },
    dispose: () => resizes.disconnect(),
  };
}
