import { expect, test } from "vitest";
import { createHandClock } from "./clock.ts";

test("what is due runs in order of time, what is set meanwhile too, and what is undone never", () => {
  const clock = createHandClock();
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name} at ${clock.elapsed()}`);
  clock.setTimer(30, note("third"));
  clock.setTimer(10, () => {
    note("first")();
    clock.setTimer(10, note("second"));
  });
  clock.setTimer(30, note("fourth"));
  clock.setTimer(20, note("never"))();
  clock.setTimer(31, note("later"));
  clock.pass(30);
  expect(ran).toEqual(["first at 10", "second at 20", "third at 30", "fourth at 30"]);
  expect(clock.elapsed()).toBe(30);
});

test("says when a timer is set while it stands, and not what is set while it passes", () => {
  const clock = createHandClock();
  let told = 0;
  const stop = clock.onSet(() => {
    told += 1;
  });
  clock.setTimer(10, () => clock.setTimer(10, () => undefined));
  expect(told).toBe(1);
  clock.pass(20);
  expect(told).toBe(1);
  clock.setTimer(5, () => {
    throw new Error("failed");
  });
  expect(() => clock.pass(5)).toThrow("failed");
  clock.setTimer(5, () => undefined);
  expect(told).toBe(3);
  stop();
  clock.setTimer(5, () => undefined);
  expect(told).toBe(3);
});
