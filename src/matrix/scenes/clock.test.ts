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
