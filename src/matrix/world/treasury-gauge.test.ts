import { expect, test } from "vitest";
import { sats } from "../../protocol/units.ts";
import { createFakeWorld } from "./testing/fake-world.ts";
import { flowOf, heightOf, MOST_HEIGHT, SCALE_MARKS } from "./treasury-gauge.ts";

const figures = (treasurySats: number) => ({
  treasurySats: sats(treasurySats),
  dailyBurnSats: sats(0),
  netTodaySats: sats(0),
});

test("the column's height follows the treasury's logarithm, within bounds", () => {
  expect([-5, 0, 1, 9, 999_999, 1e9, 1e15].map((value) => Math.round(heightOf(value) * 100) / 100)).toEqual([
    1.6, 1.6, 1.95, 2.75, 8.5, 11.95, 12,
  ]);
});

test("the scale has a mark for every power of ten, each higher than the last and all on the column", () => {
  expect(SCALE_MARKS.map((mark) => Math.round(mark * 10) / 10)).toEqual([
    1.9, 2.8, 3.9, 5.1, 6.2, 7.4, 8.5, 9.7, 10.8, 12,
  ]);
  expect(Math.max(...SCALE_MARKS)).toBeLessThanOrEqual(MOST_HEIGHT);
});

test("how lively it is grows with what moved today, up to 1", () => {
  expect([0, 99_999, 1e9].map(flowOf)).toEqual([0, 1, 1]);
});

test("the column glides to a new height; with reduced motion it is there at once and does not beat", () => {
  for (const reducedMotion of [false, true]) {
    const world = createFakeWorld(5, { reducedMotion });
    world.state.treasury.set(figures(99_999));
    world.step();
    const { treasury } = world.context;
    expect(treasury.height < 3).toBe(!reducedMotion);
    world.step(200, 0.1);
    expect(treasury.height).toBeCloseTo(7.35, 3);
    expect(treasury.beat > 0).toBe(!reducedMotion);
    world.dispose();
  }
});

test("a treasury that nobody may see is not known, and an empty one is", () => {
  const world = createFakeWorld(5);
  const { treasury } = world.context;
  const knownAfter = () => {
    world.step(100, 0.1);
    return Math.round(treasury.known * 1000) / 1000;
  };
  const before = knownAfter();
  world.state.treasury.set(figures(0));
  const empty = knownAfter();
  world.state.treasury.set(undefined);
  expect([before, empty, knownAfter()]).toEqual([0, 1, 0]);
  world.dispose();
});

test("cut off, it does not beat", () => {
  const world = createFakeWorld(5);
  world.state.link.set({ status: "offline", reason: "gone", retryAt: undefined });
  world.step(100, 0.1);
  const { beat } = world.context.treasury;
  world.step(100, 0.1);
  expect(world.context.treasury.beat).toBeCloseTo(beat, 3);
  world.dispose();
});
