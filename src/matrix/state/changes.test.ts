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
  expect(late.take()).toEqual({ ids: "all", cameOrLeft: true, isLive: false });
  expect(early.take()).toEqual({ ids: new Set(["a", "b"]), cameOrLeft: true, isLive: true });
  changes.cameOrLeft("c", false);
  changes.cameOrLeft("d", true);
  expect(late.take()).toEqual({ ids: new Set(["c", "d"]), cameOrLeft: true, isLive: false });
  early.stop();
  changes.changed("e");
  expect(late.take()).toEqual({ ids: new Set(["e"]), cameOrLeft: false, isLive: true });
});

test("a reader that does not look for very long has to look at everything, and at nothing twice", () => {
  const changes = createChanges<number>();
  const reader = changes.follow();
  reader.take();
  for (let n = 0; n < 60_000; n += 1) changes.cameOrLeft(n, true);
  expect(reader.take()).toEqual({ ids: "all", cameOrLeft: true, isLive: true });
  expect(reader.take()).toBe(undefined);
});
