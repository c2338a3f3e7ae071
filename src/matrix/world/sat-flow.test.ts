import fc from "fast-check";
import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { SatPlace } from "../state/model.ts";
import { cometsFor, createSatFlow, type Launch, PATIENCE_S, type PartOf } from "./sat-flow.ts";

const GATE: SatPlace = { kind: "gate" };
const CORE: SatPlace = { kind: "core" };
const agent = (name: string | number): SatPlace => ({ kind: "agent", agentId: agentId(`${name}`) });
/** Agents named by numbers: ten parts, then five, then two, then one. */
const partOf: PartOf = (id, grain) => Number(id) % ([10, 5, 2][grain] ?? 1);

const total = (launches: readonly Launch[]) => ({
  amountSats: launches.reduce((sum, { amountSats }) => sum + amountSats, 0),
  parts: launches.reduce((sum, { parts }) => sum + parts.reduce((inner, part) => inner + part, 0), 0),
  merged: launches.reduce((sum, { merged }) => sum + merged, 0),
  comets: launches.reduce((sum, { parts }) => sum + parts.length, 0),
});

test("one payment is a shower whose parts add up", () => {
  const flow = createSatFlow(partOf);
  flow.add(GATE, agent(1), sats(500), 0);
  expect(flow.take(0, 10, 20)).toEqual([
    { from: GATE, to: agent(1), amountSats: 500, merged: 1, parts: [167, 167, 166] },
  ]);
  expect(flow.take(0, 10, 20)).toEqual([]);
});

test("movements on the same way are one shower that says how many they are", () => {
  const flow = createSatFlow(partOf);
  flow.add(agent(1), CORE, sats(5), 0);
  flow.add(agent(1), CORE, sats(3), 0, 4);
  flow.add(agent(1), GATE, sats(1), 0);
  expect(flow.take(0, 10, 20)).toEqual([
    { from: agent(1), to: CORE, amountSats: 8, merged: 5, parts: [8] },
    { from: agent(1), to: GATE, amountSats: 1, merged: 1, parts: [1] },
  ]);
});

test("where there is little room, each way has fewer comets before any has to wait", () => {
  const flow = createSatFlow(partOf);
  for (let i = 0; i < 10; i++) flow.add(GATE, agent(i), sats(100_000), 0);
  expect(flow.take(0, 40, 80).map(({ parts }) => parts.length)).toEqual(Array(10).fill(2));
});

test("what waits too long leaves with its neighbours as a bundle that splits over them", () => {
  const flow = createSatFlow(partOf);
  for (let i = 0; i < 20; i++) flow.add(i < 10 ? GATE : agent(i), i < 10 ? agent(i) : CORE, sats(7), 0);
  expect(flow.take(PATIENCE_S / 2, 0, 40)).toEqual([]);
  expect([flow.waitingSats, flow.waitingMovements]).toEqual([140, 20]);
  const even = [0, 2, 4, 6, 8];
  const odd = [1, 3, 5, 7, 9];
  const ids = (numbers: number[], more: number) => ({
    kind: "agents",
    agentIds: numbers.map((number) => agentId(`${number + more}`)),
  });
  expect(flow.take(PATIENCE_S, 0, 40)).toEqual([
    { from: GATE, to: ids(even, 0), amountSats: 35, merged: 5, parts: [7, 7, 7, 7, 7] },
    { from: GATE, to: ids(odd, 0), amountSats: 35, merged: 5, parts: [7, 7, 7, 7, 7] },
    { from: ids(even, 10), to: CORE, amountSats: 35, merged: 5, parts: [7, 7, 7, 7, 7] },
    { from: ids(odd, 10), to: CORE, amountSats: 35, merged: 5, parts: [7, 7, 7, 7, 7] },
  ]);
});

test("an amount too large to be exact flies beside the other instead of being added to it", () => {
  const flow = createSatFlow(partOf);
  const most = sats(2_100_000_000_000_000);
  for (let i = 0; i < 6; i++) flow.add(GATE, agent(i < 3 ? 1 : 11), most, 0);
  for (let i = 0; i < 6; i++) flow.add(GATE, agent(1), most, 0);
  const launches = flow.take(PATIENCE_S, 0, 400);
  expect(launches.map(({ merged }) => merged)).toEqual([4, 4, 4]);
  expect(launches.every(({ amountSats, merged }) => amountSats === most * merged)).toBe(true);
});

test("the number of comets follows the amount's logarithm", () => {
  expect([0, 1, 9, 10, 500, 10_000, 2_100_000_000].map(cometsFor)).toEqual([0, 1, 1, 2, 3, 5, 6]);
});

const place = fc.oneof(
  fc.constant(GATE),
  fc.constant(CORE),
  fc.integer({ min: 0, max: 60 }).map((number) => agent(number)),
);
const movement = fc.record({
  from: place,
  to: place,
  amountSats: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1e9 })),
  movements: fc.integer({ min: 1, max: 3 }),
});
const frame = fc.record({
  moved: fc.array(movement, { maxLength: 60 }),
  dt: fc.double({ min: 0, max: 0.4, noNaN: true }),
  room: fc.integer({ min: 0, max: 50 }),
  reserve: fc.integer({ min: 0, max: 50 }),
});

test("whatever moves and however little room there is: what left and what waits is what moved, to the sat", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
      const flow = createSatFlow(partOf);
      const added = { sats: 0, movements: 0 };
      const left = { sats: 0, movements: 0 };
      let now = 0;
      for (const { moved, dt, room, reserve } of frames) {
        now += dt;
        for (const { from, to, amountSats, movements } of moved) {
          flow.add(from, to, sats(amountSats), now, movements);
          added.sats += amountSats;
          added.movements += amountSats > 0 ? movements : 0;
        }
        const launches = flow.take(now, room, room + reserve);
        const { amountSats, parts, merged, comets } = total(launches);
        left.sats += amountSats;
        left.movements += merged;
        expect(parts).toBe(amountSats);
        expect(launches.every((launch) => launch.parts.every((part) => part > 0))).toBe(true);
        expect(comets).toBeLessThanOrEqual(room + reserve);
        expect([left.sats + flow.waitingSats, left.movements + flow.waitingMovements]).toEqual([
          added.sats,
          added.movements,
        ]);
      }
    }),
    { numRuns: 200 },
  );
});
