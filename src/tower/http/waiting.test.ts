import { expect, test } from "vitest";
import { createWaiting } from "./waiting.ts";

/** Rejects when it is told to stop, as the economy's own waiting does. */
const forEver = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error("stopped"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

test("what comes in time is had, and what does not is not waited for", async () => {
  const waiting = createWaiting();
  expect(await waiting.upTo(60_000, async () => "done")).toBe("done");
  expect(await waiting.upTo(1, forEver)).toBeUndefined();
});

test("what goes wrong is not taken for impatience", async () => {
  const waiting = createWaiting();
  await expect(waiting.upTo(60_000, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

test("the end of the server ends all waiting, and nobody waits after it", async () => {
  const waiting = createWaiting();
  const under = [1, 2].map(() => waiting.upTo(3_600_000, forEver));
  waiting.end();
  expect(await Promise.all(under)).toEqual([undefined, undefined]);
  expect(await waiting.upTo(3_600_000, forEver)).toBeUndefined();
});
