import { PROP_STEP } from "../../src/matrix/world/avatar-props.ts";
import { add, cross, normalize, scale, subtract, type Vec3 } from "./linear.ts";
import { type JointName, jointIndex } from "./skeleton.ts";

/** Triangles with what each vertex hangs on, two joints and their weights, and how it is painted. */
export interface SkinnedMesh {
  readonly positions: number[];
  readonly normals: number[];
  readonly joints: number[];
  readonly weights: number[];
  /** Four a vertex, 0 to 1: see {@link Paint}. */
  readonly paints: number[];
  readonly indices: number[];
}

/** What the shader is told of a surface, 0 to 1. */
export interface Paint {
  /** A lit line runs here: a hem, a cuff, a seam. */
  readonly trim?: number;
  /** How much light reaches it; the inside of a hood is dark. 1 when left out. */
  readonly open?: number;
  /** 1 on the mask that the visor is drawn on. */
  readonly mask?: number;
  /** The number of the thing held or worn that it belongs to, from 1 on; 0 is the figure itself. */
  readonly prop?: number;
}

/** How much of a vertex follows the first joint; the rest follows the second. */
export type Hang = readonly [JointName, number, JointName?];

/** One corner of a shape. */
export interface Corner {
  readonly at: Vec3;
  readonly hang: Hang;
  readonly paint?: Paint | undefined;
}

/** A closed loop of corners. */
export type Ring = readonly Corner[];

export const emptyMesh = (): SkinnedMesh => ({
  positions: [],
  normals: [],
  joints: [],
  weights: [],
  paints: [],
  indices: [],
});

function push(mesh: SkinnedMesh, { at, hang, paint = {} }: Corner): number {
  const [joint, weight, other = joint] = hang;
  mesh.positions.push(...at);
  mesh.normals.push(0, 0, 0);
  mesh.joints.push(jointIndex(joint), jointIndex(other), 0, 0);
  mesh.weights.push(weight, 1 - weight, 0, 0);
  mesh.paints.push(paint.trim ?? 0, paint.open ?? 1, paint.mask ?? 0, ((paint.prop ?? 0) * PROP_STEP) / 255);
  return mesh.positions.length / 3 - 1;
}

const placeOf = (mesh: SkinnedMesh, index: number): Vec3 => [
  mesh.positions[index * 3] ?? 0,
  mesh.positions[index * 3 + 1] ?? 0,
  mesh.positions[index * 3 + 2] ?? 0,
];

/** The middle of a ring, hanging and painted as its first corner is, but for a line that runs along it. */
function poleOf(ring: Ring): Corner {
  const [first] = ring;
  if (!first) throw new Error("a ring needs corners");
  const sum = ring.reduce<Vec3>((all, corner) => add(all, corner.at), [0, 0, 0]);
  return { hang: first.hang, paint: { ...first.paint, trim: 0 }, at: scale(sum, 1 / ring.length) };
}

/** Skins a closed tube over rings of equally many corners, first to last, with a pole at either end. Adds it to `mesh`. */
export function loft(mesh: SkinnedMesh, rings: readonly Ring[]): void {
  const segments = rings[0]?.length ?? 0;
  const from = mesh.indices.length;
  const rows = rings.map((ring) => ring.map((corner) => push(mesh, corner)));
  const corner = (row: number, segment: number) => rows[row]?.[segment % segments] ?? 0;
  const triangles: [number, number, number][] = [];
  for (let row = 0; row + 1 < rows.length; row++) {
    for (let segment = 0; segment < segments; segment++) {
      const [a, b] = [corner(row, segment), corner(row, segment + 1)];
      const [c, d] = [corner(row + 1, segment), corner(row + 1, segment + 1)];
      triangles.push([a, c, b], [b, c, d]);
    }
  }
  const ends = [rings[0], rings.at(-1)];
  ends.forEach((ring, end) => {
    if (!ring) return;
    const pole = push(mesh, poleOf(ring));
    const row = end === 0 ? 0 : rows.length - 1;
    for (let segment = 0; segment < segments; segment++) {
      const [a, b] = [corner(row, segment), corner(row, segment + 1)];
      triangles.push(end === 0 ? [b, pole, a] : [a, pole, b]);
    }
  });
  // Whichever way the rings run, the outside is out.
  const isInsideOut = volumeOf(mesh, triangles) < 0;
  for (const [a, b, c] of triangles) mesh.indices.push(...(isInsideOut ? [a, c, b] : [a, b, c]));
  smoothNormals(mesh, from);
}

/** Adds a surface that is seen from both sides, `rows` of equally many corners. Its normals are `facing`. */
export function sheet(mesh: SkinnedMesh, rows: readonly (readonly Corner[])[], facing: Vec3): void {
  const indices = rows.map((row) => row.map((corner) => push(mesh, corner)));
  for (const index of indices.flat()) setNormal(mesh, index, facing);
  for (let row = 0; row + 1 < indices.length; row++) {
    for (let column = 0; column + 1 < (indices[row]?.length ?? 0); column++) {
      const at = (r: number, c: number) => indices[row + r]?.[column + c] ?? 0;
      const [a, b, c, d] = [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
      mesh.indices.push(a, b, c, b, d, c, a, c, b, b, c, d);
    }
  }
}

/** Six times it is the volume inside: positive when corners run counter-clockwise seen from outside. */
function volumeOf(mesh: SkinnedMesh, triangles: readonly (readonly [number, number, number])[]): number {
  return triangles.reduce((sum, [a, b, c]) => {
    const [at, other, third] = [placeOf(mesh, a), placeOf(mesh, b), placeOf(mesh, c)];
    const [x, y, z] = cross(other, third);
    return sum + at[0] * x + at[1] * y + at[2] * z;
  }, 0);
}

function setNormal(mesh: SkinnedMesh, index: number, normal: Vec3): void {
  for (const axis of [0, 1, 2] as const) mesh.normals[index * 3 + axis] = normal[axis];
}

/** Gives each corner the sum of its triangles' normals, weighted by their areas, at length 1. */
function smoothNormals(mesh: SkinnedMesh, indicesFrom: number): void {
  const sums = new Map<number, Vec3>();
  for (let i = indicesFrom; i < mesh.indices.length; i += 3) {
    const corners = mesh.indices.slice(i, i + 3);
    const [a, b, c] = corners.map((index) => placeOf(mesh, index));
    if (!a || !b || !c) continue;
    const normal = cross(subtract(b, a), subtract(c, a));
    for (const index of corners) sums.set(index, add(sums.get(index) ?? [0, 0, 0], normal));
  }
  for (const [index, sum] of sums) setNormal(mesh, index, normalize(sum));
}
