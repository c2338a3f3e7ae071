import { expect, test } from "vitest";
import { createFigures } from "./figures.ts";

test("a figure counts to its new value and ends exactly there", () => {
  const figures = createFigures(() => false);
  const shown = [figures.shown("balance", 1000, 0), figures.shown("balance", 2000, 100)];
  const way = [300, 500, 700].map((now) => figures.shown("balance", 2000, now));
  shown.push(figures.shown("balance", 2000, 1000));
  expect(shown).toEqual([1000, 1000, 2000]);
  expect(way).toEqual([...way].sort((a, b) => a - b));
  expect(way.every((value) => value > 1000 && value < 2000)).toBe(true);
  expect(figures.isMoving()).toBe(false);
});

test("it turns round from where it is", () => {
  const figures = createFigures(() => false);
  figures.shown("net", 0, 0);
  figures.shown("net", 1000, 0);
  const half = figures.shown("net", 1000, 300);
  expect(figures.shown("net", -1000, 300)).toBe(half);
  expect(figures.shown("net", -1000, 1300)).toBe(-1000);
});

test("with reduced motion it jumps", () => {
  const figures = createFigures(() => true);
  figures.shown("balance", 1000, 0);
  expect([figures.shown("balance", 2000, 1), figures.isMoving()]).toEqual([2000, false]);
});
