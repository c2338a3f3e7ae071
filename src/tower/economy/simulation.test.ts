import { expect, test } from "vitest";
import { simulate } from "./testing/simulation.ts";

const isLong = process.env["LONG"] === "1";
/** A seed that failed, to live through it again. */
const replayed = process.env["SEED"];

const SEEDS =
  replayed === undefined
    ? Array.from({ length: isLong ? 1_000 : 40 }, (_, index) => index + 1)
    : [Number(replayed)];
const STEPS = 70;

test("whatever happens in whatever order, no sat is lost, doubled or made up", {
  timeout: 1_200_000,
}, async () => {
  const failed: unknown[] = [];
  for (const seed of SEEDS) {
    await simulate(seed, STEPS).catch((error: unknown) => failed.push(error));
    if (failed.length >= 3) break;
  }
  expect(failed).toEqual([]);
});
