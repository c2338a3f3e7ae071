import { expect, test } from "vitest";
import { declutter, type LabelBox } from "./declutter.ts";

const box = (key: string, left: number, rank = 0): LabelBox => ({
  key,
  left,
  top: 0,
  width: 50,
  height: 14,
  rank,
});
const NONE = new Set<string>();

test("labels that do not touch are all shown", () => {
  expect(declutter([box("a", 0), box("b", 60), box("c", 200)], NONE, 10)).toEqual(new Set(["a", "b", "c"]));
});

test("where two overlap the higher rank is shown", () => {
  expect(declutter([box("a", 0), box("b", 40, 5)], NONE, 10)).toEqual(new Set(["b"]));
});

test("a label that is shown already is not pushed out by one of like rank", () => {
  expect(declutter([box("a", 0, 1), box("b", 40, 1.2)], new Set(["a"]), 10)).toEqual(new Set(["a"]));
});

test("no two of many chosen labels overlap", () => {
  const boxes = Array.from({ length: 400 }, (_, i) => ({
    ...box(`${i}`, (i * 97) % 1100, i % 7),
    top: (i * 53) % 800,
  }));
  const chosen = boxes.filter(({ key }) => declutter(boxes, NONE, 60).has(key));
  expect(chosen.length).toBe(60);
  for (const a of chosen) {
    for (const b of chosen) {
      if (a === b) continue;
      const apart =
        a.left + a.width <= b.left ||
        b.left + b.width <= a.left ||
        a.top + 14 <= b.top ||
        b.top + 14 <= a.top;
      expect(apart).toBe(true);
    }
  }
});
