import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.pure.js";
import { Scene } from "@babylonjs/core/scene.pure.js";
import { createOwned } from "../owned.ts";
import { createAttention } from "./attention.ts";
import { createCamera, type StageCamera } from "./camera.ts";
import { CLOCK_PERIOD_S, type FrameTime, LONGEST_STEP_S } from "./clock.ts";
import { driveByHand, driveByLoop } from "./drive.ts";
import { openEngine } from "./engine.ts";
import { type CanvasPoint, listenForGestures } from "./gestures.ts";
import { createGuard, createListeners } from "./listeners.ts";
import { createMaterials, type Materials } from "./materials.ts";
import { followInput, followReducedMotion } from "./page.ts";
import type { Quality } from "./quality.ts";

/** Undoes what returned it. Safe to call twice. */
export type Undo = () => void;

export interface StageOptions {
  /** True where the HUD takes an event instead of the world: CSS px from the canvas's top left. */
  readonly isOverHud?: (x: number, y: number) => boolean;
  /** Whether motion is reduced, for good; what `prefers-reduced-motion` says at any time when left out. */
  readonly reducedMotion?: boolean;
  /** `hand`: nothing is drawn but by {@link Stage.step}; `loop` when left out. */
  readonly drive?: "loop" | "hand";
  /** Takes what a listener or the drawing threw, each time: the same may come every frame. */
  readonly onFault: (error: unknown) => void;
}

/** Engine, scene, camera and frame loop: what everything that is drawn stands on. */
export interface Stage {
  readonly engine: AbstractEngine;
  readonly scene: Scene;
  readonly camera: StageCamera;
  readonly materials: Materials;
  /** Whether a person asked for reduced motion. They may change their mind: read it when it is needed. */
  readonly reducedMotion: boolean;
  /** How richly to draw now: read it each frame. */
  readonly quality: Quality;
  /** What time it is on this frame. */
  readonly now: FrameTime;
  /** The canvas in CSS px. */
  size(): { readonly width: number; readonly height: number };
  /** Calls `listener` before each frame is drawn, in the order they came. */
  onFrame(listener: (frame: FrameTime) => void): Undo;
  /** Calls `listener` when a person taps the canvas where no HUD is. */
  onTap(listener: (point: CanvasPoint) => void): Undo;
  /** Calls `listener` when a person does anything, wherever on the page, before it has any effect. */
  onInput(listener: () => void): Undo;
  /** Says that something changed that is to be seen: frames come at full rate for a while. */
  stir(): void;
  /** Keeps frames coming at full rate until undone, though nobody touches anything. */
  watch(): Undo;
  /** Draws one frame, `dt` seconds after the last. The loop calls it; a test may. */
  step(dt: number): void;
  /** Does all of {@link Stage.step} but draw. */
  advance(dt: number): void;
  dispose(): void;
}

/** A stage and the strings that whoever opened it pulls. */
export interface StageHandle {
  readonly stage: Stage;
  /** A person tapped the canvas. */
  tap(point: CanvasPoint): void;
  /** A person did something. */
  input(): void;
  /** Somebody has come to look: the page has come into view. */
  look(): void;
  /** Whether a few frames a second are enough. */
  isIdle(): boolean;
  /** Called when something happened while a few frames a second were enough. */
  onRouse(listener: () => void): Undo;
  setReducedMotion(isReduced: boolean): void;
  setQuality(quality: Quality): void;
  /** Takes over something that is freed with the stage, before the scene. */
  own(free: () => void): void;
}

export interface StageOnOptions {
  /** Frees the engine after the scene; left out, the engine is somebody else's. */
  readonly freeEngine?: () => void;
  readonly onFault: (error: unknown) => void;
  /** Milliseconds since whenever, by which it is judged whether somebody still looks. */
  readonly now?: () => number;
}

/** Near-black with a green cast. */
const BACKGROUND = new Color4(0.014, 0.024, 0.024, 1);

/** A stage on an engine that is already there. It frees the scene, not the engine, and draws only when stepped. */
export function createStageOn(
  engine: AbstractEngine,
  reducedMotion: boolean,
  { freeEngine = () => {}, onFault, now: clock = () => performance.now() }: StageOnOptions,
): StageHandle {
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
  const owned = createOwned();
  owned.own(freeEngine);
  owned.own(() => scene.dispose());
  let isStill = reducedMotion;
  let quality: Quality = { density: 1 / engine.getHardwareScalingLevel(), effects: 1 };
  let now: FrameTime = { dt: 0, elapsed: 0, time: 0 };
  const camera = createCamera(scene, size, () => isStill);
  const materials = createMaterials(scene, reducedMotion);
  const guard = createGuard(onFault);
  const draw = () => scene.render(false);
  const frames = createListeners<FrameTime>(guard);
  const taps = createListeners<CanvasPoint>(guard);
  const inputs = createListeners<undefined>(guard);
  const rouses = createListeners<undefined>(guard);
  const attention = createAttention({
    now: clock,
    isStill: () => isStill,
    onRouse: () => rouses.tell(undefined),
  });

  const stage: Stage = {
    engine,
    scene,
    camera,
    materials,
    get reducedMotion() {
      return isStill;
    },
    get quality() {
      return quality;
    },
    get now() {
      return now;
    },
    size,
    onFrame: frames.add,
    onTap: taps.add,
    onInput: inputs.add,
    stir: attention.stir,
    watch: attention.watch,
    step(dt) {
      // A page in the background, or a GPU that is gone before anybody has been told: no camera can look at nothing.
      if (engine.getRenderWidth() === 0 || engine.getRenderHeight() === 0) return;
      stage.advance(dt);
      guard(draw, undefined);
    },
    advance(wanted) {
      const dt = Math.min(Math.max(wanted, 0), LONGEST_STEP_S);
      const elapsed = now.elapsed + dt;
      now = { dt, elapsed, time: elapsed % CLOCK_PERIOD_S };
      materials.globals.time = now.time;
      camera.update(dt);
      frames.tell(now);
      const { width, height } = size();
      materials.update(camera.node.position, width, height);
    },
    dispose: owned.release,
  };
  return {
    stage,
    tap: taps.tell,
    input() {
      attention.input();
      inputs.tell(undefined);
    },
    look: attention.input,
    isIdle: () => !camera.isMoving && attention.isIdle(),
    onRouse: rouses.add,
    setReducedMotion(isReduced) {
      if (isReduced === isStill) return;
      isStill = isReduced;
      materials.globals.still = isReduced ? 1 : 0;
      attention.stir();
    },
    setQuality(next) {
      quality = next;
    },
    own: owned.own,
  };
}

/** Opens the stage on a canvas and starts drawing. `dispose` stops it and frees everything. */
export function createStage(canvas: HTMLCanvasElement, options: StageOptions): Stage {
  const { isOverHud = () => false, reducedMotion, drive = "loop", onFault } = options;
  const engine = openEngine(canvas);
  const handle = createStageOn(engine, reducedMotion ?? false, {
    freeEngine: () => engine.dispose(),
    onFault,
  });
  const { stage, own } = handle;
  const { camera } = stage;
  if (reducedMotion === undefined) own(followReducedMotion(window, handle.setReducedMotion));
  if (drive === "loop") own(driveByLoop(canvas, handle));
  else driveByHand(canvas, handle);
  own(followInput(window, handle.input));
  own(
    listenForGestures(
      canvas,
      {
        turn: camera.turn,
        pan: camera.pan,
        zoom: camera.zoom,
        push: camera.push,
        grab: camera.grab,
        flick: camera.flick,
        home: camera.glideHome,
        tap: handle.tap,
      },
      { isOverHud },
    ),
  );
  return stage;
}
