import { expect, onTestFinished, test } from "vitest";
import type { SettlementHint } from "../lightning/wallet.ts";
import { readMeta } from "../storage/meta.ts";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { followSettlements } from "./settlements.ts";
import { testDirectory } from "./testing/directory.ts";

/** A wallet that tells what a test says, and a reconciler that waits for a test to let it look. */
async function rig(database: Database) {
  const asked: string[] = [];
  const errors: unknown[] = [];
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  let follower: ((hint: SettlementHint) => void) | undefined;
  let after: string | undefined;
  const undo = await followSettlements({
    database,
    wallet: {
      followSettlements(listener: (hint: SettlementHint) => void, from?: string) {
        follower = listener;
        after = from;
        return () => {
          follower = undefined;
        };
      },
    } as never,
    reconciler: {
      async reconcile(paymentHash: string) {
        asked.push(paymentHash);
        const look = Promise.withResolvers<void>();
        waiting.set(paymentHash, look);
        await look.promise.finally(() => waiting.delete(paymentHash));
      },
      sweep: async () => undefined,
    },
    failed: (error) => errors.push(error),
  });
  onTestFinished(undo);
  return {
    asked,
    errors,
    undo,
    after: () => after,
    isFollowed: () => follower !== undefined,
    tell: (paymentHash: string, cursor?: string) =>
      follower?.(cursor === undefined ? { paymentHash } : { paymentHash, cursor }),
    async looked(paymentHash: string, error?: Error) {
      await expect.poll(() => waiting.has(paymentHash)).toBe(true);
      const look = waiting.get(paymentHash);
      if (error === undefined) look?.resolve();
      else look?.reject(error);
    },
  };
}
async function opened(): Promise<Database> {
  const database = await openSqlite(testDirectory());
  onTestFinished(() => database.close());
  return database;
}
const kept = (database: Database) => database.read((sql) => readMeta(sql, "settlement_cursor"));

test("the place is kept only once what it names was looked into, each in its turn", async () => {
  const database = await opened();
  const one = await rig(database);
  expect(one.after()).toBe(undefined);
  one.tell("a", "1");
  one.tell("b", "2");
  await expect.poll(() => one.asked).toEqual(["a"]);
  expect(await kept(database)).toBe(undefined);
  await one.looked("a");
  await expect.poll(() => kept(database)).toBe("1");
  await expect.poll(() => one.asked).toEqual(["a", "b"]);
  await one.looked("b");
  await expect.poll(() => kept(database)).toBe("2");
  one.undo();

  const next = await rig(database);
  expect(next.after()).toBe("2");
});

test("a hint without a place is looked into, and the place stays", async () => {
  const database = await opened();
  const one = await rig(database);
  one.tell("a", "1");
  await one.looked("a");
  await expect.poll(() => kept(database)).toBe("1");
  one.tell("b");
  await one.looked("b");
  one.tell("c", "3");
  await one.looked("c");
  await expect.poll(() => kept(database)).toBe("3");
});

test("what could not be looked into keeps the place before it, holds up nothing, and is looked into again with what follows", async () => {
  const database = await opened();
  const one = await rig(database);
  one.tell("a", "1");
  one.tell("b", "2");
  one.tell("c", "3");
  await one.looked("a");
  const down = new Error("the wallet is down");
  await one.looked("b", down);
  await one.looked("c");
  await one.looked("b", down);
  await expect.poll(() => one.errors).toEqual([down, down]);
  expect([one.asked, await kept(database)]).toEqual([["a", "b", "c", "b"], "1"]);
  one.undo();

  const next = await rig(database);
  expect(next.after()).toBe("1");
  next.tell("b", "2");
  await next.looked("b", down);
  next.tell("c", "3");
  await next.looked("c");
  await next.looked("b");
  await expect.poll(() => kept(database)).toBe("3");
});

test("undone it follows no more, keeps no place, and nobody hears of what fails", async () => {
  const database = await opened();
  const one = await rig(database);
  one.tell("a", "1");
  one.tell("b", "2");
  await expect.poll(() => one.asked).toEqual(["a"]);
  const rests = one.undo();
  expect(one.isFollowed()).toBe(false);
  await one.looked("a", new Error("too late"));
  await rests;
  const next = await rig(database);
  expect([next.after(), one.asked, one.errors]).toEqual([undefined, ["a"], []]);
});
