import { type Msat, msat } from "../../protocol/units.ts";
import type { Sql } from "../storage/port.ts";
import { NODE, singleAccounts } from "./accounts.ts";
import type { Day } from "./day.ts";
import type { Measure } from "./measures.ts";
import { balanceOf } from "./post.ts";

/** The figures of the economy and treasury panels that come from the books, in msat. */
export interface Figures {
  /** What is the tower's own: everything the node holds, in flight or not, less everything owed. May be negative. */
  readonly treasury: Msat;
  /** What the node can spend: what is in flight has already left it. */
  readonly balance: Msat;
  /** Revenue recognised since midnight, net of refunds, jobs paid by the treasury left out. */
  readonly earnedToday: Msat;
  /** What left the node since midnight, refunds to payers left out. */
  readonly spentToday: Msat;
  /** Expense for models and routing since midnight. */
  readonly burnToday: Msat;
  /** Earned less burnt. */
  readonly netToday: Msat;
}

const OWN = singleAccounts("equity", "revenue", "expense");

/**
 * Assets less liabilities. As debits equal credits this is equity and revenue less expenses, a dozen accounts,
 * while the liabilities grow with every job.
 */
export async function ownFunds(sql: Sql): Promise<Msat> {
  const rows = await sql.all<{ balance_msat: bigint }>(
    `SELECT balance_msat FROM ledger_balance WHERE account IN (${OWN.map(() => "?").join(", ")})`,
    ...OWN,
  );
  return msat(-rows.reduce((sum, row) => sum + row.balance_msat, 0n));
}

/** The figures as the books hold them for a day. */
export async function readFigures(sql: Sql, day: Day): Promise<Figures> {
  const rows = await sql.all<{ measure: Measure; amount_msat: bigint }>(
    "SELECT measure, amount_msat FROM ledger_quarter_hour WHERE start_ms >= ? AND start_ms < ?",
    day.startMs,
    day.nextMs,
  );
  const today: Record<Measure, bigint> = { earned: 0n, burn: 0n, spent: 0n };
  for (const row of rows) today[row.measure] += row.amount_msat;
  return {
    treasury: await ownFunds(sql),
    balance: await balanceOf(sql, NODE),
    earnedToday: msat(today.earned),
    spentToday: msat(today.spent),
    burnToday: msat(today.burn),
    netToday: msat(today.earned - today.burn),
  };
}
