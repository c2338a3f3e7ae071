import { NullEngine } from "@babylonjs/core/Engines/nullEngine.pure.js";
import { registerEngineExtensions } from "./engine.ts";
import { createStageOn } from "./stage.ts";

/** A stage that draws nothing, for tests: 1180×820 CSS px, stepped by hand. */
export function createNullStage({ reducedMotion = false } = {}) {
  registerEngineExtensions();
  const engine = new NullEngine({
    renderWidth: 1180,
    renderHeight: 820,
    textureSize: 256,
    deterministicLockstep: false,
    lockstepMaxSteps: 1,
  });
  const { stage, tap } = createStageOn(engine, reducedMotion);
  return {
    stage,
    tap,
    dispose() {
      stage.dispose();
      engine.dispose();
    },
  };
}
