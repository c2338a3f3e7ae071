import { TargetCamera } from "@babylonjs/core/Cameras/targetCamera.pure.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { createDrift, type Movement } from "./drift.ts";
import { createGlide } from "./glide.ts";
import { createLens, type Insets, type ScreenPoint } from "./lens.ts";
import {
  clampDistance,
  clampOrbit,
  frameOrbit,
  nearestTurn,
  type Orbit,
  orbitEye,
  type Point3,
  slideOrbit,
  zoomOrbit,
} from "./orbit.ts";

/** The camera of the stage. Whoever moves it says where to; it gets there alike at any frame rate. */
export interface StageCamera {
  readonly node: TargetCamera;
  /** Where it is now. */
  readonly orbit: Orbit;
  /** Whether it is on its way somewhere. */
  readonly isMoving: boolean;
  /** What the wide view must hold. While nobody has moved the camera it follows. */
  setSubject(points: readonly Point3[]): void;
  /** The parts of the canvas that panels cover; the wide view uses what is left. */
  setInsets(insets: Insets): void;
  /** The parts of the canvas that panels cover. */
  readonly insets: Insets;
  /** The view that holds all of the subject, from the usual side or so many radians clockwise from it. */
  wideView(aside?: number): Orbit;
  /** The nearest view from these angles that holds all the points, in what panels leave free. */
  viewOf(points: readonly Point3[], angles: Pick<Orbit, "azimuth" | "elevation">): Orbit;
  /**
   * Glides to a view, by the camera's own will: any input of a person wins over it at once. `pace` is how quickly:
   * it is there after 7 ÷ `pace` seconds.
   */
  glideTo(view: Orbit, pace?: number): void;
  /** Glides back to the wide view and follows the subject again. */
  glideHome(): void;
  /** A person turns it: radians. */
  turn(azimuth: number, elevation: number): void;
  /** A person moves it over the floor: parts of the canvas's height. */
  pan(right: number, up: number): void;
  /** A person zooms: 2 is half as far. What is at `at`, in CSS px, stays there; in the middle when left out. */
  zoom(factor: number, at?: { readonly x: number; readonly y: number }): void;
  /** A person lets go of it with this velocity, a second. */
  flick(velocity: Movement): void;
  /** A person holds keys that move it, each second so far; still when none is held. */
  push(velocity: Movement): void;
  /** A person takes hold of it: it stops where it is, whatever moved it but the keys that are held. */
  grab(): void;
  /** Stops whatever moves it, where it is. */
  halt(): void;
  /** Where a point of the world is on the canvas. Writes into `out` and returns it. */
  project(x: number, y: number, z: number, out: ScreenPoint): ScreenPoint;
  /** Moves on by `dt` seconds and makes the matrices of this frame. */
  update(dt: number): void;
}

const AZIMUTH = -0.22;
/** Radians above the floor in a wide view. */
const FLAT = 0.3;
const STEEP = 0.5;
/** Metres; from farther away what is near is not there, and depth has the digits for what is. */
const NEAR = 0.1;
const NEAR_PART = 0.01;
/** How firmly it goes where a hand sends it, and how quickly a flick and the push of keys die away, a second. */
const FIRM = 14;
const FLICK_DECAY = 3.2;
const PUSH_DECAY = 10;
/** The pace of glides: see `glideTo`. */
const GENTLE = 3.6;
const SETTLING = 1.8;
/** How much farther away than the wide view it begins. */
const OPENING = 1.7;
/** How much wider than the subject the picture is. */
const FRAMED = 1.02;
/**
 * Makes the camera. `size` gives the canvas in CSS px. While `isStill` it never glides: it is where it was sent.
 */
export function createCamera(
  scene: Scene,
  size: () => { readonly width: number; readonly height: number },
  isStill: () => boolean,
): StageCamera {
  const node = new TargetCamera("stage.camera", new Vector3(0, 5, -20), scene);
  node.fovMode = 0;
  scene.activeCamera = node;
  const target = new Vector3();
  const lens = createLens(size());
  node.freezeProjectionMatrix(lens.projection);

  let subject: readonly Point3[] = [{ x: 0, y: 0, z: 0 }];
  let reach = 60;
  let isHome = true;
  let framedFor = "";
  let isOpen = false;
  const glide = createGlide({ x: 0, y: 1, z: 0, azimuth: AZIMUTH, elevation: 0.42, distance: 30 });
  let goal = glide.orbit;
  /** How quickly it glides to the goal; undefined while a person moves it. */
  let pace: number | undefined = SETTLING;
  const flicks = createDrift(() => FLICK_DECAY);
  const pushes = createDrift(() => (isStill() ? Number.POSITIVE_INFINITY : PUSH_DECAY));

  const viewOf: StageCamera["viewOf"] = (points, angles) =>
    frameOrbit(points, angles, lens.freeFrame(), FRAMED);

  function wideView(aside = 0): Orbit {
    const { tanX, tanY } = lens.freeFrame();
    // A tall free part is filled better from higher up.
    return viewOf(subject, { azimuth: AZIMUTH + aside, elevation: tanX < tanY ? STEEP : FLAT });
  }

  const turnedHere = (orbit: Orbit): Orbit => ({
    ...orbit,
    azimuth: nearestTurn(orbit.azimuth, glide.orbit.azimuth),
  });

  function followSubject(): void {
    const { width, height } = lens.size;
    const { left, top, right, bottom } = lens.insets;
    const key = `${width}x${height}:${left},${top},${right},${bottom}`;
    if (!isHome || key === framedFor) return;
    framedFor = key;
    goal = turnedHere(wideView());
    if (isOpen) return;
    isOpen = true;
    glide.jump({ ...goal, azimuth: goal.azimuth - 0.5, distance: goal.distance * OPENING });
  }

  /** A person moves where it should be. */
  function move(by: (orbit: Orbit) => Orbit): void {
    // Stops an automatic move where it stands, so the hand starts from what the person sees.
    if (pace !== undefined) goal = glide.orbit;
    pace = undefined;
    isHome = false;
    goal = clampOrbit(by(goal), reach);
  }

  const slide = (right: number, up: number) => (orbit: Orbit) => {
    const metres = 2 * lens.tangent() * orbit.distance;
    return slideOrbit(orbit, right * metres, up * metres);
  };

  const turn = (azimuth: number, elevation: number) => (orbit: Orbit) => ({
    ...orbit,
    azimuth: orbit.azimuth + azimuth,
    elevation: orbit.elevation + elevation,
  });

  /** Takes the orbit along by what a flick or keys moved it: with the goal alone, it would trail by a frame. */
  function drift(dt: number): void {
    for (const source of [flicks, pushes]) {
      if (!source.isMoving) continue;
      const by = source.advance(dt);
      const along = (orbit: Orbit) => {
        const turned = turn(by.azimuth, by.elevation)(slide(by.right, by.up)(orbit));
        return { ...turned, distance: turned.distance / Math.exp(by.nearer) };
      };
      move(along);
      glide.jump(clampOrbit(along(glide.orbit), reach));
    }
  }

  /** Stops where the person sees it. */
  function stand(): void {
    flicks.stop();
    glide.jump(glide.orbit);
    goal = glide.orbit;
  }

  /** What a flick or a key that was let go of would still move must not take a glide that begins now for a hand's. */
  function endCoasting(): void {
    flicks.stop();
    pushes.stop();
  }

  return {
    node,
    get orbit() {
      return glide.orbit;
    },
    get isMoving() {
      return glide.isMoving || flicks.isMoving || pushes.isMoving;
    },
    setSubject(points) {
      subject = points.length > 0 ? points : [{ x: 0, y: 0, z: 0 }];
      reach = subject.reduce((most, { x, z }) => Math.max(most, Math.hypot(x, z) * 1.6), 30);
      framedFor = "";
    },
    get insets() {
      return lens.insets;
    },
    setInsets(next) {
      lens.insets = next;
    },
    wideView,
    viewOf,
    glideTo(to, quickly = GENTLE) {
      endCoasting();
      goal = clampOrbit(turnedHere(to), reach);
      pace = quickly;
      isHome = false;
    },
    glideHome() {
      endCoasting();
      pace = GENTLE;
      isHome = true;
      framedFor = "";
    },
    turn(azimuth, elevation) {
      move(turn(azimuth, elevation));
    },
    pan(right, up) {
      move(slide(right, up));
    },
    zoom(factor, at) {
      move((orbit) => {
        const allowed = orbit.distance / clampDistance(orbit.distance / factor, reach);
        return zoomOrbit(orbit, allowed, at ? lens.rayThrough(at) : { tanX: 0, tanY: 0 });
      });
    },
    flick(velocity) {
      if (!isStill()) flicks.flick(velocity);
    },
    push: pushes.push,
    grab() {
      // At rest in the wide view, a touch is no reason to follow the swarm no longer.
      if (isHome && pace !== undefined && !glide.isMoving) return;
      move((orbit) => orbit);
      stand();
    },
    halt() {
      pushes.stop();
      move((orbit) => orbit);
      stand();
    },
    project: lens.project,
    update(dt) {
      lens.size = size();
      followSubject();
      drift(dt);
      if (isStill()) glide.jump(goal);
      else if (pace !== undefined) glide.advance(goal, pace, dt);
      else glide.follow(goal, FIRM, dt);
      const { orbit } = glide;
      const eye = orbitEye(orbit);
      node.position.set(eye.x, eye.y, eye.z);
      node.setTarget(target.set(orbit.x, orbit.y, orbit.z));
      node.minZ = Math.max(NEAR, orbit.distance * NEAR_PART);
      node.maxZ = Math.max(400, reach * 8);
      lens.update(node.minZ, node.maxZ, scene.getEngine().isNDCHalfZRange);
      lens.look(node.getViewMatrix(true));
    },
  };
}
