import fc from "fast-check";
import { expect, test } from "vitest";
import { type Answer, agree } from "./median.ts";

const answers = (...prices: readonly number[]): Answer[] =>
  prices.map((usd, at) => ({ name: `source ${at}`, usd }));

test.each([
  [[100_000, 100_100, 100_500], 100_100, 3],
  [[100_500, 100_000, 100_100, 100_300], 100_200, 4],
  [[100_000, 100_001], 100_000.5, 2],
  // Whole cents: nobody is shown the third place of a mean.
  [[100_000.01, 100_000.02], 100_000.02, 2],
])("the median of %j is %d, of %d sources", (prices, usd, count) => {
  const agreed = agree(answers(...prices));
  expect(agreed?.usd).toBe(usd);
  expect(agreed?.names).toHaveLength(count);
});

test("one alone is not believed, and nobody is nothing", () => {
  expect(agree([])).toBe(undefined);
  expect(agree(answers(100_000))).toBe(undefined);
});

test("two that contradict each other settle nothing", () => {
  expect(agree(answers(100_000, 1_000_000))).toBe(undefined);
  expect(agree(answers(100_000, 111_000))).toBe(undefined);
  expect(agree(answers(100_000, 100_001, 150_000, 150_001))).toBe(undefined);
});

test.each([1, 50_000, 90_000, 111_000, 1_000_000_000])(
  "an outlier at %d moves nothing and is not named",
  (odd) => {
    for (const at of [0, 1, 2, 3, 4]) {
      const three = answers(100_000, 100_100, 100_200);
      const given = three.toSpliced(at, 0, { name: "odd", usd: odd });
      expect(agree(given)).toEqual({ usd: 100_100, names: ["source 0", "source 1", "source 2"] });
    }
  },
);

test("as long as most are close together, the price is among theirs, whatever the others say", () => {
  const near = fc.array(fc.integer({ min: 100_000, max: 102_000 }), { minLength: 2, maxLength: 5 });
  const far = fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { maxLength: 4 });
  fc.assert(
    fc.property(near, far, (honest, others) => {
      const given = answers(...honest, ...others.slice(0, honest.length - 1));
      const agreed = agree(given);
      expect(agreed).toBeDefined();
      // Others near enough to be believed move it no further than they may be off.
      expect(agreed?.usd).toBeGreaterThanOrEqual(Math.min(...honest) * 0.95);
      expect(agreed?.usd).toBeLessThanOrEqual(Math.max(...honest) * 1.05);
    }),
  );
});
