import { NullEngine } from "@babylonjs/core/Engines/nullEngine.pure.js";
import { registerEngineExtensions } from "./engine.ts";
import { createStageOn, type StageOnOptions } from "./stage.ts";

export interface NullStageOptions extends Partial<Pick<StageOnOptions, "now" | "onFault">> {
  readonly reducedMotion?: boolean;
  /** In CSS px. */
  readonly width?: number;
  readonly height?: number;
}

/** A stage that draws nothing, for tests, stepped by hand. What a listener throws is thrown. */
export function createNullStage({
  reducedMotion = false,
  width = 1180,
  height = 820,
  ...options
}: NullStageOptions = {}) {
  registerEngineExtensions();
  const engine = new NullEngine({
    renderWidth: width,
    renderHeight: height,
    textureSize: 256,
    deterministicLockstep: false,
    lockstepMaxSteps: 1,
  });
  const handle = createStageOn(engine, reducedMotion, {
    onFault(error) {
      throw error;
    },
    freeEngine: () => engine.dispose(),
    ...options,
  });
  return { ...handle, dispose: handle.stage.dispose };
}
