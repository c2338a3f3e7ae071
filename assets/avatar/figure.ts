import { add, cross, mix, normalize, scale, subtract, type Vec3 } from "./linear.ts";
import { type JointName, jointAt, jointIndex } from "./skeleton.ts";

/** Triangles with what each vertex hangs on: two joints and their weights. */
export interface SkinnedMesh {
  readonly positions: number[];
  readonly normals: number[];
  readonly joints: number[];
  readonly weights: number[];
  readonly indices: number[];
}

/** How much of a ring follows its first joint; the rest follows the second. */
type Hang = readonly [JointName, number, JointName?];

/** One cross-section of a part: a (super)ellipse around a centre. */
interface Section {
  readonly centre: Vec3;
  /** Half the width and half the depth, in metres. */
  readonly radii: readonly [number, number];
  readonly hang: Hang;
}

interface LoftOptions {
  readonly segments: number;
  /** What counts as "to the side" in a cross-section; the depth axis follows from it and the path. */
  readonly side?: Vec3;
  /** 2 is an ellipse; more is squarer, as a rib cage is. */
  readonly square?: number;
}

/** Skins a closed tube over its sections, first to last, with a pole at either end. Adds it to `mesh`. */
function loft(mesh: SkinnedMesh, sections: readonly Section[], options: LoftOptions): void {
  const { segments, side = [1, 0, 0], square = 2 } = options;
  const first = mesh.positions.length / 3;
  const indicesFrom = mesh.indices.length;
  const push = (at: Vec3, hang: Hang) => {
    mesh.positions.push(...at);
    mesh.normals.push(0, 0, 0);
    const [joint, weight, other = joint] = hang;
    mesh.joints.push(jointIndex(joint), jointIndex(other), 0, 0);
    mesh.weights.push(weight, 1 - weight, 0, 0);
  };
  const bulge = (value: number) => Math.sign(value) * Math.abs(value) ** (2 / square);

  sections.forEach((section, row) => {
    const before = sections[Math.max(0, row - 1)] ?? section;
    const after = sections[Math.min(sections.length - 1, row + 1)] ?? section;
    const along = normalize(subtract(after.centre, before.centre));
    const depth = normalize(cross(side, along));
    const across = normalize(cross(along, depth));
    for (let segment = 0; segment < segments; segment++) {
      const angle = (segment / segments) * 2 * Math.PI;
      const offset = add(
        scale(across, section.radii[0] * bulge(Math.cos(angle))),
        scale(depth, section.radii[1] * bulge(Math.sin(angle))),
      );
      push(add(section.centre, offset), section.hang);
    }
  });
  for (let row = 0; row + 1 < sections.length; row++) {
    for (let segment = 0; segment < segments; segment++) {
      const next = (segment + 1) % segments;
      const a = first + row * segments + segment;
      const b = first + row * segments + next;
      mesh.indices.push(a, a + segments, b, b, a + segments, b + segments);
    }
  }
  for (const [row, last] of [
    [0, false],
    [sections.length - 1, true],
  ] as const) {
    const section = sections[row];
    if (!section) continue;
    const pole = mesh.positions.length / 3;
    push(section.centre, section.hang);
    for (let segment = 0; segment < segments; segment++) {
      const a = first + row * segments + segment;
      const b = first + row * segments + ((segment + 1) % segments);
      mesh.indices.push(...(last ? [a, pole, b] : [b, pole, a]));
    }
  }
  smoothNormals(mesh, indicesFrom);
}

/** Adds each triangle's normal, weighted by its area, to its corners, and brings them to length 1. */
function smoothNormals(mesh: SkinnedMesh, indicesFrom: number): void {
  const at = (index: number): Vec3 => [
    mesh.positions[index * 3] ?? 0,
    mesh.positions[index * 3 + 1] ?? 0,
    mesh.positions[index * 3 + 2] ?? 0,
  ];
  const touched = new Set<number>();
  for (let i = indicesFrom; i < mesh.indices.length; i += 3) {
    const corners = mesh.indices.slice(i, i + 3);
    const [a, b, c] = corners.map(at);
    if (!a || !b || !c) continue;
    const normal = cross(subtract(b, a), subtract(c, a));
    for (const corner of corners) {
      touched.add(corner);
      for (const axis of [0, 1, 2] as const) {
        mesh.normals[corner * 3 + axis] = (mesh.normals[corner * 3 + axis] ?? 0) + normal[axis];
      }
    }
  }
  for (const corner of touched) {
    const normal = normalize([
      mesh.normals[corner * 3] ?? 0,
      mesh.normals[corner * 3 + 1] ?? 0,
      mesh.normals[corner * 3 + 2] ?? 0,
    ]);
    for (const axis of [0, 1, 2] as const) mesh.normals[corner * 3 + axis] = normal[axis];
  }
}

/** A section of the trunk or head: height, half width, half depth, how far forward, and what it hangs on. */
const level = (y: number, width: number, depth: number, forward: number, hang: Hang): Section => ({
  centre: [0, y, forward],
  radii: [width, depth],
  hang,
});

const TRUNK: readonly Section[] = [
  level(0.845, 0.05, 0.05, 0.0, ["hips", 1]),
  level(0.875, 0.118, 0.088, 0.0, ["hips", 1]),
  level(0.945, 0.158, 0.108, -0.004, ["hips", 1]),
  level(1.02, 0.146, 0.1, 0.0, ["hips", 0.7, "spine"]),
  level(1.1, 0.128, 0.088, 0.004, ["hips", 0.2, "spine"]),
  level(1.18, 0.134, 0.092, 0.004, ["spine", 0.7, "chest"]),
  level(1.27, 0.158, 0.108, 0.004, ["spine", 0.2, "chest"]),
  level(1.35, 0.176, 0.118, 0.004, ["chest", 1]),
  level(1.42, 0.178, 0.108, -0.004, ["chest", 1]),
  level(1.468, 0.13, 0.084, -0.012, ["chest", 1]),
  level(1.492, 0.07, 0.062, -0.016, ["chest", 1]),
];

const NECK: readonly Section[] = [
  level(1.465, 0.066, 0.062, -0.016, ["chest", 1]),
  level(1.515, 0.05, 0.052, -0.012, ["chest", 0.5, "head"]),
  level(1.575, 0.048, 0.052, -0.002, ["head", 1]),
];

const HEAD: readonly Section[] = [
  level(1.55, 0.026, 0.03, 0.042, ["head", 1]),
  level(1.562, 0.044, 0.05, 0.032, ["head", 1]),
  level(1.6, 0.066, 0.08, 0.014, ["head", 1]),
  level(1.65, 0.077, 0.096, 0.004, ["head", 1]),
  level(1.705, 0.08, 0.103, 0.0, ["head", 1]),
  level(1.755, 0.074, 0.096, -0.004, ["head", 1]),
  level(1.792, 0.054, 0.072, -0.008, ["head", 1]),
  level(1.812, 0.024, 0.032, -0.01, ["head", 1]),
];

/** Sections along a limb: how far from one joint to the next (0 to 1), half width, half depth, hang. */
type LimbSection = readonly [number, number, number, Hang, Vec3?];

function limb(from: Vec3, to: Vec3, sections: readonly LimbSection[]): Section[] {
  return sections.map(([t, width, depth, hang, offset = [0, 0, 0]]) => ({
    centre: add(mix(from, to, t), offset),
    radii: [width, depth],
    hang,
  }));
}

function arm(mesh: SkinnedMesh, side: "left" | "right"): void {
  const sign = side === "left" ? 1 : -1;
  const upper: JointName = `${side}_arm`;
  const fore: JointName = `${side}_forearm`;
  const hand: JointName = `${side}_hand`;
  const [shoulder, elbow, wrist] = [jointAt(upper), jointAt(fore), jointAt(hand)];
  const reach = normalize(subtract(wrist, elbow));
  const palm = add(wrist, scale(reach, 0.15));

  loft(
    mesh,
    [
      ...limb(shoulder, elbow, [
        [-0.17, 0.03, 0.034, ["chest", 0.5, upper], [-0.012 * sign, 0, 0]],
        [-0.1, 0.06, 0.062, ["chest", 0.4, upper], [-0.006 * sign, 0, 0]],
        [0.06, 0.071, 0.071, [upper, 1]],
        [0.3, 0.058, 0.06, [upper, 1]],
        [0.62, 0.047, 0.05, [upper, 1]],
        [0.9, 0.041, 0.043, [upper, 0.75, fore]],
      ]),
      ...limb(elbow, wrist, [
        [0.04, 0.042, 0.043, [upper, 0.4, fore]],
        [0.26, 0.047, 0.045, [fore, 1]],
        [0.7, 0.034, 0.032, [fore, 1]],
        [0.98, 0.026, 0.023, [fore, 0.6, hand]],
      ]),
    ],
    { segments: 7 },
  );
  loft(
    mesh,
    limb(wrist, palm, [
      [-0.05, 0.02, 0.024, [hand, 1]],
      [0.25, 0.022, 0.04, [hand, 1]],
      [0.6, 0.019, 0.042, [hand, 1]],
      [0.95, 0.013, 0.032, [hand, 1]],
      [1.12, 0.006, 0.014, [hand, 1]],
    ]),
    { segments: 6 },
  );
  const thumb = add(wrist, [0, -0.03, 0.03]);
  loft(
    mesh,
    limb(thumb, add(thumb, [-0.012 * sign, -0.065, 0.035]), [
      [0, 0.012, 0.014, [hand, 1]],
      [0.6, 0.012, 0.013, [hand, 1]],
      [1, 0.005, 0.006, [hand, 1]],
    ]),
    { segments: 5 },
  );
}

function leg(mesh: SkinnedMesh, side: "left" | "right"): void {
  const thigh: JointName = `${side}_thigh`;
  const shin: JointName = `${side}_shin`;
  const foot: JointName = `${side}_foot`;
  const [hip, knee, ankle] = [jointAt(thigh), jointAt(shin), jointAt(foot)];
  loft(
    mesh,
    [
      ...limb(hip, knee, [
        [-0.06, 0.05, 0.07, ["hips", 0.6, thigh]],
        [0.04, 0.084, 0.098, ["hips", 0.35, thigh]],
        [0.22, 0.086, 0.096, [thigh, 1]],
        [0.55, 0.07, 0.078, [thigh, 1]],
        [0.86, 0.056, 0.06, [thigh, 0.85, shin]],
      ]),
      ...limb(knee, ankle, [
        [0.0, 0.054, 0.06, [thigh, 0.45, shin]],
        [0.12, 0.05, 0.056, [shin, 0.9, thigh]],
        [0.3, 0.054, 0.062, [shin, 1], [0, 0, -0.012]],
        [0.66, 0.038, 0.042, [shin, 1], [0, 0, -0.004]],
        [0.96, 0.03, 0.034, [shin, 0.6, foot]],
      ]),
    ],
    { segments: 8 },
  );
  const ground = 0.035;
  const sole = (forward: number, width: number, height: number): Section => ({
    centre: [ankle[0], ground + height - 0.03, ankle[2] + forward],
    radii: [width, height],
    hang: [foot, 1],
  });
  loft(
    mesh,
    [
      sole(-0.07, 0.02, 0.024),
      sole(-0.05, 0.036, 0.046),
      sole(0.01, 0.038, 0.056),
      sole(0.09, 0.044, 0.036),
      sole(0.15, 0.042, 0.026),
      sole(0.195, 0.018, 0.014),
    ],
    { segments: 7 },
  );
}

/** The whole figure: a mannequin of closed parts that overlap at the joints, so that each part's edge is lit. */
export function buildFigure(): SkinnedMesh {
  const mesh: SkinnedMesh = { positions: [], normals: [], joints: [], weights: [], indices: [] };
  loft(mesh, TRUNK, { segments: 12, square: 2.5 });
  loft(mesh, NECK, { segments: 8 });
  loft(mesh, HEAD, { segments: 12, square: 2.2 });
  for (const side of ["left", "right"] as const) {
    arm(mesh, side);
    leg(mesh, side);
  }
  return mesh;
}
