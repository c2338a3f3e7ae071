import { expect, test } from "vitest";
import { followInput, followReducedMotion, followShown } from "./page.ts";
import { createFakePage } from "./testing/fake-page.ts";

test("a page is seen unless it is hidden or away, also when it comes back from the cache", () => {
  const { page, setHidden, send } = createFakePage();
  const told: boolean[] = [];
  const stop = followShown(page, (isShown) => told.push(isShown));
  setHidden(true);
  setHidden(false);
  send("pagehide");
  send("pageshow", { persisted: true });
  setHidden(true);
  send("pageshow");
  stop();
  setHidden(false);
  expect(told).toEqual([true, false, true, false, true, false, false]);
});

test("the wish for reduced motion is followed", () => {
  const { page, setReducedMotion } = createFakePage();
  const told: boolean[] = [];
  const stop = followReducedMotion(page, (isReduced) => told.push(isReduced));
  setReducedMotion(true);
  setReducedMotion(false);
  stop();
  setReducedMotion(true);
  expect(told).toEqual([false, true, false]);
});

test("whatever a person does is an input, a mouse that lies still is none", () => {
  const { page, send } = createFakePage();
  let inputs = 0;
  const stop = followInput(page, () => {
    inputs += 1;
  });
  for (const type of ["pointerdown", "pointerup", "wheel", "keydown"]) send(type);
  send("pointermove", { movementX: 1, movementY: 0 });
  expect(inputs).toBe(5);
  send("pointermove", { movementX: 0, movementY: 0 });
  send("scroll");
  stop();
  send("keydown");
  expect(inputs).toBe(5);
});
