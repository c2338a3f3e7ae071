import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import { RegisterEnginesExtensionsEngineDynamicTexture } from "@babylonjs/core/Engines/Extensions/engine.dynamicTexture.pure.js";
import { RegisterEnginesExtensionsEngineRawTexture } from "@babylonjs/core/Engines/Extensions/engine.rawTexture.pure.js";
import { Engine } from "@babylonjs/core/Engines/engine.pure.js";
import { RegisterStandardEngineExtensions } from "@babylonjs/core/Engines/engineRegistration.pure.js";

/** Registers what the stage needs of an engine. A missing registration fails silently, so it is done in one place. */
export function registerEngineExtensions(): void {
  RegisterStandardEngineExtensions();
  RegisterEnginesExtensionsEngineRawTexture();
  RegisterEnginesExtensionsEngineDynamicTexture();
}

/**
 * Opens a WebGL2 engine on a canvas. The canvas is opaque: glowing pixels must not let the page through.
 * Throws what Babylon throws when the browser has no WebGL.
 */
export function openEngine(canvas: HTMLCanvasElement): AbstractEngine {
  registerEngineExtensions();
  return new Engine(canvas, true, {
    alpha: false,
    antialias: true,
    stencil: true,
    audioEngine: false,
    powerPreference: "high-performance",
    disableWebGL2Support: false,
  });
}
