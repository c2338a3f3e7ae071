import { expect, test } from "vitest";
import { keepNewest } from "./newest.ts";

test("only the newest are kept, and what is set again is new again", () => {
  const newest = keepNewest<number>(3);
  const all = () => ["a", "b", "c", "d", "e"].map(newest.get);
  newest.set("a", 1);
  newest.set("b", 2);
  newest.set("c", 3);
  expect(all()).toEqual([1, 2, 3, undefined, undefined]);
  newest.set("a", 4);
  newest.set("d", 5);
  expect(all()).toEqual([4, undefined, 3, 5, undefined]);
  newest.set("e", 6);
  newest.set("e", 7);
  expect(all()).toEqual([4, undefined, undefined, 5, 7]);
});
