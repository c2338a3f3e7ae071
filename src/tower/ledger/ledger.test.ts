import { describe, expect, onTestFinished, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { type Msat, msat } from "../../protocol/units.ts";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { EVAL_REVENUE, escrow, NODE, OPENING, refund, WORK_REVENUE } from "./accounts.ts";
import { auditLedger, walletGap } from "./audit.ts";
import { createCalendar } from "./day.ts";
import { credit, debit, type Posting } from "./double-entry.ts";
import { readFigures } from "./figures.ts";
import { balanceOf, post } from "./post.ts";
import * as happened from "./postings.ts";

const job = jobId("j1");
const m = (value: number): Msat => msat(BigInt(value));
const CLEAN = {
  imbalanceMsat: 0n,
  unbalancedTransactions: 0,
  wrongBalances: 0,
  negativeLiabilities: 0,
  negativeAssets: 0,
};
const NOON = Date.parse("2026-06-01T12:00:00Z");
const HOUR = 60 * 60 * 1000;

async function books(): Promise<Database> {
  const database = await openSqlite(temporaryDirectory());
  onTestFinished(() => database.close());
  return database;
}

const enter = (database: Database, postings: readonly Posting[], at = NOON, key?: string) =>
  database.transaction((sql) => post(sql, { at, reason: "test", postings, ...(key ? { key } : {}) }));

const everything = (database: Database) =>
  database.read(async (sql) => ({
    transactions: await sql.all("SELECT * FROM ledger_transaction ORDER BY id"),
    postings: await sql.all("SELECT * FROM ledger_posting ORDER BY transaction_id, line"),
    balances: await sql.all("SELECT * FROM ledger_balance ORDER BY account"),
    measures: await sql.all("SELECT * FROM ledger_quarter_hour ORDER BY start_ms, measure"),
  }));

test("a transaction is kept as it was entered", async () => {
  const database = await books();
  const postings = happened.invoiceSettled({ jobId: job, due: m(10_000), received: m(10_500) });
  await database.transaction((sql) =>
    post(sql, { at: NOON + 1, reason: "invoice_settled", jobId: job, key: "hash", postings }),
  );
  expect(await everything(database)).toEqual({
    transactions: [{ id: 1n, at_ms: BigInt(NOON + 1), reason: "invoice_settled", job_id: "j1", key: "hash" }],
    postings: [
      { transaction_id: 1n, line: 0n, account: "node", amount_msat: 10_500n },
      { transaction_id: 1n, line: 1n, account: "escrow:j1", amount_msat: -10_000n },
      { transaction_id: 1n, line: 2n, account: "revenue:rounding", amount_msat: -500n },
    ],
    balances: [
      { account: "escrow:j1", kind: "liability", balance_msat: -10_000n },
      { account: "node", kind: "asset", balance_msat: 10_500n },
      { account: "revenue:rounding", kind: "revenue", balance_msat: -500n },
    ],
    measures: [{ start_ms: BigInt(NOON), measure: "earned", amount_msat: 500n }],
  });
});

test("a key happens once, and a repetition says so", async () => {
  const database = await books();
  const postings = happened.openingBalance(m(1000));
  expect(await enter(database, postings, NOON, "opening")).toEqual({ posted: true, id: 1 });
  const before = await everything(database);
  expect(await enter(database, postings, NOON, "opening")).toEqual({ posted: false, id: 1 });
  expect(await everything(database)).toEqual(before);
});

describe("what the books cannot hold is refused, even when the caller carries on", () => {
  test.each([
    ["unbalanced", [debit(NODE, m(2)), credit(OPENING, m(1))]],
    ["too_few_postings", []],
    ["too_few_postings", [debit(NODE, m(0))]],
    ["empty_posting", [debit(NODE, m(0)), credit(OPENING, m(0))]],
    ["negative_asset", [debit(OPENING, m(1001)), credit(NODE, m(1001))]],
    ["negative_liability", [debit(escrow(job), m(501)), credit(EVAL_REVENUE, m(501))]],
    [
      "negative_liability",
      [debit(refund(job), m(1)), debit(escrow(job), m(499)), credit(EVAL_REVENUE, m(500))],
    ],
  ])("%s %#", async (code, postings) => {
    const database = await books();
    await enter(database, happened.openingBalance(m(500)));
    await enter(database, happened.invoiceSettled({ jobId: job, due: m(500), received: m(500) }));
    const before = await everything(database);
    await database.transaction(async (sql) => {
      const refused = post(sql, { at: NOON, reason: "test", postings });
      await expect(refused).rejects.toMatchObject({ name: "LedgerError", code });
    });
    expect(await everything(database)).toEqual(before);
  });
});

test("an account may be touched twice in one transaction, below zero in between", async () => {
  const database = await books();
  await enter(database, [debit(escrow(job), m(5)), credit(escrow(job), m(7)), debit(NODE, m(2))]);
  expect(await database.read((sql) => balanceOf(sql, escrow(job)))).toBe(2n);
});

test("balances read as positive amounts on their own side", async () => {
  const database = await books();
  await enter(database, happened.openingBalance(m(500)));
  await enter(database, happened.invoiceSettled({ jobId: job, due: m(30), received: m(30) }));
  await enter(database, happened.evalRecognised({ jobId: job, fee: m(10), paidFrom: { kind: "payer" } }));
  const accounts = [NODE, OPENING, escrow(job), EVAL_REVENUE, WORK_REVENUE] as const;
  const balances = await database.read((sql) =>
    Promise.all(accounts.map((account) => balanceOf(sql, account))),
  );
  expect(balances).toEqual([530n, 500n, 20n, 10n, 0n]);
});

test("the figures of a day with a whole job in it", async () => {
  const database = await books();
  const dayAt = createCalendar("Europe/Berlin");
  const today = dayAt(NOON);
  const figures = () => database.read((sql) => readFigures(sql, today));

  await enter(database, happened.openingBalance(m(1_000_000)), today.startMs - HOUR);
  await enter(database, happened.modelExpense(m(7000)), today.startMs - 1);
  await enter(database, happened.invoiceSettled({ jobId: job, due: m(10_000), received: m(10_000) }));
  await enter(
    database,
    happened.evalRecognised({ jobId: job, fee: m(10_000), paidFrom: { kind: "payer" } }),
    today.startMs,
  );
  await enter(database, happened.invoiceSettled({ jobId: job, due: m(300_000), received: m(300_000) }));
  await enter(
    database,
    happened.workCompleted({
      jobId: job,
      paid: m(300_000),
      used: m(200_000),
      paidFrom: { kind: "payer" },
    }),
  );
  await enter(database, happened.modelExpense(m(90_000)));
  const payout = { amount: m(100_000), feeReserve: m(2000) };
  await enter(database, happened.payoutStarted(payout));
  expect(await figures()).toEqual({
    // 1,000,000 + 210,000 earned - 97,000 owed to the model's provider; the refund is still owed.
    treasury: 1_113_000n,
    balance: 1_208_000n,
    earnedToday: 210_000n,
    spentToday: 0n,
    burnToday: 90_000n,
    netToday: 120_000n,
  });

  await enter(
    database,
    happened.payoutSucceeded({ to: { kind: "refund", of: job }, ...payout, fee: m(500) }),
    today.nextMs - 1,
  );
  await enter(database, happened.modelExpense(m(3)), today.nextMs);
  expect(await figures()).toEqual({
    treasury: 1_112_497n,
    balance: 1_209_500n,
    earnedToday: 210_000n,
    spentToday: 500n,
    burnToday: 90_500n,
    netToday: 119_500n,
  });
  expect(await database.read(auditLedger)).toEqual(CLEAN);
});

test("a job the treasury pays earns nothing and gives the treasury everything back but the model's cost", async () => {
  const database = await books();
  const today = createCalendar("UTC")(NOON);
  await enter(database, happened.openingBalance(m(1_000_000)));
  await enter(database, happened.treasuryPaid({ jobId: job, due: m(300_000) }));
  expect((await database.read((sql) => readFigures(sql, today))).treasury).toBe(700_000n);
  await enter(
    database,
    happened.workCompleted({
      jobId: job,
      paid: m(300_000),
      used: m(200_000),
      paidFrom: { kind: "treasury" },
    }),
  );
  await enter(database, happened.modelExpense(m(40_000)));
  expect(await database.read((sql) => readFigures(sql, today))).toEqual({
    treasury: 960_000n,
    balance: 1_000_000n,
    earnedToday: 0n,
    spentToday: 0n,
    burnToday: 40_000n,
    netToday: -40_000n,
  });
});

test("the gauges show what was tampered with", async () => {
  const database = await books();
  await enter(database, happened.openingBalance(m(500)));
  await database.transaction(async (sql) => {
    await sql.run("INSERT INTO ledger_transaction (id, at_ms, reason) VALUES (9, 1, 'forged')");
    await sql.run("INSERT INTO ledger_posting VALUES (9, 0, 'node', 70)");
    await sql.run("INSERT INTO ledger_balance VALUES ('session:s', 'liability', -5)");
  });
  expect(await database.read(auditLedger)).toEqual({
    ...CLEAN,
    imbalanceMsat: 70n,
    unbalancedTransactions: 1,
    wrongBalances: 2,
  });
});

test("the wallet agrees while it holds between what is left and what is in flight", async () => {
  const database = await books();
  await enter(database, happened.openingBalance(m(500)));
  await enter(database, happened.payoutStarted({ amount: m(90), feeReserve: m(10) }));
  const gaps = await database.read((sql) =>
    Promise.all([399, 400, 450, 500, 507].map((wallet) => walletGap(sql, m(wallet)))),
  );
  expect(gaps).toEqual([-1n, 0n, 0n, 0n, 7n]);
});
