import { expect, test } from "vitest";
import { expectEverythingReached, liveThrough } from "./testing/simulation/seeds.ts";

/** The other half of the seeds of `simulation.test.ts`. */
test("whatever happens in whatever order, no sat is lost, doubled or made up", {
  timeout: 3_600_000,
}, async () => {
  const lived = await liveThrough(1, 2);
  expect(lived.failed).toEqual([]);
  expectEverythingReached(lived);
});
