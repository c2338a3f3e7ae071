import { expect, test } from "vitest";
import { liftOf, middleOf, wireEnd } from "./curve.ts";

const rounded = ({ x, y, z }: { x: number; y: number; z: number }) =>
  [x, y, z].map((value) => Math.round(value * 1000) / 1000);

test("a curve's middle is over the middle of its ends, and aside to another side on the way back", () => {
  const from = { x: 0, y: 2, z: 0 };
  const to = { x: 0, y: 4, z: 10 };
  expect([rounded(middleOf(from, to, 3)), rounded(middleOf(to, from, 3))]).toEqual([
    [0.5, 6, 5],
    [-0.5, 6, 5],
  ]);
});

test("the longer a curve is, the higher it rises", () => {
  const from = { x: 0, y: 0, z: 0 };
  expect([liftOf(from, from), liftOf(from, { x: 0, y: 0, z: 100 })]).toEqual([0.35, 8.85]);
});

test("lines meet the core on their own side, each at its own height; one from the axis too", () => {
  expect([
    rounded(wireEnd({ x: 9, z: 0 }, 10, 0)),
    rounded(wireEnd({ x: 0, z: -9 }, 10, 1)),
    rounded(wireEnd({ x: 0, z: 0 }, 10, 0.5)),
  ]).toEqual([
    [0.55, 3.2, 0],
    [0, 5.4, -0.55],
    [0.55, 4.3, 0],
  ]);
});
