import type { JobId } from "../../protocol/ids.ts";
import { type Msat, msat, NO_MSAT } from "../../protocol/units.ts";
import { type Sql, safeNumber } from "../storage/port.ts";
import { type Account, kindOf } from "./accounts.ts";
import { assertBalanced, assertSolvent, changes, type Posting } from "./double-entry.ts";
import { measure, quarterHour } from "./measures.ts";

/** One balanced entry into the books. */
export interface Transaction {
  /** When it happened, ms since 1970. */
  readonly at: number;
  /** What happened, such as `invoice_settled`. */
  readonly reason: string;
  readonly jobId?: JobId;
  /** Makes it happen once, ever: a second transaction under the same key is not posted. */
  readonly key?: string;
  readonly postings: readonly Posting[];
}

/** What the account holds as the books hold it: the sum of its postings, credits negative. */
async function rawBalance(sql: Sql, account: Account): Promise<Msat> {
  const [row] = await sql.all<{ balance_msat: bigint }>(
    "SELECT balance_msat FROM ledger_balance WHERE account = ?",
    account,
  );
  return row ? msat(row.balance_msat) : NO_MSAT;
}

/** What the account holds, as a positive amount on its kind's natural side. */
export async function balanceOf(sql: Sql, account: Account): Promise<Msat> {
  const balance = await rawBalance(sql, account);
  const kind = kindOf(account);
  return kind === "asset" || kind === "expense" ? balance : msat(-balance);
}

/**
 * Enters a transaction and keeps balances and measures with it. Everything is checked before anything is written.
 * Throws a `LedgerError` when debits and credits differ, or an asset or a liability would go below zero.
 * `posted` is false when its key was there already; then nothing was written.
 */
export async function post(sql: Sql, transaction: Transaction): Promise<{ posted: boolean; id: number }> {
  const { at, reason, jobId = null, key = null, postings } = transaction;
  assertBalanced(postings);
  const [known] =
    key === null ? [] : await sql.all<{ id: bigint }>("SELECT id FROM ledger_transaction WHERE key = ?", key);
  if (known) return { posted: false, id: safeNumber(known.id) };

  const balances = new Map<Account, Msat>();
  for (const [account, change] of changes(postings)) {
    const balance = msat((await rawBalance(sql, account)) + change);
    assertSolvent(account, balance);
    balances.set(account, balance);
  }

  const [entered] = await sql.all<{ id: bigint }>(
    "INSERT INTO ledger_transaction (at_ms, reason, job_id, key) VALUES (?, ?, ?, ?) RETURNING id",
    at,
    reason,
    jobId,
    key,
  );
  if (!entered) throw new Error("an inserted row returns its id");
  for (const [line, { account, amount }] of postings.entries())
    await sql.run(
      "INSERT INTO ledger_posting (transaction_id, line, account, amount_msat) VALUES (?, ?, ?, ?)",
      entered.id,
      line,
      account,
      amount,
    );
  for (const [account, balance] of balances) {
    await sql.run(
      `INSERT INTO ledger_balance (account, kind, balance_msat) VALUES (?, ?, ?)
       ON CONFLICT (account) DO UPDATE SET balance_msat = excluded.balance_msat`,
      account,
      kindOf(account),
      balance,
    );
  }
  for (const [name, amount] of measure(postings)) {
    await sql.run(
      `INSERT INTO ledger_quarter_hour (start_ms, measure, amount_msat) VALUES (?, ?, ?)
       ON CONFLICT (start_ms, measure) DO UPDATE SET amount_msat = amount_msat + excluded.amount_msat`,
      quarterHour(at),
      name,
      amount,
    );
  }
  return { posted: true, id: safeNumber(entered.id) };
}
