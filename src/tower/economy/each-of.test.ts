import { expect, test } from "vitest";
import { eachOf } from "./each-of.ts";

test("so many are under way at a time, in their order, and one that fails lets them come to rest and no other begin", async () => {
  const log: string[] = [];
  const held = new Map<number, PromiseWithResolvers<void>>();
  const all = eachOf([1, 2, 3, 4, 5, 6], 2, async (thing) => {
    log.push(`begun ${thing}`);
    const hold = Promise.withResolvers<void>();
    held.set(thing, hold);
    await hold.promise.finally(() => log.push(`over ${thing}`));
  });
  const failing = expect(all).rejects.toThrow("no");
  held.get(1)?.resolve();
  await expect.poll(() => log.at(-1)).toBe("begun 3");
  held.get(2)?.reject(new Error("no"));
  await expect.poll(() => log.at(-1)).toBe("over 2");
  held.get(3)?.resolve();
  await failing;
  expect(log).toEqual(["begun 1", "begun 2", "over 1", "begun 3", "over 2", "over 3"]);
});

test("nothing more is begun once it is over", async () => {
  const done: number[] = [];
  await eachOf(
    [1, 2, 3, 4],
    1,
    async (thing) => void done.push(thing),
    () => done.length === 2,
  );
  expect(done).toEqual([1, 2]);
});
