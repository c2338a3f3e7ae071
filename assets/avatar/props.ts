import { PROPS, type Prop, propNumber } from "../../src/matrix/world/avatar-props.ts";
import { add, type Vec3 } from "./linear.ts";
import { type Corner, type SkinnedMesh, sheet } from "./loft.ts";
import { anglesOf } from "./shapes.ts";
import type { JointName } from "./skeleton.ts";

/** Makes a corner of a prop from how far it is from the prop's middle. */
const cornerOf =
  (prop: Prop, joint: JointName) =>
  (offset: Vec3): Corner => ({
    at: add(PROPS[prop].centre, offset),
    hang: [joint, 1],
    paint: { prop: propNumber(prop) },
  });

/** A curved screen before the chest, `columns` quads wide. */
function screen(mesh: SkinnedMesh, columns: number): void {
  const { radius, arc, height } = PROPS.screen;
  const corner = cornerOf("screen", "hips");
  const row = (y: number): Corner[] =>
    Array.from({ length: columns + 1 }, (_, i) => {
      const angle = (i / columns - 0.5) * arc;
      return corner([radius * Math.sin(angle), y, radius * Math.cos(angle)]);
    });
  sheet(mesh, [row(-height / 2), row(height / 2)], [0, 0, 1]);
}

/** A coin that hovers over the right palm, standing on its edge when the palm is held up. */
function coin(mesh: SkinnedMesh): void {
  const { radius } = PROPS.coin;
  const corner = cornerOf("coin", "right_hand");
  const row = (x: number): Corner[] => [corner([x, 0, -radius]), corner([x, 0, radius])];
  sheet(mesh, [row(-radius), row(radius)], [0, 1, 0]);
}

/** A band around the head, a little aslant. */
function halo(mesh: SkinnedMesh, segments: number): void {
  const { radius } = PROPS.halo;
  const corner = cornerOf("halo", "head");
  const row = (y: number): Corner[] =>
    [...anglesOf(segments), 2 * Math.PI].map((angle) =>
      corner([radius * Math.sin(angle), y + 0.02 * Math.sin(angle), radius * Math.cos(angle)]),
    );
  sheet(mesh, [row(-0.022), row(0.022)], [0, 1, 0]);
}

/** Adds everything that is held or worn; `fine` is for a close look. */
export function props(mesh: SkinnedMesh, fine: boolean): void {
  screen(mesh, fine ? 6 : 1);
  coin(mesh);
  halo(mesh, fine ? 16 : 4);
}
