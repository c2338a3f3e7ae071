import { coat, farCoat } from "./coat.ts";
import { farHood, hood } from "./hood.ts";
import { arm, farLimbs, leg, SIDES } from "./limbs.ts";
import { emptyMesh, type SkinnedMesh } from "./loft.ts";
import { props } from "./props.ts";

/** The whole figure: a hooded operator in a long coat, made of closed parts that overlap, so that each part's edge is lit. */
export function buildFigure(): SkinnedMesh {
  const mesh = emptyMesh();
  coat(mesh);
  hood(mesh);
  for (const side of SIDES) {
    arm(mesh, side);
    leg(mesh, side);
  }
  props(mesh, true);
  return mesh;
}

/** The same figure in a tenth of the triangles. Each corner hangs on one joint, its first. */
export function buildFarFigure(): SkinnedMesh {
  const mesh = emptyMesh();
  farCoat(mesh);
  farHood(mesh);
  for (const side of SIDES) farLimbs(mesh, side);
  props(mesh, false);
  return mesh;
}
