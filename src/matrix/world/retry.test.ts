import { expect, test } from "vitest";
import type { LinkView } from "../state/model.ts";
import { createRetry } from "./retry.ts";
import { createFakeWorld, createValue } from "./testing/fake-world.ts";

/** An attempt that fails until told otherwise, and counts. */
function setUp() {
  const { stage, step, dispose } = createFakeWorld(0);
  const link = createValue<LinkView>({ status: "live" });
  const failures: unknown[] = [];
  const attempts = { count: 0, fail: true };
  const retry = createRetry(stage, link, {
    async attempt() {
      attempts.count += 1;
      if (attempts.fail) throw new Error(`failure ${attempts.count}`);
    },
    onFirstFailure: (cause) => failures.push(cause),
  });
  /** Lets time pass, with what was begun ended in between. */
  const pass = async (seconds: number) => {
    for (let at = 0; at < seconds; at += 0.1) {
      step(1, 0.1);
      await Promise.resolve();
    }
  };
  const drop = () => link.set({ status: "offline", reason: "gone", retryAt: undefined });
  return { link, failures, attempts, retry, pass, drop, dispose };
}

test("pauses grow, and after the last it stops by itself", async () => {
  const { attempts, failures, retry, pass, dispose } = setUp();
  await retry.firstTry;
  const counts: number[] = [attempts.count];
  for (const seconds of [2.3, 5.3, 15.3, 60.3, 300.3, 2000]) {
    await pass(seconds);
    counts.push(attempts.count);
  }
  expect(counts).toEqual([1, 2, 3, 4, 5, 6, 6]);
  expect(failures).toEqual([new Error("failure 1")]);
  retry.dispose();
  dispose();
});

test("the link's coming back is a reason to try, and a success is the end of it", async () => {
  const { link, attempts, retry, pass, drop, dispose } = setUp();
  await retry.firstTry;
  drop();
  link.set({ status: "connecting" });
  expect(attempts.count).toBe(1);
  attempts.fail = false;
  link.set({ status: "live" });
  expect(attempts.count).toBe(2);
  await pass(1);
  expect(link.listeners.size).toBe(0);
  await pass(400);
  expect(attempts.count).toBe(2);
  retry.dispose();
  dispose();
});

test("nothing is tried after its end", async () => {
  const { link, attempts, retry, pass, drop, dispose } = setUp();
  await retry.firstTry;
  retry.dispose();
  drop();
  link.set({ status: "live" });
  await pass(400);
  expect([attempts.count, link.listeners.size]).toEqual([1, 0]);
  dispose();
});
