import { expect, test } from "vitest";
import { expectEverythingReached, liveThrough } from "./testing/simulation/seeds.ts";
import { simulate } from "./testing/simulation/simulate.ts";

/** One half of the seeds; `simulation-other-half.test.ts` has the others, so that two processors share them. */
test("whatever happens in whatever order, no sat is lost, doubled or made up", {
  timeout: 3_600_000,
}, async () => {
  const lived = await liveThrough(0, 2);
  expect(lived.failed).toEqual([]);
  expectEverythingReached(lived);
});

test("a seed lives the same life again", { timeout: 60_000 }, async () => {
  const [first, second] = [await simulate(7, 40), await simulate(7, 40)];
  expect(second).toEqual(first);
  expect(await simulate(8, 40)).not.toEqual(first);
});
