import { expect, test } from "vitest";
import { createCandidates } from "./candidates.ts";

test("candidates come by rank, then the nearer first", () => {
  const candidates = createCandidates(3);
  for (let round = 0; round < 2; round++) {
    candidates.clear(100);
    candidates.add(0, 10, 0, 0, 50, 2, 50);
    candidates.add(0, 11, 0, 0, 90, 0, 90);
    candidates.add(0, 12, 0, 0, 5, 2, 5);
    candidates.add(0, 13, 0, 0, 500, 2, 500);
    candidates.add(0, 14, 0, 0, 20, 1, 20);
    const order: number[] = [];
    candidates.inOrder((each) => order.push(candidates.what[each] ?? -1));
    expect(order).toEqual([11, 14, 12, 10, 13]);
  }
});

test("it keeps what it was given as it grows", () => {
  const candidates = createCandidates(1);
  candidates.clear(1000);
  const given = Array.from({ length: 1500 }, (_, i) => [i % 3, i, i + 0.5, i - 0.5, i + 1]);
  for (const [kind = 0, what = 0, x = 0, y = 0, above = 0] of given)
    candidates.add(kind, what, x, y, above, 0, what);
  const { kind, what, x, y, above } = candidates;
  expect(given.map((_, i) => [kind[i], what[i], x[i], y[i], above[i]])).toEqual(given);
  expect(candidates.count).toBe(1500);
});
