import { expect, test } from "vitest";
import { createChanges } from "./changes.ts";

test("readers follow by themselves, and one that stopped costs nothing", () => {
  const changes = createChanges<string>();
  const early = changes.follow();
  early.take();
  changes.changed("a");
  changes.changed("a");
  const late = changes.follow();
  changes.cameOrLeft("b", true);
  expect(late.take()).toEqual({ ids: "all", cameOrLeft: true, isReplaced: false, isLive: false });
  expect(early.take()).toEqual({
    ids: new Set(["a", "b"]),
    cameOrLeft: true,
    isReplaced: false,
    isLive: true,
  });
  changes.cameOrLeft("c", false);
  changes.cameOrLeft("d", true);
  expect(late.take()).toEqual({
    ids: new Set(["c", "d"]),
    cameOrLeft: true,
    isReplaced: false,
    isLive: false,
  });
  early.stop();
  changes.changed("e");
  expect(late.take()).toEqual({ ids: new Set(["e"]), cameOrLeft: false, isReplaced: false, isLive: true });
});

test("a reader that does not look for very long has to look at everything, and at nothing twice", () => {
  const changes = createChanges<number>();
  const reader = changes.follow();
  reader.take();
  for (let n = 0; n < 60_000; n += 1) changes.cameOrLeft(n, true);
  expect(reader.take()).toEqual({ ids: "all", cameOrLeft: true, isReplaced: false, isLive: true });
  expect(reader.take()).toBe(undefined);
});

test("a reader learns once that everything was told of at once, also when that was before its first look", () => {
  const changes = createChanges<string>();
  const early = changes.follow();
  const looked = [early.take()?.isReplaced];
  changes.changed("a");
  looked.push(early.take()?.isReplaced);
  const waiting = changes.follow();
  changes.replaced();
  const late = changes.follow();
  looked.push(early.take()?.isReplaced, waiting.take()?.isReplaced, late.take()?.isReplaced);
  changes.changed("a");
  looked.push(early.take()?.isReplaced, waiting.take()?.isReplaced, late.take()?.isReplaced);
  expect(looked).toEqual([false, false, true, true, true, false, false, false]);
});
