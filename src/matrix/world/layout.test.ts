import fc from "fast-check";
import { expect, test } from "vitest";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { createLayout, inPlacingOrder, type Place, type Wish } from "./layout.ts";

const homeless = (id: string, role = "worker"): Wish => ({ id, role, x: undefined, z: undefined });
const crowd = (count: number, roles: readonly string[] = ["worker"]): readonly Wish[] =>
  Array.from({ length: count }, (_, n) => homeless(`agent-${n}`, roles[n % roles.length]));

/** Everybody's place, told of in one go. */
function placed(wishes: readonly Wish[], layout = createLayout()): Map<string, Place> {
  return new Map(inPlacingOrder(wishes).map((wish) => [wish.id, layout.place(wish)]));
}

const away = ({ x, z }: Place) => Math.hypot(x, z);

/** The least distance between any two, in metres. */
function closest(places: readonly Place[]): number {
  const inOrder = places.toSorted((a, b) => a.x - b.x);
  let least = Number.POSITIVE_INFINITY;
  for (const [i, a] of inOrder.entries()) {
    for (let j = i + 1; j < inOrder.length; j++) {
      const b = inOrder[j];
      if (!b || b.x - a.x >= least) break;
      least = Math.min(least, Math.hypot(a.x - b.x, a.z - b.z));
    }
  }
  return least;
}

test("the agents of a new tower stand where they say", () => {
  const layout = createLayout();
  expect(AGENT_DEFS.map((def) => layout.place(def))).toEqual(AGENT_DEFS.map(({ x, z }) => ({ x, z })));
});

test.each([10, 1_000, 10_000, 20_000])(
  "%i agents: apart from each other, a disc, the gate's way free",
  (count) => {
    const places = [...placed(crowd(count, ["worker", "writer", "scout", "critic"])).values()];
    expect(places.length).toBe(count);
    expect(closest(places)).toBeGreaterThan(2.5);
    expect(Math.min(...places.map(away))).toBeGreaterThan(12);
    // As wide as a disc of this many at their distance, with a level that is not full around it.
    expect(Math.max(...places.map(away))).toBeLessThan(24 + 2.6 * Math.sqrt(count));
    expect(places.filter(({ x, z }) => z < 0 && Math.abs(x) < 3)).toEqual([]);
  },
);

test("a swarm is as compact when all have one role", () => {
  const places = [...placed(crowd(10_000)).values()];
  expect(Math.max(...places.map(away))).toBeLessThan(24 + 2.6 * 100);
  const quarters = [0, 0, 0, 0];
  for (const { x, z } of places) {
    const quarter = (x > 0 ? 1 : 0) + (z > 0 ? 2 : 0);
    quarters[quarter] = (quarters[quarter] ?? 0) + 1;
  }
  expect(Math.min(...quarters)).toBeGreaterThan(1_500);
});

test("agents of one role stand together", () => {
  const roles = ["analyst", "writer", "researcher", "reviewer"];
  const places = placed(crowd(200, roles));
  const facing = roles.map((role) => {
    const mine = crowd(200, roles).flatMap((wish) => (wish.role === role ? [places.get(wish.id)] : []));
    // The length of their mean direction: 1 when all are in one direction from the core, 0 when all round it.
    const x = mine.reduce((sum, at) => sum + (at ? at.x / away(at) : 0), 0) / mine.length;
    const z = mine.reduce((sum, at) => sum + (at ? at.z / away(at) : 0), 0) / mine.length;
    return Math.hypot(x, z);
  });
  expect(Math.min(...facing)).toBeGreaterThan(0.6);
});

test("a reload gives everybody the same place, whatever the order they are told in", () => {
  const wishes = [...crowd(2_000, ["worker", "scout"]), ...AGENT_DEFS];
  const before = placed(wishes);
  expect(placed(wishes.toReversed())).toEqual(before);
  expect(placed(wishes.toSorted((a, b) => a.id.localeCompare(b.id)))).toEqual(before);
});

test("after a reload only few stand elsewhere because of those who came and left since", () => {
  const layout = createLayout();
  const first = crowd(1_000);
  const lived = placed(first, layout);
  for (const { id } of first.slice(0, 20)) {
    layout.release(id);
    lived.delete(id);
  }
  for (let n = 0; n < 20; n++) {
    const late = homeless(`late-${n}`);
    lived.set(late.id, layout.place(late));
  }
  const reloaded = placed([...lived.keys()].map((id) => homeless(id)));
  const moved = [...lived].filter(([id, { x, z }]) => {
    const after = reloaded.get(id);
    return after?.x !== x || after?.z !== z;
  });
  expect(moved.length).toBeLessThan(200);
});

test("nobody moves because someone came or left, and everything is given back", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.nat(40), stays: fc.boolean(), x: fc.double(), z: fc.double() }), {
        maxLength: 120,
      }),
      (steps) => {
        const layout = createLayout();
        const here = new Map<string, { readonly wish: Wish; readonly at: Place }>();
        for (const { id, stays, x, z } of steps) {
          const name = `agent-${id}`;
          if (stays && !here.has(name)) {
            const wish = { id: name, role: `role-${id % 15}`, x, z };
            here.set(name, { wish, at: layout.place(wish) });
          } else if (!stays) {
            layout.release(name);
            here.delete(name);
          }
          for (const { wish, at } of here.values()) expect(layout.place(wish)).toEqual(at);
        }
        const places = [...here.values()].map(({ at }) => at);
        expect(places.every(({ x, z }) => Number.isFinite(x) && Number.isFinite(z))).toBe(true);
        if (places.length > 1) expect(closest(places)).toBeGreaterThanOrEqual(1.2);
        for (const id of here.keys()) layout.release(id);
        expect(layout.held).toEqual({ places: 0, spots: 0, cells: 0, roles: 0 });
      },
    ),
  );
});

test("places that cannot be are not believed; a place of its own that comes later is", () => {
  const layout = createLayout();
  const bad: readonly (readonly [number, number])[] = [
    [Number.NaN, 3],
    [3, Number.POSITIVE_INFINITY],
    [0, 0],
    [1e9, 5],
    [-3, 1e308],
  ];
  const found = bad.map(([x, z], n) => layout.place({ id: `bad-${n}`, role: "worker", x, z }));
  expect(found.filter((at) => away(at) < 12 || away(at) > 30)).toEqual([]);
  // Another place that cannot be is no reason to move either.
  expect(layout.place({ id: "bad-0", role: "worker", x: 2, z: Number.NaN })).toEqual(found[0]);
  expect(layout.place({ id: "bad-0", role: "worker", x: 5, z: 6 })).toEqual({ x: 5, z: 6 });
  // A step that is shorter than the room it takes itself.
  expect(layout.place({ id: "bad-0", role: "worker", x: 5.5, z: 6 })).toEqual({ x: 5.5, z: 6 });
});

test("two agents that ask for the same place do not share it", () => {
  const layout = createLayout();
  expect(layout.place({ id: "first", role: "worker", x: 3, z: 3 })).toEqual({ x: 3, z: 3 });
  expect(away(layout.place({ id: "second", role: "worker", x: 3.2, z: 3 }))).toBeGreaterThan(12);
});

test("stewards without a place stand in the middle, apart from each other", () => {
  const layout = createLayout();
  const stewards = Array.from({ length: 6 }, (_, n) => layout.place(homeless(`steward-${n}`, "steward")));
  expect(stewards.filter((at) => away(at) < 5).length).toBe(4);
  expect(closest(stewards)).toBeGreaterThan(2);
});
