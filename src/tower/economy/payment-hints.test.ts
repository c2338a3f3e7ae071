import { expect, test } from "vitest";
import { createPaymentHints } from "./payment-hints.ts";
import { createTestClock } from "./testing/clock.ts";

const hash = (n: number): string => n.toString(16).padStart(64, "0");

/** Hints whose questions are answered when the test says so. */
function open() {
  const clock = createTestClock();
  const failures: unknown[] = [];
  const asked: string[] = [];
  const open: { readonly answer: () => void; readonly fail: (error: Error) => void }[] = [];
  const hints = createPaymentHints({
    clock,
    failed: (error) => failures.push(error),
    reconcile: (paymentHash) => {
      asked.push(paymentHash);
      return new Promise((answer, fail) => open.push({ answer, fail }));
    },
  });
  return {
    ...hints,
    clock,
    asked,
    failures,
    /** Answers the oldest question, and lets what follows from it happen. */
    async answer(error?: Error) {
      const [oldest] = open.splice(0, 1);
      if (error === undefined) oldest?.answer();
      else oldest?.fail(error);
      await new Promise(setImmediate);
    },
  };
}

test("one hash is asked about once within the window, and once more after it when it was hinted at meanwhile", async () => {
  const hints = open();
  hints.hint(hash(1));
  await hints.answer();
  for (let n = 0; n < 100; n += 1) hints.hint(hash(1));
  hints.clock.advance(4_999);
  expect(hints.asked).toEqual([hash(1)]);
  hints.clock.advance(1);
  expect(hints.asked).toEqual([hash(1), hash(1)]);
  await hints.answer();
  hints.clock.advance(60_000);
  expect(hints.asked).toEqual([hash(1), hash(1)]);
  hints.hint(hash(1));
  expect(hints.asked.length).toBe(3);
});

test("a hint that comes while the wallet is being asked is followed too: the payment may be newer than the answer", async () => {
  const hints = open();
  hints.hint(hash(1));
  hints.hint(hash(1));
  await hints.answer();
  expect(hints.asked.length).toBe(1);
  hints.clock.advance(5_000);
  expect(hints.asked.length).toBe(2);
});

test("a few are asked about at a time, in the order of their hints", async () => {
  const hints = open();
  const all = Array.from({ length: 10 }, (_, n) => hash(n));
  for (const one of all) hints.hint(one);
  expect(hints.asked).toEqual(all.slice(0, 4));
  await hints.answer();
  expect(hints.asked).toEqual(all.slice(0, 5));
  for (let n = 0; n < 9; n += 1) await hints.answer();
  expect(hints.asked).toEqual(all);
});

test("a flood of hashes is dropped beyond what is remembered, and taken again when there is room", async () => {
  const hints = open();
  for (let n = 0; n < 2_500; n += 1) hints.hint(hash(n));
  for (let n = 0; n < 2_500; n += 1) await hints.answer();
  expect(hints.asked.length).toBe(2_000);
  hints.hint(hash(2_400));
  expect(hints.asked.length).toBe(2_000);
  hints.clock.advance(5_000);
  hints.hint(hash(2_400));
  expect(hints.asked.at(-1)).toBe(hash(2_400));
});

test("a wallet that cannot be asked is told of, and holds up nobody", async () => {
  const hints = open();
  const error = new Error("the wallet is away");
  hints.hint(hash(1));
  await hints.answer(error);
  expect(hints.failures).toEqual([error]);
  hints.hint(hash(2));
  expect(hints.asked).toEqual([hash(1), hash(2)]);
});

test("closed, it waits for what is under way and begins nothing more", async () => {
  const hints = open();
  for (let n = 0; n < 6; n += 1) hints.hint(hash(n));
  let isClosed = false;
  const closing = hints.close().then(() => {
    isClosed = true;
  });
  for (let n = 0; n < 3; n += 1) await hints.answer();
  expect(isClosed).toBe(false);
  await hints.answer();
  await closing;
  hints.hint(hash(9));
  hints.clock.advance(60_000);
  expect(hints.asked.length).toBe(4);
});
