import { expect, test } from "vitest";
import { createAttention } from "./attention.ts";

function setUp(isStill = false) {
  let now = 1_000;
  let rouses = 0;
  const attention = createAttention({
    now: () => now,
    isStill: () => isStill,
    onRouse: () => {
      rouses += 1;
    },
  });
  return {
    attention,
    rouses: () => rouses,
    pass: (seconds: number) => {
      now += seconds * 1000;
      return attention.isIdle();
    },
  };
}

test("someone who touches it looks for a minute, what changes is followed for seconds", () => {
  const { attention, pass, rouses } = setUp();
  expect([attention.isIdle(), pass(59), pass(2)]).toEqual([false, false, true]);
  attention.stir();
  expect([attention.isIdle(), pass(5), pass(2)]).toEqual([false, false, true]);
  attention.input();
  expect([pass(59), pass(2), rouses()]).toEqual([false, true, 2]);
});

test("where nothing moves by itself it is looked at for seconds", () => {
  const { pass } = setUp(true);
  expect([pass(4), pass(3)]).toEqual([false, true]);
});

test("while somebody watches it is never idle", () => {
  const { attention, pass, rouses } = setUp();
  pass(100);
  const [first, second] = [attention.watch(), attention.watch()];
  expect([pass(1000), rouses()]).toEqual([false, 1]);
  first();
  first();
  expect(attention.isIdle()).toBe(false);
  second();
  expect(attention.isIdle()).toBe(true);
});

test("what happens while it is awake rouses nobody", () => {
  const { attention, rouses } = setUp();
  attention.stir();
  attention.input();
  expect(rouses()).toBe(0);
});
