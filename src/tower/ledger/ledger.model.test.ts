import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../storage/migrate.ts";
import { MIGRATIONS } from "../storage/migrations/index.ts";
import type { Sql } from "../storage/port.ts";
import { openConnection, type SqliteConnection } from "../storage/sqlite-connection.ts";
import { auditLedger } from "./audit.ts";
import { createCalendar } from "./day.ts";
import { readFigures } from "./figures.ts";
import { LedgerError } from "./ledger-error.ts";
import { post } from "./post.ts";
import { type Command, commands } from "./testing/commands.ts";
import { createModel } from "./testing/model.ts";

/** How many commands at least: the quick run tries the same each time, the long one looks further. */
const COMMANDS = process.env["LONG"] === "1" ? 1_000_000 : 100_000;
const RUNS = process.env["LONG"] === "1" ? { numRuns: 27_000 } : { numRuns: 2_600, seed: 1 };
const MINUTE = 60_000;
const dayAt = createCalendar("UTC");

const CLEAN = {
  imbalanceMsat: 0n,
  unbalancedTransactions: 0,
  wrongBalances: 0,
  negativeLiabilities: 0,
  negativeAssets: 0,
};

/** Ends a transaction on purpose, so that every sequence begins with empty books. */
class Undo extends Error {}

let connection: SqliteConnection;
beforeAll(() => {
  connection = openConnection(":memory:", { readOnly: false });
  migrate(connection.raw, MIGRATIONS, "memory");
});
afterAll(() => connection.raw.close());

/** What became of the commands: how many were taken, were known already, and had to be refused. */
const became = { posted: 0, repeated: 0, refused: 0 };

async function outcomeOf(posting: Promise<{ posted: boolean }>): Promise<keyof typeof became> {
  try {
    return (await posting).posted ? "posted" : "repeated";
  } catch (error) {
    if (error instanceof LedgerError) return "refused";
    throw error;
  }
}

/** Has the ledger do the commands beside the model, and compares the two after each. */
async function follow(sql: Sql, sequence: readonly Command[]): Promise<void> {
  const model = createModel();
  let at = Date.UTC(2026, 0, 15, 12);
  for (const { pass, key, event } of sequence) {
    at += pass * MINUTE;
    const { postings, changes } = event(model);
    const expected = model.outcomeOf(changes, key);
    const outcome = await outcomeOf(post(sql, { at, reason: "test", postings, ...(key ? { key } : {}) }));
    became[outcome] += 1;
    if (outcome === "posted") model.enter(changes, at, key);
    const rows = await sql.all<{ account: string; balance_msat: bigint }>("SELECT * FROM ledger_balance");
    expect({
      outcome,
      balances: Object.fromEntries(rows.map((row) => [row.account, row.balance_msat])),
      gauges: await auditLedger(sql),
      figures: await readFigures(sql, dayAt(at)),
    }).toEqual({ outcome: expected, balances: model.balances(), gauges: CLEAN, figures: model.figures(at) });
  }
}

test("after each of 100,000 commands the books balance, nobody is below nothing, and all is as a simple model says", {
  timeout: 1_200_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(commands, (sequence) =>
      connection
        .within("BEGIN", async (sql) => {
          await follow(sql, sequence);
          throw new Undo();
        })
        .catch((error: unknown) => {
          if (!(error instanceof Undo)) throw error;
        }),
    ),
    RUNS,
  );
  const { posted, repeated, refused } = became;
  expect(posted + repeated + refused).toBeGreaterThanOrEqual(COMMANDS);
  // Commands that mostly had to be refused would prove little.
  expect(posted).toBeGreaterThan(COMMANDS / 2);
  expect(repeated).toBeGreaterThan(COMMANDS / 100);
  expect(refused).toBeGreaterThan(COMMANDS / 10);
});
