import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { GESTURES, POSES } from "../src/job/pose.ts";
import { CLIPS } from "./avatar/clips.ts";
import { buildFigure } from "./avatar/figure.ts";
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

test("the figure is closed, light and stands on the floor", () => {
  const { positions, indices, normals, weights } = buildFigure();
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
  expect([...edges.values()].filter((turn) => turn !== 0)).toEqual([]);
  expect(indices.length / 3).toBeGreaterThan(600);
  expect(indices.length / 3).toBeLessThan(1500);
  const at = (index = 0) => positions.slice(index * 3, index * 3 + 3);
  let volume = 0;
  for (let i = 0; i < indices.length; i += 3) {
    const [[ax = 0, ay = 0, az = 0], [bx = 0, by = 0, bz = 0], [cx = 0, cy = 0, cz = 0]] = [
      at(indices[i]),
      at(indices[i + 1]),
      at(indices[i + 2]),
    ];
    volume += (ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)) / 6;
  }
  // Cubic metres, about a person's; below zero it would be inside out.
  expect(volume).toBeGreaterThan(0.05);
  expect(volume).toBeLessThan(0.12);
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
