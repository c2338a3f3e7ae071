import { expect, test } from "vitest";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { createLayout, ringPlace } from "./layout.ts";

const NOWHERE = { x: 0, z: 0 };

test("agents with a place of their own stand there", () => {
  const layout = createLayout();
  expect(AGENT_DEFS.map((def) => layout.place(def.id, def))).toEqual(AGENT_DEFS);
});

test("agents without one get ring places and keep them when others come and go", () => {
  const layout = createLayout();
  const ids = Array.from({ length: 100 }, (_, i) => `agent-${i}`);
  const before = new Map(ids.map((id) => [id, layout.place(id, NOWHERE)]));
  for (const id of ids.slice(0, 50)) layout.release(id);
  for (const id of ids.slice(50)) expect(layout.place(id, NOWHERE)).toEqual(before.get(id));
  expect(layout.place("newcomer", NOWHERE)).toEqual(before.get("agent-0"));
});

test("10,000 agents stand apart from each other, out of the core and out of the gate's way", () => {
  const layout = createLayout();
  const places = Array.from({ length: 10_000 }, (_, i) =>
    layout.place(`agent-${i}`, { x: Number.NaN, z: 0 }),
  );
  const cells = new Set(places.map(({ x, z }) => `${Math.round(x * 10)}:${Math.round(z * 10)}`));
  expect(cells.size).toBe(10_000);
  const nearest = Math.min(...places.map(({ x, z }) => Math.hypot(x, z)));
  expect(nearest).toBeGreaterThan(12);
  const inTheWay = places.filter(({ x, z }) => z < 0 && Math.abs(Math.atan2(x, -z)) < 0.2);
  expect(inTheWay).toEqual([]);
});

test("two agents that ask for the same place do not share it", () => {
  const layout = createLayout();
  expect(layout.place("first", { x: 3, z: 3 })).toEqual({ x: 3, z: 3 });
  expect(layout.place("second", { x: 3.2, z: 3 })).toEqual(ringPlace(0));
});
