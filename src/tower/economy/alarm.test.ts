import { expect, test } from "vitest";
import { createAlarm } from "./alarm.ts";
import { createTestClock, START } from "./testing/clock.ts";

/** An alarm over things that are due at these times after the start; what is done is taken away. */
function rig(times: readonly number[]) {
  const clock = createTestClock();
  const left = new Set(times.map((time) => START + time));
  const done: number[] = [];
  const errors: unknown[] = [];
  let looks = 0;
  let fault: "none" | "throws" | "leaves some" = "none";
  const alarm = createAlarm({
    clock,
    async doDue() {
      looks += 1;
      if (fault === "throws") throw new Error("the database is busy");
      if (fault === "leaves some") return false;
      for (const at of [...left].filter((at) => at <= clock.now())) {
        left.delete(at);
        done.push(at - START);
      }
      return true;
    },
    nextDue: async () => (left.size === 0 ? undefined : Math.min(...left)),
    failed: (error) => errors.push(error),
  });
  return {
    alarm,
    clock,
    left,
    done,
    errors,
    looks: () => looks,
    fails: (how: typeof fault) => {
      fault = how;
    },
  };
}
/** Everything that was begun has come to rest. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await Promise.resolve();
};

test("what is due is done at its time, and what was due already at once", async () => {
  const { alarm, clock, done } = rig([-5, 100, 200]);
  alarm.look();
  await settle();
  expect(done).toEqual([-5]);
  clock.advance(99);
  await settle();
  expect(done).toEqual([-5]);
  clock.advance(1);
  await settle();
  expect(done).toEqual([-5, 100]);
  clock.advance(100);
  await settle();
  expect(done).toEqual([-5, 100, 200]);
});

test("something new that is due earlier is done earlier, something later changes nothing", async () => {
  const { alarm, clock, left, done } = rig([1_000]);
  alarm.look();
  await settle();
  left.add(START + 50).add(START + 5_000);
  alarm.dueAt(START + 5_000);
  alarm.dueAt(undefined);
  alarm.dueAt(START + 50);
  clock.advance(50);
  await settle();
  expect(done).toEqual([50]);
  clock.advance(950);
  await settle();
  expect(done).toEqual([50, 1_000]);
});

test("looks never overlap: asked while it looks, it looks once more", async () => {
  const { alarm, looks } = rig([]);
  for (let n = 0; n < 5; n++) alarm.look();
  await settle();
  expect(looks()).toBe(2);
});

test("what could not be done is tried again five seconds later", async () => {
  const { alarm, clock, done, errors, fails, looks } = rig([0]);
  for (const how of ["throws", "leaves some"] as const) {
    fails(how);
    alarm.look();
    await settle();
    const before = looks();
    clock.advance(4_999);
    await settle();
    expect(looks()).toBe(before);
    clock.advance(1);
    await settle();
    expect(looks()).toBe(before + 1);
  }
  expect(errors).toEqual([new Error("the database is busy"), new Error("the database is busy")]);
  fails("none");
  clock.advance(5_000);
  await settle();
  expect(done).toEqual([0]);
});

test("closed it looks no more, and rests once what it does is done", async () => {
  const { alarm, clock, done, errors, looks } = rig([0, 100]);
  alarm.look();
  alarm.look();
  await alarm.close();
  expect(done).toEqual([0]);
  alarm.look();
  alarm.dueAt(START + 10);
  clock.advance(1_000_000);
  await settle();
  await alarm.close();
  expect([looks(), done, errors]).toEqual([1, [0], []]);
});
