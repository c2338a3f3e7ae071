import type { Vec3 } from "./linear.ts";
import { type Corner, loft, type Paint, type Ring, type SkinnedMesh } from "./loft.ts";
import { anglesOf, type Level, levelRing } from "./shapes.ts";

/** A slice of the hood, seen from the front: how far forward, its middle's height, half width, half height, peak. */
interface Slice {
  readonly z: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly peak: number;
  /** How far its top leans forward. */
  readonly lean?: number;
  readonly paint?: Paint;
}

const DARK: Paint = { open: 0.05 };

/** From deep inside the opening, over its edge, to the back. */
const HOOD: readonly Slice[] = [
  { z: 0.03, y: 1.655, width: 0.046, height: 0.075, peak: 0, paint: DARK },
  { z: 0.062, y: 1.658, width: 0.064, height: 0.098, peak: 0.006, lean: 0.012, paint: DARK },
  { z: 0.104, y: 1.66, width: 0.07, height: 0.108, peak: 0.012, lean: 0.028, paint: { open: 0.3 } },
  { z: 0.113, y: 1.661, width: 0.077, height: 0.116, peak: 0.014, lean: 0.03, paint: { trim: 1 } },
  { z: 0.1, y: 1.662, width: 0.088, height: 0.127, peak: 0.014, lean: 0.024 },
  { z: 0.045, y: 1.663, width: 0.103, height: 0.138, peak: 0.011, lean: 0.008 },
  { z: -0.03, y: 1.661, width: 0.106, height: 0.139, peak: 0.01 },
  { z: -0.093, y: 1.654, width: 0.092, height: 0.119, peak: 0.006 },
  { z: -0.136, y: 1.646, width: 0.062, height: 0.082, peak: 0 },
  { z: -0.158, y: 1.642, width: 0.025, height: 0.034, peak: 0 },
];

const sliceRing = (slice: Slice, segments: number): Ring =>
  anglesOf(segments).map((angle): Corner => {
    const [side, up] = [Math.sin(angle), Math.cos(angle)];
    const narrow = up < 0 ? 1 - 0.22 * up * up : 1 - 0.12 * up * up;
    const at: Vec3 = [
      slice.width * side * narrow,
      slice.y + slice.height * up + slice.peak * Math.max(0, up) ** 3,
      slice.z + (slice.lean ?? 0) * up,
    ];
    return { at, hang: ["head", 1], paint: slice.paint };
  });

const FACE: Paint = { mask: 1, open: 0.28 };
const MASK: readonly Level[] = [
  { y: 1.575, width: 0.022, depth: 0.022, forward: 0.042, paint: FACE },
  { y: 1.6, width: 0.045, depth: 0.052, forward: 0.028, paint: FACE },
  { y: 1.645, width: 0.06, depth: 0.076, forward: 0.018, paint: FACE },
  { y: 1.69, width: 0.064, depth: 0.083, forward: 0.014, paint: FACE },
  { y: 1.735, width: 0.056, depth: 0.07, forward: 0.014, paint: FACE },
  { y: 1.762, width: 0.026, depth: 0.034, forward: 0.014, paint: FACE },
];

/** A hood with a smooth mask in it, which the visor is drawn on. */
export function hood(mesh: SkinnedMesh): void {
  loft(
    mesh,
    HOOD.map((slice) => sliceRing(slice, 14)),
  );
  loft(
    mesh,
    MASK.map((level) => levelRing(level, 8, () => ["head", 1], 2.2)),
  );
}

/** The same, for far away: the outside alone, with a dark front. */
export function farHood(mesh: SkinnedMesh): void {
  const [, , , edge, , , middle, , back] = HOOD;
  if (!edge || !middle || !back) throw new Error("the hood has fewer slices than its far figure takes");
  const front: Slice = { ...edge, paint: { trim: 0.6 } };
  loft(
    mesh,
    [front, middle, back].map((slice) => sliceRing(slice, 5)),
  );
}
