import { expect, test } from "vitest";
import { createOwned } from "./owned.ts";

test("frees the newest first, once, and what comes too late at once", () => {
  const freed: string[] = [];
  const owned = createOwned();
  for (const name of ["engine", "scene", "hud"]) owned.own(() => freed.push(name));
  owned.release();
  owned.release();
  owned.own(() => freed.push("late"));
  expect([freed, owned.isReleased()]).toEqual([["hud", "scene", "engine", "late"], true]);
});

test("one that fails does not keep the others; the first error is thrown", () => {
  const freed: string[] = [];
  const owned = createOwned();
  owned.own(() => freed.push("engine"));
  owned.own(() => {
    throw new Error("second");
  });
  owned.own(() => {
    throw new Error("first");
  });
  expect(() => owned.release()).toThrow("first");
  expect(freed).toEqual(["engine"]);
});
