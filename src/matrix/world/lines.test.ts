import { expect, test } from "vitest";
import { lightOf } from "./lines.ts";

test("lines are lit in full for a few agents and give way to each other in a crowd", () => {
  const lights = [0, 1, 5, 24, 300, 3000, 10_000].map((count) => {
    const { calm, crowded } = lightOf(count);
    return [count, Math.round(calm * 1000) / 1000, Math.round(crowded * 1000) / 1000];
  });
  expect(lights).toEqual([
    [0, 1, 0],
    [1, 1, 0],
    [5, 1, 0],
    [24, 0.775, 0.177],
    [300, 0.43, 0.823],
    [3000, 0.097, 1],
    [10_000, 0.033, 1],
  ]);
});
