import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { GESTURES, POSES } from "../src/job/pose.ts";
import { CLIP_PROPS, PROP_NAMES, PROP_STEP, propNumber } from "../src/matrix/world/avatar-props.ts";
import { CLIPS } from "./avatar/clips.ts";
import { buildFarFigure, buildFigure } from "./avatar/figure.ts";
import { AVATAR_PATH, buildAvatar } from "./build-avatar.ts";

test("the committed file is what the script builds", () => {
  expect(readFileSync(AVATAR_PATH).equals(buildAvatar())).toBe(true);
});

test("there is one clip for every pose and gesture", () => {
  expect(CLIPS.map((clip) => clip.name)).toEqual([...POSES, ...GESTURES]);
});

test("every pose ends as it began, so that it loops without a jump", () => {
  const poses = CLIPS.filter((clip) => (POSES as readonly string[]).includes(clip.name));
  for (const clip of poses) {
    const flatten = (t: number) =>
      JSON.stringify(clip.at(t), (_, v) => (typeof v === "number" ? Math.round(v * 1e6) / 1e6 + 0 : v));
    expect([clip.name, flatten(1)]).toEqual([clip.name, flatten(0)]);
  }
});

type Mesh = ReturnType<typeof buildFigure>;

const cornerOf = ({ positions }: Mesh, index = 0) => positions.slice(index * 3, index * 3 + 3);

/** Cubic metres inside; below zero it would be inside out. What is flat has none. */
function volumeOf(mesh: Mesh): number {
  let volume = 0;
  for (let i = 0; i < mesh.indices.length; i += 3) {
    const [[ax = 0, ay = 0, az = 0], [bx = 0, by = 0, bz = 0], [cx = 0, cy = 0, cz = 0]] = [
      cornerOf(mesh, mesh.indices[i]),
      cornerOf(mesh, mesh.indices[i + 1]),
      cornerOf(mesh, mesh.indices[i + 2]),
    ];
    volume += (ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6;
  }
  return volume;
}

/** Edges that no other triangle runs along the other way: holes. */
function openEdges({ indices }: Mesh): string[] {
  const edges = new Map<string, number>();
  for (let i = 0; i < indices.length; i += 3) {
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      const [a = 0, b = 0] = [indices[i + from], indices[i + to]];
      const [key, turn] = a < b ? [`${a}-${b}`, 1] : [`${b}-${a}`, -1];
      edges.set(key, (edges.get(key) ?? 0) + turn);
    }
  }
  return [...edges].filter(([, turn]) => turn !== 0).map(([key]) => key);
}

test.each([
  { name: "near", mesh: buildFigure(), triangles: [1500, 2300], volume: [0.08, 0.2] },
  { name: "far", mesh: buildFarFigure(), triangles: [120, 200], volume: [0.08, 0.2] },
] as const)("the $name figure is closed, light and stands on the floor", ({ mesh, triangles, volume }) => {
  const { positions, indices, normals, weights } = mesh;
  expect(openEdges(mesh)).toEqual([]);
  expect(indices.length / 3).toBeGreaterThan(triangles[0]);
  expect(indices.length / 3).toBeLessThan(triangles[1]);
  // About a person's, in a coat.
  expect(volumeOf(mesh)).toBeGreaterThan(volume[0]);
  expect(volumeOf(mesh)).toBeLessThan(volume[1]);
  const heights = positions.filter((_, i) => i % 3 === 1);
  expect(Math.min(...heights)).toBeCloseTo(0, 1);
  expect(Math.max(...heights)).toBeCloseTo(1.81, 1);
  for (let i = 0; i < normals.length; i += 3) {
    expect(Math.hypot(...normals.slice(i, i + 3))).toBeCloseTo(1, 5);
  }
  for (let i = 0; i < weights.length; i += 4) {
    expect(weights.slice(i, i + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  }
});

test("both figures have everything that a clip holds up", () => {
  const numbers = [0, ...PROP_NAMES.map(propNumber)];
  for (const { paints } of [buildFigure(), buildFarFigure()]) {
    const painted = paints.filter((_, i) => i % 4 === 3).map((part) => (part * 255) / PROP_STEP);
    expect([...new Set(painted)].sort()).toEqual(numbers);
  }
  expect(new Set(Object.values(CLIP_PROPS))).toEqual(new Set(PROP_NAMES));
});

test("the file with its clips is small", () => {
  expect(buildAvatar().length).toBeLessThan(300_000);
});
