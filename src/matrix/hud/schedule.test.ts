import { expect, test } from "vitest";
import { createSchedule } from "./schedule.ts";

/** Which of the frames, 20 ms apart, were due while data came with each of them. */
function framesWithData(uploads: number): number {
  const schedule = createSchedule();
  schedule.isDue(0);
  let due = 0;
  for (let now = 20; now <= 2000; now += 20) {
    schedule.byData();
    if (!schedule.isDue(now)) continue;
    due += 1;
    schedule.spent(uploads);
  }
  return due;
}

test("data is shown five times a second when it uploads one texture, and less often when it uploads more", () => {
  expect([framesWithData(0), framesWithData(1), framesWithData(2)]).toEqual([10, 10, 5]);
});

test("a person is answered with the next frame, whatever data cost before", () => {
  const schedule = createSchedule();
  schedule.byData();
  const first = schedule.isDue(0);
  schedule.spent(5);
  const idle = schedule.isDue(16);
  schedule.byPerson();
  expect([first, idle, schedule.isDue(32), schedule.isDue(48)]).toEqual([true, false, true, false]);
});

test("it wakes at the earliest time asked for, once", () => {
  const schedule = createSchedule();
  schedule.isDue(0);
  schedule.at(500);
  schedule.at(300);
  expect([schedule.isDue(299), schedule.isDue(300), schedule.isDue(600)]).toEqual([false, true, false]);
});
