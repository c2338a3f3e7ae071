import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { type Msat, msat } from "../../protocol/units.ts";
import type { Database, Sql } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { type Account, kindOf } from "./accounts.ts";
import { auditLedger } from "./audit.ts";
import { createCalendar } from "./day.ts";
import type { Posting } from "./double-entry.ts";
import { readFigures } from "./figures.ts";
import { LedgerError } from "./ledger-error.ts";
import { post } from "./post.ts";
import * as happened from "./postings.ts";

/** The quick run takes the same sequences each time, for it also asserts what they reach; the long one looks further. */
const RUNS = process.env["LONG"] ? { numRuns: 20_000 } : { numRuns: 2000, seed: 1 };
const HOUR = 60 * 60 * 1000;
const EPOCH = Date.parse("2026-03-28T12:00:00Z");
const dayAt = createCalendar("Europe/Berlin");

interface Entry {
  readonly postings: readonly Posting[];
  readonly at: number;
  readonly key: string | undefined;
}

/** Few round amounts, so that what goes out often fits what came in, and any other. */
const amount = fc
  .oneof(fc.constantFrom(0n, 500n, 1000n, 10_000n, 100_000n), fc.bigInt({ min: 0n, max: 400_000n }))
  .map(msat);
const job = fc.constantFrom(jobId("a"), jobId("b"));
const paidFrom = fc.constantFrom<happened.PaidFrom>({ kind: "payer" }, { kind: "treasury" });
const to = job.map((of): happened.PayoutFor => ({ kind: "refund", of }));
const payout = { amount, feeReserve: amount };

/** Everything that may happen, in any order: most sequences try much that the books must refuse. */
const postings: fc.Arbitrary<readonly Posting[]> = fc.oneof(
  amount.map(happened.openingBalance),
  fc
    .record({ jobId: job, due: amount, excess: amount })
    .map(({ excess, ...rest }) => happened.invoiceSettled({ ...rest, received: msat(rest.due + excess) })),
  fc.record({ owedTo: job, received: amount }).map((late) => happened.settledTooLate(late)),
  fc.record({ jobId: job, due: amount }).map(happened.treasuryPaid),
  fc.record({ jobId: job, fee: amount, paidFrom }).map(happened.evalRecognised),
  fc.record({ jobId: job, paid: amount, used: amount, paidFrom }).map(happened.workCompleted),
  fc.record({ jobId: job, paid: amount, paidFrom }).map(happened.workUnfinished),
  amount.map(happened.modelExpense),
  fc.record(payout).map(happened.payoutStarted),
  fc.record({ to, fee: amount, ...payout }).map((sent) => happened.payoutSucceeded(sent)),
  fc.record(payout).map(happened.payoutFailed),
  fc.array(
    fc.record({ account: fc.constantFrom<Account>("node", "escrow:a", "opening", "revenue:eval"), amount }),
    { maxLength: 3 },
  ),
);

const entries: fc.Arbitrary<readonly Entry[]> = fc.array(
  fc.record({
    postings,
    at: fc.integer({ min: 0, max: 48 * 60 }).map((minutes) => EPOCH + minutes * 60_000),
    key: fc.option(fc.constantFrom("k1", "k2", "k3"), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** The same books kept the simplest way there is: a list, added up anew for every question. */
function simpleBooks() {
  const posted: Entry[] = [];
  const sum = (
    choose: (account: Account, entry: Entry) => boolean,
    among: readonly Entry[] = posted,
  ): bigint =>
    among
      .flatMap((entry) => entry.postings.filter(({ account }) => choose(account, entry)))
      .reduce((total, { amount: part }) => total + part, 0n);
  const revenue = (account: Account) => kindOf(account) === "revenue";
  const burnt = (account: Account) => account === "expense:model" || account === "expense:routing";

  return {
    posted,
    balances(): Record<string, bigint> {
      const accounts = new Set(posted.flatMap((entry) => entry.postings.map(({ account }) => account)));
      return Object.fromEntries([...accounts].map((account) => [account, sum((other) => other === account)]));
    },
    /** Whether the books can hold the entry. */
    takes(entry: Entry): boolean {
      const proposed = entry.postings;
      if (proposed.length < 2 || proposed.some((posting) => posting.amount === 0n)) return false;
      if (proposed.reduce((total, posting) => total + posting.amount, 0n) !== 0n) return false;
      return !proposed.some(({ account }) => {
        const after = sum((other) => other === account, [...posted, entry]);
        const kind = kindOf(account);
        return (kind === "asset" && after < 0n) || (kind === "liability" && after > 0n);
      });
    },
    figures(startMs: number, nextMs: number) {
      const today = (entry: Entry) => entry.at >= startMs && entry.at < nextMs;
      const node = sum((account) => account === "node");
      const earned = -sum((account, entry) => revenue(account) && today(entry));
      const burn = sum((account, entry) => burnt(account) && today(entry));
      return {
        treasury: node + sum((a) => a === "payouts_in_flight") + sum((a) => kindOf(a) === "liability"),
        balance: node,
        earnedToday: earned,
        // Among these events only the fees of payouts leave for good without being a refund.
        spentToday: sum((account, entry) => account === "expense:routing" && today(entry)),
        burnToday: burn,
        netToday: earned - burn,
      };
    },
  };
}

const keptBalances = async (sql: Sql): Promise<Record<string, Msat>> => {
  const rows = await sql.all<{ account: string; balance_msat: Msat }>("SELECT * FROM ledger_balance");
  return Object.fromEntries(rows.map((row) => [row.account, row.balance_msat]));
};

const CLEAN = {
  imbalanceMsat: 0n,
  unbalancedTransactions: 0,
  wrongBalances: 0,
  negativeLiabilities: 0,
  negativeAssets: 0,
};

/** Ends a transaction on purpose, so that every sequence begins with empty books. */
class Undo extends Error {}

let directory: string;
let database: Database;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ledger-"));
  database = await openSqlite(directory);
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

/** Posts a sequence to empty books and compares them with the simple ones after each. Gives what was taken. */
async function check(sql: Sql, sequence: readonly Entry[]): Promise<readonly Entry[]> {
  const model = simpleBooks();
  for (const entry of sequence) {
    const { key, ...rest } = entry;
    const repeated = key !== undefined && model.posted.some((earlier) => earlier.key === key);
    const takes = model.takes(entry);
    const outcome = await post(sql, { ...rest, reason: "test", ...(key ? { key } : {}) }).catch(
      (error: unknown) => {
        if (error instanceof LedgerError) return error;
        throw error;
      },
    );
    if (outcome instanceof LedgerError) expect(takes, outcome.message).toBe(false);
    else if (outcome.posted) {
      expect({ takes, repeated }).toEqual({ takes: true, repeated: false });
      model.posted.push(entry);
    } else expect(repeated).toBe(true);
    expect(await auditLedger(sql)).toEqual(CLEAN);
    expect(await keptBalances(sql)).toEqual(model.balances());
  }
  const day = dayAt(EPOCH + 20 * HOUR);
  expect(await readFigures(sql, day)).toEqual(model.figures(day.startMs, day.nextMs));
  return model.posted;
}

test("whatever happens, the books balance, nobody's money goes below zero, and every figure adds up", async () => {
  const moved = new Set<Account>();
  await fc.assert(
    fc.asyncProperty(entries, async (sequence) => {
      const run = database.transaction(async (sql) => {
        for (const { postings: taken } of await check(sql, sequence))
          for (const { account } of taken) moved.add(account);
        throw new Undo();
      });
      await run.catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error;
      });
    }),
    RUNS,
  );
  expect([...moved].sort(), "every kind of event was taken at least once").toEqual([
    "escrow:a",
    "escrow:b",
    "expense:model",
    "expense:routing",
    "expense:treasury_jobs",
    "model_payable",
    "node",
    "opening",
    "payouts_in_flight",
    "refund:a",
    "refund:b",
    "revenue:eval",
    "revenue:rounding",
    "revenue:work",
  ]);
}, 120_000);
