import { expect, test } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import { createAgentTable } from "./agent-table.ts";

test("what is written in a slot is there, also after the table has grown", () => {
  const { stage, dispose } = createNullStage();
  const table = createAgentTable(stage.scene);
  const small = table.texture;
  table.set(0, "place", 1, 2, 3, 4);
  table.set(255, "work", 5, 6, 7, 8);
  table.reserve(20_000);
  table.set(19_999, "tint", 9, 10, 11, 12);
  expect(table.texture).not.toBe(small);
  expect(stage.scene.textures).toEqual([table.texture]);
  expect([table.get(0, "place"), table.get(255, "work"), table.get(19_999, "tint")]).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
  ]);
  table.dispose();
  expect(stage.scene.textures).toEqual([]);
  dispose();
});

test("a slot that there is no room for is an error, not somebody else's place", () => {
  const { stage, dispose } = createNullStage();
  const table = createAgentTable(stage.scene);
  expect(() => table.set(256, "place", 0, 0, 0, 0)).toThrow(RangeError);
  expect(() => table.set(-1, "place", 0, 0, 0, 0)).toThrow(RangeError);
  table.dispose();
  dispose();
});
