import { expect, test } from "vitest";
import { sats } from "../../protocol/units.ts";
import { createFakeWorld } from "./testing/fake-world.ts";
import { flowOf, heightOf } from "./treasury-gauge.ts";

test("the column's height follows the treasury's logarithm, within bounds", () => {
  expect([-5, 0, 9, 999_999, 1e15].map((value) => Math.round(heightOf(value) * 10) / 10)).toEqual([
    2.2, 2.2, 3.4, 9.4, 12,
  ]);
});

test("how lively it is grows with what moved today, up to 1", () => {
  expect([0, 99_999, 1e9].map(flowOf)).toEqual([0, 1, 1]);
});

test("the column glides to a new height; with reduced motion it is there at once and does not beat", () => {
  for (const reducedMotion of [false, true]) {
    const world = createFakeWorld(5, { reducedMotion });
    world.state.treasury.set({ treasurySats: sats(99_999), dailyBurnSats: sats(0), netTodaySats: sats(0) });
    world.step();
    const { treasury } = world.context;
    expect(treasury.height < 3).toBe(!reducedMotion);
    world.step(200, 0.1);
    expect(treasury.height).toBeCloseTo(8.2, 3);
    expect(treasury.beat > 0).toBe(!reducedMotion);
    world.dispose();
  }
});
