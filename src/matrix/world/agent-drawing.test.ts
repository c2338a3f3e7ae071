import { expect, test } from "vitest";
import { QUAD } from "../stage/surface.ts";
import { createAgentDrawing } from "./agent-drawing.ts";
import { createSlotList } from "./slot-list.ts";
import { createFakeWorld } from "./testing/fake-world.ts";

const QUAD_SPEC = { indices: QUAD.indices, vertices: { position: QUAD.position } };

function setUp() {
  const world = createFakeWorld(3);
  const lists = [createSlotList(), createSlotList()] as const;
  const drawing = createAgentDrawing(
    world.context,
    { ...QUAD_SPEC, name: "test.agents", vertex: "", fragment: "", order: 0 },
    lists,
  );
  const write = (which: 0 | 1, slots: readonly number[]) => {
    lists[which].begin();
    slots.forEach(lists[which].add);
    lists[which].end();
  };
  const drawn = () => {
    world.step();
    const { instances } = drawing;
    return Array.from({ length: instances.count }, (_, i) => instances.get(i, "slot")[0]);
  };
  return { ...world, drawing, write, drawn };
}

test("everybody of its lists is drawn, one list after the other, as they change", () => {
  const { write, drawn, drawing, dispose } = setUp();
  expect(drawn()).toEqual([]);
  write(0, [4, 5]);
  write(1, [0, 1, 2]);
  expect(drawn()).toEqual([4, 5, 0, 1, 2]);
  write(0, []);
  expect(drawn()).toEqual([0, 1, 2]);
  write(
    1,
    Array.from({ length: 300 }, (_, i) => i),
  );
  expect(drawn()).toEqual(Array.from({ length: 300 }, (_, i) => i));
  drawing.dispose();
  dispose();
});

test("once disposed it follows nobody", () => {
  const { stage, step, drawing, dispose } = setUp();
  step();
  drawing.dispose();
  step();
  expect(stage.scene.meshes).toEqual([]);
  dispose();
});
