import { expect, test } from "vitest";
import { createGovernor } from "./governor.ts";

const run = (governor: ReturnType<typeof createGovernor>, fps: number, seconds: number) => {
  let density = 0;
  for (let frame = 0; frame < fps * seconds; frame++) density = governor.note(1 / fps);
  return density;
};

test("gets coarser step by step while frames are slow, and no coarser than CSS pixels", () => {
  const governor = createGovernor(2);
  expect([run(governor, 20, 2), run(governor, 20, 2), run(governor, 20, 4), run(governor, 20, 60)]).toEqual([
    2, 1.5, 1, 1,
  ]);
});

test("gets finer again after a long fast stretch, once", () => {
  const governor = createGovernor(2);
  run(governor, 20, 4);
  expect(run(governor, 60, 14)).toBe(1.5);
  expect(run(governor, 60, 3)).toBe(2);
  run(governor, 20, 4);
  expect(run(governor, 60, 100)).toBe(1.5);
});

test("a single density leaves nothing to choose", () => {
  expect(run(createGovernor(1), 10, 30)).toBe(1);
});
