import { type Msat, msat } from "../../protocol/units.ts";
import { type Sql, safeNumber } from "../storage/port.ts";
import { NODE, PAYOUTS_IN_FLIGHT } from "./accounts.ts";
import { balanceOf } from "./post.ts";

/** Gauges of the books. Every one reads zero, or something is wrong. */
export interface Gauges {
  /** Debits less credits over everything ever posted. */
  readonly imbalanceMsat: Msat;
  /** Transactions whose own debits and credits differ. */
  readonly unbalancedTransactions: number;
  /** Accounts whose kept balance is not the sum of their postings. */
  readonly wrongBalances: number;
  /** Liabilities below zero: paid out more than was owed. */
  readonly negativeLiabilities: number;
  /** Assets below zero: more gone than was there. */
  readonly negativeAssets: number;
}

async function count(sql: Sql, query: string): Promise<number> {
  const [row] = await sql.all<{ n: bigint }>(`SELECT COUNT(*) AS n FROM (${query}) AS wrong`);
  return row ? safeNumber(row.n) : 0;
}

/** Reads every gauge from the postings themselves. It walks the whole ledger: for a slow beat, not for every fact. */
export async function auditLedger(sql: Sql): Promise<Gauges> {
  const [total] = await sql.all<{ sum: bigint | null }>("SELECT SUM(amount_msat) AS sum FROM ledger_posting");
  return {
    imbalanceMsat: msat(total?.sum ?? 0n),
    unbalancedTransactions: await count(
      sql,
      "SELECT transaction_id FROM ledger_posting GROUP BY transaction_id HAVING SUM(amount_msat) <> 0",
    ),
    wrongBalances: await count(
      sql,
      `SELECT account FROM (
         SELECT account, balance_msat AS amount FROM ledger_balance
         UNION ALL SELECT account, -amount_msat FROM ledger_posting
       ) AS both_sides GROUP BY account HAVING SUM(amount) <> 0`,
    ),
    negativeLiabilities: await count(
      sql,
      "SELECT account FROM ledger_balance WHERE kind = 'liability' AND balance_msat > 0",
    ),
    negativeAssets: await count(
      sql,
      "SELECT account FROM ledger_balance WHERE kind = 'asset' AND balance_msat < 0",
    ),
  };
}

/**
 * How far what the wallet says it can spend is from what the books say; zero when they agree. A payout in flight may or may
 * not have left the wallet, so anything between the two is agreement. Above zero there is money nobody has
 * booked (a settlement not yet seen), below zero money is missing.
 */
export async function walletGap(sql: Sql, walletBalance: Msat): Promise<Msat> {
  const least = await balanceOf(sql, NODE);
  const most = msat(least + (await balanceOf(sql, PAYOUTS_IN_FLIGHT)));
  if (walletBalance < least) return msat(walletBalance - least);
  return walletBalance > most ? msat(walletBalance - most) : msat(0n);
}
