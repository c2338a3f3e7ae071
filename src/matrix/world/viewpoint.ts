import type { StageCamera } from "../stage/camera.ts";
import type { ScreenPoint } from "../stage/lens.ts";
import { orbitAxes, orbitEye } from "../stage/orbit.ts";

/**
 * Where a figure on the floor is on the screen, worked out from the camera once for all of them. It is not the camera's own
 * `project`: the loop over all agents needs parts of the sum alone (who is behind it, how high a metre is there), and whether
 * the view has moved is asked in metres and px.
 */
export interface Viewpoint {
  /** The eye, and the directions right, up and forward, as x, y, z each. */
  readonly eye: readonly [number, number, number];
  readonly right: readonly [number, number, number];
  readonly up: readonly [number, number, number];
  readonly forward: readonly [number, number, number];
  /** Metres to what it looks at. */
  readonly distance: number;
  /** CSS px that a metre takes at a depth of one metre. */
  readonly focal: number;
  /** Where on the screen the camera looks at, and how large the screen is, in CSS px. */
  readonly middle: readonly [number, number];
  readonly size: readonly [number, number];
}

/** Reads the camera. */
export function viewpointOf(
  camera: Pick<StageCamera, "orbit" | "project">,
  size: { readonly width: number; readonly height: number },
): Viewpoint {
  const { orbit } = camera;
  const { right, up, forward } = orbitAxes(orbit);
  const eye = orbitEye(orbit);
  const point: ScreenPoint = { x: 0, y: 0, depth: 0 };
  const { x, y, depth } = camera.project(orbit.x, orbit.y, orbit.z, point);
  // A metre across at the depth of what it looks at.
  const beside = camera.project(orbit.x + right.x, orbit.y + right.y, orbit.z + right.z, point);
  return {
    eye: [eye.x, eye.y, eye.z],
    right: [right.x, right.y, right.z],
    up: [up.x, up.y, up.z],
    forward: [forward.x, forward.y, forward.z],
    distance: orbit.distance,
    focal: Math.abs(beside.x - x) * depth,
    middle: [x, y],
    size: [size.width, size.height],
  };
}

/** CSS px that the picture may shift, and part of itself that it may grow, before it counts as moved. */
const SHIFT_PX = 6;
const GROWTH = 0.01;

/** Whether who is near, far or out of the picture may differ between two viewpoints. */
export function hasMoved(before: Viewpoint, now: Viewpoint): boolean {
  const turned = Math.hypot(
    before.forward[0] - now.forward[0],
    before.forward[1] - now.forward[1],
    before.forward[2] - now.forward[2],
  );
  const went = Math.hypot(before.eye[0] - now.eye[0], before.eye[1] - now.eye[1], before.eye[2] - now.eye[2]);
  return (
    turned * now.focal > SHIFT_PX ||
    went > GROWTH * now.distance ||
    Math.abs(before.focal - now.focal) > GROWTH * now.focal ||
    Math.hypot(before.middle[0] - now.middle[0], before.middle[1] - now.middle[1]) > SHIFT_PX ||
    before.size[0] !== now.size[0] ||
    before.size[1] !== now.size[1]
  );
}
