import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.pure.js";
import { Scene } from "@babylonjs/core/scene.pure.js";
import { createCamera, type StageCamera } from "./camera.ts";
import { CLOCK_PERIOD_S, type FrameTime, LONGEST_STEP_S } from "./clock.ts";
import { openEngine } from "./engine.ts";
import { runFrameLoop } from "./frame-loop.ts";
import { type CanvasPoint, listenForGestures } from "./gestures.ts";
import { createMaterials, type Materials } from "./materials.ts";

/** Undoes what returned it. Safe to call twice. */
export type Undo = () => void;

export interface StageOptions {
  /** True where the HUD takes an event instead of the world: CSS px from the canvas's top left. */
  readonly isOverHud?: (x: number, y: number) => boolean;
  /** What `prefers-reduced-motion` says; asked of the browser when left out. */
  readonly reducedMotion?: boolean;
}

/** Engine, scene, camera and frame loop: what everything that is drawn stands on. */
export interface Stage {
  readonly engine: AbstractEngine;
  readonly scene: Scene;
  readonly camera: StageCamera;
  readonly materials: Materials;
  readonly reducedMotion: boolean;
  /** What time it is on this frame. */
  readonly now: FrameTime;
  /** The canvas in CSS px. */
  size(): { readonly width: number; readonly height: number };
  /** Calls `listener` before each frame is drawn, in the order they came. */
  onFrame(listener: (frame: FrameTime) => void): Undo;
  /** Calls `listener` when a person taps the canvas where no HUD is. */
  onTap(listener: (point: CanvasPoint) => void): Undo;
  /** Draws one frame, `dt` seconds after the last. The loop calls it; a test may. */
  step(dt: number): void;
  dispose(): void;
}

/** Near-black with a green cast. */
const BACKGROUND = new Color4(0.014, 0.024, 0.024, 1);
const FINEST = 2;

function listeners<T>() {
  const all = new Set<(value: T) => void>();
  return {
    add(listener: (value: T) => void): Undo {
      all.add(listener);
      return () => all.delete(listener);
    },
    tell(value: T) {
      for (const listener of all) listener(value);
    },
  };
}

/** A stage on an engine that is already there. It frees the scene, not the engine, and draws only when stepped. */
export function createStageOn(engine: AbstractEngine, reducedMotion: boolean) {
  const scene = new Scene(engine);
  // Gestures are our own. The scene's input would focus the canvas on every tap, which closes an iPad's keyboard.
  scene.detachControl();
  scene.clearColor = BACKGROUND;
  scene.skipPointerMovePicking = true;
  scene.skipPointerDownPicking = true;
  scene.skipPointerUpPicking = true;
  scene.skipFrustumClipping = true;
  const size = () => {
    const density = engine.getHardwareScalingLevel();
    return { width: engine.getRenderWidth() * density, height: engine.getRenderHeight() * density };
  };
  const camera = createCamera(scene, size, reducedMotion);
  const materials = createMaterials(scene, reducedMotion);
  const frames = listeners<FrameTime>();
  const taps = listeners<CanvasPoint>();
  let now: FrameTime = { dt: 0, elapsed: 0, time: 0 };

  const stage: Stage = {
    engine,
    scene,
    camera,
    materials,
    reducedMotion,
    get now() {
      return now;
    },
    size,
    onFrame: frames.add,
    onTap: taps.add,
    step(wanted) {
      const dt = Math.min(Math.max(wanted, 0), LONGEST_STEP_S);
      const elapsed = now.elapsed + dt;
      now = { dt, elapsed, time: elapsed % CLOCK_PERIOD_S };
      materials.globals.time = now.time;
      camera.update(dt);
      frames.tell(now);
      const { width, height } = size();
      materials.update(camera.node.position, width, height);
      scene.render(false);
    },
    dispose() {
      scene.dispose();
    },
  };
  return { stage, tap: taps.tell };
}

/** Opens the stage on a canvas and starts drawing. `dispose` stops it and frees everything. */
export function createStage(canvas: HTMLCanvasElement, options: StageOptions = {}): Stage {
  const engine = openEngine(canvas);
  const reducedMotion =
    options.reducedMotion ?? window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const { stage, tap } = createStageOn(engine, reducedMotion);
  const stopGestures = listenForGestures(
    canvas,
    {
      turn: stage.camera.turn,
      pan: stage.camera.pan,
      zoom: stage.camera.zoom,
      home: stage.camera.glideHome,
      tap,
    },
    { isOverHud: options.isOverHud ?? (() => false) },
  );
  const stopLoop = runFrameLoop({ canvas, engine, finest: FINEST, frame: stage.step });
  return {
    ...stage,
    get now() {
      return stage.now;
    },
    dispose() {
      stopLoop();
      stopGestures();
      stage.dispose();
      engine.dispose();
    },
  };
}
