import { expect, onTestFinished, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import type { Effect } from "./decide/decision.ts";
import {
  beginAttempt,
  completeEffect,
  inDoubtSince,
  insertEffect,
  noteInDoubt,
  noteStopped,
  pendingEffects,
  triesOf,
} from "./effects-table.ts";
import { testDirectory } from "./testing/directory.ts";

const KEY = "payout:ab";
const EFFECT: Effect = {
  kind: "payout",
  key: KEY,
  jobId: jobId("job-1"),
  paymentRequest: "lnbcrt1",
  paymentHash: "ab",
  amountSats: sats(70),
  feeLimitSats: sats(10),
};

async function written(): Promise<Database> {
  const database = await openSqlite(testDirectory());
  onTestFinished(() => database.close());
  await database.transaction((sql) => insertEffect(sql, EFFECT, 1));
  return database;
}

test("an effect is done once: its result counts for the first that says so alone, and nothing tries it again", async () => {
  const database = await written();
  expect(await database.read(pendingEffects)).toEqual([EFFECT]);
  expect(await database.transaction((sql) => completeEffect(sql, KEY))).toBe(true);
  expect(await database.transaction((sql) => completeEffect(sql, KEY))).toBe(false);
  expect(await database.transaction((sql) => completeEffect(sql, "payout:unknown"))).toBe(false);
  expect(await database.transaction((sql) => beginAttempt(sql, KEY))).toBe(undefined);
  await database.transaction((sql) => insertEffect(sql, { ...EFFECT, amountSats: sats(7) }, 2));
  expect(await database.read(pendingEffects)).toEqual([]);
});

test("what is written again under the same key changes nothing of what is to be done", async () => {
  const database = await written();
  await database.transaction((sql) => insertEffect(sql, { ...EFFECT, amountSats: sats(7) }, 2));
  expect(await database.read(pendingEffects)).toEqual([EFFECT]);
});

test("tries are counted, those stopped on purpose are no crashes, and a payment in doubt is so since its last try", async () => {
  const database = await written();
  const begin = () => database.transaction((sql) => beginAttempt(sql, KEY));
  expect(await begin()).toEqual({ number: 1, crashes: 0 });
  await database.transaction((sql) => noteStopped(sql, KEY));
  expect(await begin()).toEqual({ number: 2, crashes: 0 });
  expect(await begin()).toEqual({ number: 3, crashes: 1 });
  expect(await database.read((sql) => triesOf(sql, KEY))).toBe(3);
  expect(await database.read((sql) => triesOf(sql, "payout:unknown"))).toBe(0);
  expect(await database.read((sql) => inDoubtSince(sql, KEY))).toBe(undefined);
  await database.transaction((sql) => noteInDoubt(sql, KEY, 5));
  await database.transaction((sql) => noteInDoubt(sql, KEY, 9));
  expect(await database.read((sql) => inDoubtSince(sql, KEY))).toBe(9);
  await database.transaction((sql) => noteInDoubt(sql, KEY, undefined));
  expect(await database.read((sql) => inDoubtSince(sql, KEY))).toBe(undefined);
});
