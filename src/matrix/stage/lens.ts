import { Matrix } from "@babylonjs/core/Maths/math.vector.pure.js";
import type { Frame, Ray } from "./orbit.ts";

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

/** What the camera sees through: how wide, where the middle of the picture is, and where on the canvas a place falls. */
export interface Lens {
  /** The canvas in CSS px. */
  size: { readonly width: number; readonly height: number };
  insets: Insets;
  /** From the eye to the picture. Written by `update`. */
  readonly projection: Matrix;
  /** The tangent of half the angle from the bottom to the top of the picture. */
  tangent(): number;
  /** What panels leave free of the picture, less a margin at the sides. */
  freeFrame(): Frame;
  /** The ray through a place on the canvas. */
  rayThrough(point: { readonly x: number; readonly y: number }): Ray;
  /** Makes the projection of what lies between two distances, in metres. */
  update(nearest: number, farthest: number, isHalfZRange: boolean): void;
  /** Takes what the camera sees from where it is, for `project`. */
  look(view: Matrix): void;
  /** Where a point of the world is on the canvas. Writes into `out` and returns it. */
  project(x: number, y: number, z: number, out: ScreenPoint): ScreenPoint;
}

/** Radians from the bottom to the top of the picture. */
const WIDE = 0.72;
const TALL = 0.95;
/** CSS px at either side for text that stands beside the outermost agents, which does not shrink with distance; less on a phone. */
const SIDE_PX = 44;
const SIDE_PART = 0.045;
/** However much panels cover, so much of the picture counts as free. */
const LEAST_FREE = 0.3;

/** One number of a place that a matrix, of 16 numbers by rows, moves somewhere else. */
const column = (m: ArrayLike<number>, at: number, x: number, y: number, z: number): number =>
  x * (m[at] ?? 0) + y * (m[at + 4] ?? 0) + z * (m[at + 8] ?? 0) + (m[at + 12] ?? 0);

export function createLens(size: Lens["size"]): Lens {
  const projection = Matrix.Identity();
  const viewProjection = Matrix.Identity();
  const aspect = () => lens.size.width / Math.max(1, lens.size.height);
  const partOfWidth = (pixels: number) => pixels / Math.max(1, lens.size.width);
  const partOfHeight = (pixels: number) => pixels / Math.max(1, lens.size.height);
  /** Where panels push the middle of the picture, in parts of half its width and height. */
  const shiftX = () => partOfWidth(lens.insets.left - lens.insets.right);
  const shiftY = () => partOfHeight(lens.insets.bottom - lens.insets.top);

  const lens: Lens = {
    size,
    insets: { left: 0, top: 0, right: 0, bottom: 0 },
    projection,
    tangent: () => Math.tan((aspect() < 1 ? TALL : WIDE) / 2),
    freeFrame() {
      const { left, top, right, bottom } = lens.insets;
      const side = Math.min(SIDE_PX, lens.size.width * SIDE_PART);
      const freeX = 1 - partOfWidth(left + right + 2 * side);
      const freeY = 1 - partOfHeight(top + bottom);
      return {
        tanX: lens.tangent() * aspect() * Math.max(LEAST_FREE, freeX),
        tanY: lens.tangent() * Math.max(LEAST_FREE, freeY),
      };
    },
    rayThrough: ({ x, y }) => ({
      tanX: (2 * partOfWidth(x) - 1 - shiftX()) * lens.tangent() * aspect(),
      tanY: (1 - 2 * partOfHeight(y) - shiftY()) * lens.tangent(),
    }),
    update(nearest, farthest, isHalfZRange) {
      const angle = 2 * Math.atan(lens.tangent());
      Matrix.PerspectiveFovLHToRef(angle, aspect(), nearest, farthest, projection, true, isHalfZRange);
      // Shifts the picture so that what the camera looks at is in the middle of the free part.
      projection.addAtIndex(8, shiftX());
      projection.addAtIndex(9, shiftY());
    },
    look(view) {
      view.multiplyToRef(projection, viewProjection);
    },
    project(x, y, z, out) {
      const { m } = viewProjection;
      const depth = column(m, 3, x, y, z);
      out.x = (column(m, 0, x, y, z) / depth / 2 + 0.5) * lens.size.width;
      out.y = (0.5 - column(m, 1, x, y, z) / depth / 2) * lens.size.height;
      out.depth = depth;
      return out;
    },
  };
  return lens;
}
