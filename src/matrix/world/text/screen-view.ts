import type { ScreenPoint } from "../../stage/lens.ts";
import type { Stage } from "../../stage/stage.ts";

/** Where points of the world are on the screen. Nothing is allocated: it is asked ten thousand times. */
export interface ScreenView {
  /** The canvas, in CSS px. */
  readonly width: number;
  readonly height: number;
  /** CSS px that one metre takes, one metre in front of the camera. */
  readonly pxPerMetre: number;
  /** The last projected point: CSS px from the top left, metres in front of the camera. */
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  /** Takes the camera as it is now. Returns whether it sees something else than the last time. */
  look(): boolean;
  /** Projects a point. Returns whether it is on the screen and not farther away than `farthest`. */
  project(x: number, y: number, z: number, farthest: number): boolean;
  /** Metres from the camera to a point. */
  away(x: number, y: number, z: number): number;
}

/** Metres in front of the camera that are too near to be seen. */
const NEAREST = 0.2;

/** Writes numbers over others. Returns whether any differs. */
function note(numbers: ArrayLike<number>, seen: Float64Array): boolean {
  let isOther = false;
  for (let i = 0; i < seen.length; i++) {
    const value = numbers[i] ?? 0;
    isOther ||= value !== seen[i];
    seen[i] = value;
  }
  return isOther;
}

export function createScreenView(stage: Stage): ScreenView {
  const { camera } = stage;
  const { node } = camera;
  /** The matrices as they were looked at last. */
  const seenView = new Float64Array(16);
  const seenProjection = new Float64Array(16);
  const point: ScreenPoint = { x: 0, y: 0, depth: 0 };
  const view = {
    width: 0,
    height: 0,
    pxPerMetre: 0,
    x: 0,
    y: 0,
    depth: 0,
    look() {
      const projection = node.getProjectionMatrix().m;
      const { width, height } = stage.size();
      const hasTurned = note(node.getViewMatrix().m, seenView);
      const isOtherLens = note(projection, seenProjection) || width !== view.width || height !== view.height;
      view.width = width;
      view.height = height;
      view.pxPerMetre = ((projection[5] ?? 1) * height) / 2;
      return hasTurned || isOtherLens;
    },
    project(x: number, y: number, z: number, farthest: number) {
      const { depth } = camera.project(x, y, z, point);
      view.x = point.x;
      view.y = point.y;
      view.depth = depth;
      const isOnScreen = point.x >= 0 && point.x <= view.width && point.y >= 0 && point.y <= view.height;
      return depth > NEAREST && depth < farthest && isOnScreen;
    },
    away: (x: number, y: number, z: number) =>
      Math.hypot(x - node.position.x, y - node.position.y, z - node.position.z),
  };
  return view;
}
