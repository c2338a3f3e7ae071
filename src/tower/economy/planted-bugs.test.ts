import { afterAll, beforeAll, expect, test } from "vitest";
import { PLANTED_BUGS, type PlantedBug } from "./testing/planted-bugs.ts";
import { openPlanting, type Planting, timesFound } from "./testing/planting.ts";

/** How many seeds a bug may live through unnoticed. */
const SEEDS = 200;
const STEPS = 40;

let planting: Planting;
beforeAll(async () => {
  planting = await openPlanting();
});
afterAll(() => planting.close());

/** What the first seed says that notices something; undefined when none does. */
const noticed = (bug: PlantedBug | undefined, seeds = SEEDS): Promise<unknown> =>
  planting.simulationWith(bug, async (simulate) => {
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        await simulate(seed, STEPS);
      } catch (error) {
        return error;
      }
    }
    return undefined;
  });

// That all of them pass is the matter of `simulation.test.ts`; here, that it is not the planting which is noticed.
test("a tower without a bug passes the seeds that a bug must not pass", { timeout: 300_000 }, async () => {
  expect(await noticed(undefined, 5)).toBeUndefined();
});

test.for(PLANTED_BUGS)("it is noticed when $name", { timeout: 300_000 }, async (bug) => {
  expect(timesFound(bug), "times that each text of the bug is found").toEqual(timesFound(bug).map(() => 1));
  const fault = await noticed(bug);
  // Anything else would be a fault of the planting itself.
  expect(fault).toMatchObject({ message: expect.stringMatching(/^seed \d+, step \d+, /) });
});
