import { TargetCamera } from "@babylonjs/core/Cameras/targetCamera.pure.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import {
  approach,
  clampOrbit,
  damping,
  frameOrbit,
  nearestTurn,
  type Orbit,
  orbitAxes,
  orbitEye,
  type Point3,
} from "./orbit.ts";

/** Pixels of the canvas, in CSS px, that something else covers. */
export interface Insets {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A place on the canvas in CSS px from its top left; `depth` is metres in front of the camera, negative behind it. */
export interface ScreenPoint {
  x: number;
  y: number;
  depth: number;
}

/** The camera of the stage. Whoever moves it says where to; it gets there by damping, alike at any frame rate. */
export interface StageCamera {
  readonly node: TargetCamera;
  /** Where it is now. */
  readonly orbit: Orbit;
  /** What the wide view must hold. While nobody has moved the camera it follows. */
  setSubject(points: readonly Point3[]): void;
  /** The parts of the canvas that panels cover; the wide view uses what is left. */
  setInsets(insets: Insets): void;
  /** Glides to a view, by the camera's own will: any input of a person wins over it at once. */
  glideTo(view: Orbit): void;
  /** Glides back to the wide view and follows the subject again. */
  glideHome(): void;
  /** A person turns it: radians. */
  turn(azimuth: number, elevation: number): void;
  /** A person moves it over the floor: parts of the canvas's height. */
  pan(right: number, up: number): void;
  /** A person zooms: 2 is half as far. */
  zoom(factor: number): void;
  /** Where a point of the world is on the canvas. Writes into `out` and returns it. */
  project(x: number, y: number, z: number, out: ScreenPoint): ScreenPoint;
  /** Moves on by `dt` seconds and makes the matrices of this frame. */
  update(dt: number): void;
}

const AZIMUTH = -0.22;
/** Radians above the floor in a wide view. */
const FLAT = 0.3;
const STEEP = 0.5;
const NEAR = 0.1;
/** How firmly it goes where a person or its own will sends it, a second. */
const FIRM = 14;
const GENTLE = 2.6;
const SETTLING = 1.5;
/** How much farther away than the wide view it begins. */
const OPENING = 1.7;
/** CSS px at either side for text that stands beside the outermost agents: it does not shrink with distance. */
const SIDE_PX = 26;
const NO_INSETS: Insets = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * Makes the camera. `size` gives the canvas in CSS px. With `reducedMotion` it never glides: it is where it was sent.
 */
export function createCamera(
  scene: Scene,
  size: () => { readonly width: number; readonly height: number },
  reducedMotion: boolean,
): StageCamera {
  const node = new TargetCamera("stage.camera", new Vector3(0, 5, -20), scene);
  node.minZ = NEAR;
  node.fovMode = 0;
  scene.activeCamera = node;
  const projection = Matrix.Identity();
  const view = Matrix.Identity();
  const target = new Vector3();
  const viewProjection = Matrix.Identity();
  node.freezeProjectionMatrix(projection);

  let insets = NO_INSETS;
  let subject: readonly Point3[] = [{ x: 0, y: 0, z: 0 }];
  let reach = 60;
  let home = true;
  let stiffness = SETTLING;
  let framedFor = "";
  let orbit: Orbit = { x: 0, y: 1, z: 0, azimuth: AZIMUTH, elevation: 0.42, distance: 30 };
  let goal = orbit;
  let opened = false;

  const isTall = () => size().width < size().height;
  /** Radians from the bottom to the top of the picture. */
  const fieldOfView = () => (isTall() ? 0.95 : 0.72);

  function wideView(): Orbit {
    const { width, height } = size();
    const tan = Math.tan(fieldOfView() / 2);
    const freeX = Math.max(0.3, 1 - (insets.left + insets.right + 2 * SIDE_PX) / Math.max(1, width));
    const freeY = Math.max(0.3, 1 - (insets.top + insets.bottom) / Math.max(1, height));
    const frame = { tanX: ((tan * width) / Math.max(1, height)) * freeX, tanY: tan * freeY };
    // A tall free part is filled better from higher up.
    const elevation = freeX * width < freeY * height ? STEEP : FLAT;
    return frameOrbit(subject, { azimuth: AZIMUTH, elevation }, frame, 1.02);
  }

  function followSubject(): void {
    const { width, height } = size();
    const key = `${width}x${height}:${insets.left},${insets.top},${insets.right},${insets.bottom}`;
    if (!home || key === framedFor) return;
    framedFor = key;
    goal = wideView();
    goal = { ...goal, azimuth: nearestTurn(goal.azimuth, orbit.azimuth) };
    if (opened) return;
    opened = true;
    orbit = reducedMotion
      ? goal
      : { ...goal, azimuth: goal.azimuth - 0.5, distance: goal.distance * OPENING };
  }

  function takeOver(): void {
    // Stops an automatic move where it stands, so the hand starts from what the person sees.
    if (stiffness !== FIRM) goal = orbit;
    stiffness = FIRM;
    home = false;
  }

  function updateProjection(): void {
    const { width, height } = size();
    const aspect = width / Math.max(1, height);
    Matrix.PerspectiveFovLHToRef(
      fieldOfView(),
      aspect,
      NEAR,
      Math.max(400, reach * 8),
      projection,
      true,
      scene.getEngine().isNDCHalfZRange,
    );
    // Shifts the picture so that what the camera looks at is in the middle of the free part.
    projection.addAtIndex(8, (insets.left - insets.right) / Math.max(1, width));
    projection.addAtIndex(9, (insets.bottom - insets.top) / Math.max(1, height));
  }

  return {
    node,
    get orbit() {
      return orbit;
    },
    setSubject(points) {
      subject = points.length > 0 ? points : [{ x: 0, y: 0, z: 0 }];
      reach = Math.max(30, ...subject.map(({ x, z }) => Math.hypot(x, z) * 1.6));
      framedFor = "";
    },
    setInsets(next) {
      insets = next;
    },
    glideTo(to) {
      goal = clampOrbit({ ...to, azimuth: nearestTurn(to.azimuth, orbit.azimuth) }, reach);
      stiffness = GENTLE;
      home = false;
    },
    glideHome() {
      stiffness = GENTLE;
      home = true;
      framedFor = "";
    },
    turn(azimuth, elevation) {
      takeOver();
      goal = clampOrbit(
        { ...goal, azimuth: goal.azimuth + azimuth, elevation: goal.elevation + elevation },
        reach,
      );
    },
    pan(right, up) {
      takeOver();
      const axes = orbitAxes(goal);
      const metres = 2 * Math.tan(fieldOfView() / 2) * goal.distance;
      const ahead = Math.hypot(axes.forward.x, axes.forward.z) || 1;
      goal = clampOrbit(
        {
          ...goal,
          x: goal.x + metres * (axes.right.x * right + (axes.forward.x / ahead) * up),
          z: goal.z + metres * (axes.right.z * right + (axes.forward.z / ahead) * up),
        },
        reach,
      );
    },
    zoom(factor) {
      takeOver();
      goal = clampOrbit({ ...goal, distance: goal.distance / factor }, reach);
    },
    project(x, y, z, out) {
      const m = viewProjection.m;
      const at = (column: number) =>
        x * (m[column] ?? 0) + y * (m[column + 4] ?? 0) + z * (m[column + 8] ?? 0) + (m[column + 12] ?? 0);
      const { width, height } = size();
      const depth = at(3);
      out.x = (at(0) / depth / 2 + 0.5) * width;
      out.y = (0.5 - at(1) / depth / 2) * height;
      out.depth = depth;
      return out;
    },
    update(dt) {
      followSubject();
      orbit = approach(orbit, goal, reducedMotion ? 1 : damping(stiffness, dt));
      const eye = orbitEye(orbit);
      node.position.set(eye.x, eye.y, eye.z);
      node.setTarget(target.set(orbit.x, orbit.y, orbit.z));
      updateProjection();
      view.copyFrom(node.getViewMatrix(true));
      view.multiplyToRef(projection, viewProjection);
    },
  };
}
