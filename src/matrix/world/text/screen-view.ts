import { Matrix } from "@babylonjs/core/Maths/math.vector.pure.js";
import type { Stage } from "../../stage/stage.ts";

/** Where points of the world are on the screen. Plain arithmetic, and nothing allocated: it is asked ten thousand times. */
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

export function createScreenView(stage: Stage): ScreenView {
  const { node } = stage.camera;
  const viewProjection = Matrix.Identity();
  /** The matrix and the size of the canvas, as they were looked at last. */
  const matrix = new Float64Array(16);
  const view = {
    width: 0,
    height: 0,
    pxPerMetre: 0,
    x: 0,
    y: 0,
    depth: 0,
    look() {
      const projection = node.getProjectionMatrix();
      node.getViewMatrix().multiplyToRef(projection, viewProjection);
      const { width, height } = stage.size();
      let isOther = width !== view.width || height !== view.height;
      for (let i = 0; i < 16; i++) {
        const value = viewProjection.m[i] ?? 0;
        if (value === matrix[i]) continue;
        isOther = true;
        matrix[i] = value;
      }
      view.width = width;
      view.height = height;
      view.pxPerMetre = ((projection.m[5] ?? 1) * height) / 2;
      return isOther;
    },
    project(x: number, y: number, z: number, farthest: number) {
      const m = matrix;
      const depth = x * (m[3] ?? 0) + y * (m[7] ?? 0) + z * (m[11] ?? 0) + (m[15] ?? 0);
      const right = x * (m[0] ?? 0) + y * (m[4] ?? 0) + z * (m[8] ?? 0) + (m[12] ?? 0);
      const up = x * (m[1] ?? 0) + y * (m[5] ?? 0) + z * (m[9] ?? 0) + (m[13] ?? 0);
      view.depth = depth;
      view.x = ((right / depth) * 0.5 + 0.5) * view.width;
      view.y = (0.5 - (up / depth) * 0.5) * view.height;
      return depth > NEAREST && depth < farthest && Math.abs(right) <= depth && Math.abs(up) <= depth;
    },
    away: (x: number, y: number, z: number) =>
      Math.hypot(x - node.position.x, y - node.position.y, z - node.position.z),
  };
  return view;
}
