import { type Msat, msat, sats, toMsat } from "../../../protocol/units.ts";
import { ownFunds } from "../../ledger/figures.ts";
import { type Sql, safeNumber } from "../../storage/port.ts";
import { withdrawalsUnderWay } from "./withdrawals.ts";

/**
 * What is the tower's own and not on its way out: what is owed to payers must never leave in its place, and neither must what the
 * routes of their refunds may still cost.
 */
export async function freeFunds(sql: Sql): Promise<Msat> {
  const leaving = toMsat(sats(await withdrawalsUnderWay(sql)));
  return msat((await ownFunds(sql)) - leaving - (await routesOf(sql, "'payout', 'session_payout'")));
}

/** What the routes of all payouts that are under way may still cost. */
export const routesUnderWay = (sql: Sql): Promise<Msat> =>
  routesOf(sql, "'payout', 'session_payout', 'withdrawal'");

/** `kinds` is a list of SQL. */
async function routesOf(sql: Sql, kinds: string): Promise<Msat> {
  const [row] = await sql.all<{ sats: bigint | null }>(
    `SELECT SUM(json_extract(payload, '$.feeLimitSats')) AS sats FROM effect
     WHERE state = 'pending' AND kind IN (${kinds})`,
  );
  return toMsat(sats(safeNumber(row?.sats ?? 0n)));
}
