import fc from "fast-check";
import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { SatPlace } from "../state/model.ts";
import { ACCENT, AMBER, ICE } from "./colors.ts";
import { CAPACITY, type Departure, type Flights } from "./flights.ts";
import { createFakeWorld } from "./testing/fake-world.ts";

const GATE: SatPlace = { kind: "gate" };
const CORE: SatPlace = { kind: "core" };
const agent = (id: string): SatPlace => ({ kind: "agent", agentId: agentId(id) });

/** A world, a way to move sats in it, and everything that has left. */
function createMoving(count: number, options?: { reducedMotion: boolean }) {
  const world = createFakeWorld(count, options);
  const { flights } = world.context;
  const departures: Departure[] = [];
  flights.onDeparture((departure) => departures.push(departure));
  world.step(2);
  const ids = [...world.state.agents.get().keys()];
  return {
    ...world,
    flights,
    departures,
    nth: (n: number): SatPlace => agent(ids[n % ids.length] ?? ""),
    move(from: SatPlace, to: SatPlace, amount: number, movements?: number) {
      world.state.cues.emit({
        kind: "sats",
        from,
        to,
        amountSats: sats(amount),
        ...(movements !== undefined && { movements }),
      });
    },
  };
}

const sumOf = (departures: readonly Departure[]) => ({
  sats: departures.reduce((sum, { flight }) => sum + flight.amountSats, 0),
  drawn: departures.reduce(
    (sum, { comets }) => sum + comets.reduce((all, each) => all + each.amountSats, 0),
    0,
  ),
  movements: departures.reduce((sum, { flight }) => sum + flight.merged, 0),
});
const nameOf = ({ x, z }: { x: number; z: number }) => `${x.toFixed(3)} ${z.toFixed(3)}`;
const moving = (flights: Flights) => {
  const { flyingSats, waitingSats, flyingMovements, waitingMovements } = flights.tally();
  return { sats: flyingSats + waitingSats, movements: flyingMovements + waitingMovements };
};

test("each way has its colour, its agent and its middle over the floor between its ends", () => {
  const world = createMoving(5);
  world.move(GATE, agent("alpha"), 10);
  world.move(agent("beta"), CORE, 20, 3);
  world.move(agent("gamma"), GATE, 30);
  world.move(CORE, agent("delta"), 40);
  world.step();
  expect(
    world.flights
      .current()
      .map(({ color, agentId, amountSats, merged }) => [color, agentId, amountSats, merged]),
  ).toEqual([
    [AMBER, "alpha", 10, 1],
    [ACCENT, "beta", 20, 3],
    [ICE, "gamma", 30, 1],
    [AMBER, "delta", 40, 1],
  ]);
  for (const { flight, from, to } of world.departures) {
    const { x, y, z } = flight.middle;
    const half = Math.hypot(to.x - from.x, to.z - from.z) / 2;
    expect(Math.hypot(x - from.x, z - from.z)).toBeCloseTo(Math.hypot(x - to.x, z - to.z), 6);
    expect(Math.hypot(x - from.x, z - from.z) / half).toBeCloseTo(Math.hypot(1, 0.1), 6);
    expect(y).toBeGreaterThan((from.y + to.y) / 2);
  }
  world.dispose();
});

test("progress goes from 0 to 1, then the sats are no longer on their way", () => {
  const world = createMoving(5);
  world.move(GATE, agent("alpha"), 10);
  world.step();
  const [flight] = world.flights.current();
  const seen: number[] = [];
  for (let i = 0; i < 30 && world.flights.current().length > 0; i++) {
    seen.push(flight?.progress ?? Number.NaN);
    world.step(1, 0.1);
  }
  expect(seen[0]).toBe(0);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  expect([flight?.progress, world.flights.tally().flyingSats]).toEqual([1, 0]);
  world.dispose();
});

test("a thousand settlements in one frame are all on their way in the next, each on its own", () => {
  const world = createMoving(1000);
  for (let i = 0; i < 1000; i++) world.move(GATE, world.nth(i), 1 + ((i * 131) % 5000));
  const moved = moving(world.flights);
  world.step();
  expect(sumOf(world.departures)).toEqual({ sats: moved.sats, drawn: moved.sats, movements: 1000 });
  expect(world.departures.map(({ flight }) => flight.merged)).toEqual(Array(1000).fill(1));
  world.dispose();
});

test("more than there is room for are on their way within a second, the rest as bundles that split over their agents", () => {
  const world = createMoving(5000);
  for (let i = 0; i < 5000; i++)
    world.move(i % 2 ? GATE : world.nth(i), i % 2 ? world.nth(i) : CORE, 1 + (i % 900));
  const moved = moving(world.flights);
  world.step(60);
  expect(world.flights.tally().waitingMovements).toBe(0);
  expect(sumOf(world.departures)).toEqual({ sats: moved.sats, drawn: moved.sats, movements: 5000 });
  const bundles = world.departures.filter(({ flight }) => flight.agentId === undefined);
  expect(bundles.length).toBeGreaterThan(20);
  expect(bundles.every(({ flight, comets }) => flight.merged > 1 && comets.length > 1)).toBe(true);
  const [{ from, to, comets } = never()] = bundles.filter(({ goal }) => goal === "agent");
  const ends = comets.map(({ splits }) => nameOf({ x: to.x + splits.x, z: to.z + splits.z }));
  const places = new Set(world.context.roster.standing.map(({ at }) => nameOf(at)));
  expect([from.z < to.z, new Set(ends).size, ends.filter((end) => !places.has(end))]).toEqual([
    true,
    comets.length,
    [],
  ]);
  world.dispose();
});

test("sats of one that has left fly from where it stood, those of nobody known from the core's foot", () => {
  const world = createMoving(5);
  const alpha = world.context.roster.find(agentId("alpha"))?.at ?? never();
  world.remove(agentId("alpha"));
  world.step(60, 0.1);
  world.move(agent("alpha"), GATE, 10);
  world.move(agent("nobody"), GATE, 20);
  world.step();
  expect(world.departures.map(({ from, flight }) => [from.x, from.z, flight.amountSats])).toEqual([
    [alpha.x, alpha.z, 10],
    [0, 0, 20],
  ]);
  world.dispose();
});

test("the gate lights up when sats come in, the core when they arrive, and both fade again", () => {
  const world = createMoving(5);
  const { traffic } = world.flights;
  const lit = () => [traffic.gate > 0.2, traffic.core > 0.2];
  world.move(GATE, agent("alpha"), 500);
  world.step();
  expect(lit()).toEqual([true, false]);
  world.step(60, 0.1);
  world.move(agent("alpha"), CORE, 500);
  world.step();
  expect(lit()).toEqual([false, false]);
  world.step(20, 0.1);
  expect(lit()).toEqual([false, true]);
  world.step(60, 0.1);
  expect(lit()).toEqual([false, false]);
  world.dispose();
});

test("with reduced motion a shower's ways light up together and stay longer", () => {
  const [moves, stands] = [false, true].map((reducedMotion) => {
    const world = createMoving(5, { reducedMotion });
    world.move(GATE, agent("alpha"), 50_000);
    world.step();
    const [{ comets, flightS } = never()] = world.departures;
    const apart = comets.map(({ leavesAt }) => leavesAt - (comets[0]?.leavesAt ?? 0));
    world.dispose();
    return { together: apart.every((each) => each === 0), flightS, count: comets.length };
  });
  expect([moves?.together, stands?.together, stands?.count]).toEqual([false, true, moves?.count]);
  expect(stands?.flightS).toBeGreaterThan(moves?.flightS ?? Number.POSITIVE_INFINITY);
});

test("whatever moves: what left and what waits is what moved, and there are never more comets than can be drawn", () => {
  const world = createMoving(400);
  const place = fc.oneof(
    fc.constant(GATE),
    fc.constant(CORE),
    fc.integer({ min: 0, max: 500 }).map((n) => (n < 400 ? world.nth(n) : agent(`stranger-${n}`))),
  );
  const movement = fc.tuple(
    place,
    place,
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 1, max: 9 }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(movement, { maxLength: 900, size: "max" }), { maxLength: 5 }), (frames) => {
      world.departures.length = 0;
      const waiting = world.flights.tally();
      const moved = { sats: waiting.waitingSats, movements: waiting.waitingMovements };
      for (const frame of frames) {
        for (const [from, to, amount, movements] of frame) {
          world.move(from, to, amount, movements);
          moved.sats += amount;
          moved.movements += amount > 0 ? movements : 0;
        }
        world.step(1, 0.1);
        const { waitingSats, waitingMovements, comets } = world.flights.tally();
        const left = sumOf(world.departures);
        expect([
          left.sats + waitingSats,
          left.drawn + waitingSats,
          left.movements + waitingMovements,
        ]).toEqual([moved.sats, moved.sats, moved.movements]);
        expect(comets).toBeLessThanOrEqual(CAPACITY);
      }
    }),
    { numRuns: 25 },
  );
  world.dispose();
});

function never(): never {
  throw new Error("nothing has left");
}
