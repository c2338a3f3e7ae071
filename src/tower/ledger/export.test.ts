import { expect, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { msat } from "../../protocol/units.ts";
import { testDirectory } from "../economy/testing/directory.ts";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { type Account, DEPOSITS, escrow, NODE, OPENING } from "./accounts.ts";
import { createCalendar, dayNamed } from "./day.ts";
import { credit, debit } from "./double-entry.ts";
import { type LedgerExport, openLedgerExport } from "./export.ts";
import { post } from "./post.ts";

const berlin = createCalendar("Europe/Berlin");
const day = (name: string) => dayNamed(berlin, name) ?? expect.fail(`no ${name}`);
/** The first instant of 29 March 2026 in Berlin, a day of 23 hours. */
const START = Date.parse("2026-03-28T23:00:00Z");
const NEXT = Date.parse("2026-03-29T22:00:00Z");

const openBooks = (): Promise<Database> => openSqlite(testDirectory());

const enter = (database: Database, at: number, amount: bigint, to: Account = OPENING) =>
  database.transaction((sql) =>
    post(sql, { at, reason: "entered", postings: [debit(NODE, msat(amount)), credit(to, msat(amount))] }),
  );

async function all<Item>(batches: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

const idsOf = async (ledger: LedgerExport) => (await all(ledger.postings())).map(({ id }) => id);

test("a day is from midnight to midnight of the tower's time zone, and no other's", async () => {
  const database = await openBooks();
  for (const at of [START - 1, START, NEXT - 1, NEXT]) await enter(database, at, 1000n);
  const ledger = await openLedgerExport(database, day("2026-03-29"), day("2026-03-29"));
  expect(await idsOf(ledger)).toEqual([2, 2, 3, 3]);
  expect(await all(ledger.accounts())).toEqual([
    { account: "node", kind: "asset", opening: 1000n, debits: 2000n, credits: 0n },
    { account: "opening", kind: "equity", opening: -1000n, debits: 0n, credits: 2000n },
  ]);
  expect(ledger.figures).toMatchObject({ treasury: 3000n, balance: 3000n, earnedToday: 0n });
  const both = await openLedgerExport(database, day("2026-03-28"), day("2026-03-29"));
  expect(await idsOf(both)).toEqual([1, 1, 2, 2, 3, 3]);
  await database.close();
});

test("what is entered while it is read is left out of all of it", async () => {
  const database = await openBooks();
  await enter(database, START, 1000n);
  const ledger = await openLedgerExport(database, day("2026-03-29"), day("2026-03-29"));
  await enter(database, START + 1, 500n, DEPOSITS);
  expect(await idsOf(ledger)).toEqual([1, 1]);
  expect(await all(ledger.accounts())).toEqual([
    { account: "node", kind: "asset", opening: 0n, debits: 1000n, credits: 0n },
    { account: "opening", kind: "equity", opening: 0n, debits: 0n, credits: 1000n },
  ]);
  expect(ledger.figures.treasury).toBe(1000n);
  await database.close();
});

test("more than one batch is read whole, in order and once, whatever happened at one instant", async () => {
  const database = await openBooks();
  const COUNT = 2_203;
  await database.transaction(async (sql) => {
    for (let n = 1; n <= COUNT; n += 1)
      await post(sql, {
        // By halves: the first 700 at one instant, then the clock was put back.
        at: n <= 700 ? START + 10 : START + 5,
        reason: "entered",
        postings: [debit(NODE, msat(1n)), credit(escrow(jobId(`job_${n}`)), msat(1n))],
      });
  });
  const ledger = await openLedgerExport(database, day("2026-03-29"), day("2026-03-29"));
  const batches: number[] = [];
  const ids: number[] = [];
  for await (const batch of ledger.postings()) {
    batches.push(batch.length);
    ids.push(...batch.map(({ id }) => id));
  }
  expect(batches).toEqual([1000, 1000, 1000, 1000, 406]);
  const expected = Array.from({ length: COUNT }, (_, index) => ((index + 700) % COUNT) + 1);
  expect(ids).toEqual(expected.flatMap((id) => [id, id]));
  const accounts = await all(ledger.accounts());
  expect(accounts.length).toBe(COUNT + 1);
  expect(accounts.reduce((sum, { debits }) => sum + debits, 0n)).toBe(BigInt(COUNT));
  expect(accounts.reduce((sum, { credits }) => sum + credits, 0n)).toBe(BigInt(COUNT));
  await database.close();
});

test.each([
  ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z"],
  ["Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00.000Z"],
  ["Pacific/Niue", "2026-01-01", "2026-01-01T11:00:00.000Z"],
  ["Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00.000Z"],
])("in %s the day that is called %s begins at %s", (timeZone, name, start) => {
  const found = dayNamed(createCalendar(timeZone), name);
  expect({ ...found, start: new Date(found?.startMs ?? 0).toISOString() }).toMatchObject({ name, start });
});

test("a day that a zone skipped is none", () => {
  expect(dayNamed(createCalendar("Pacific/Apia"), "2011-12-30")).toBeUndefined();
  expect(dayNamed(createCalendar("UTC"), "yesterday")).toBeUndefined();
});
