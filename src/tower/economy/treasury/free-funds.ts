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
  return msat((await ownFunds(sql)) - leaving - (await routesUnderWay(sql)));
}

/** What the routes of refunds that are under way may still cost. */
export async function routesUnderWay(sql: Sql): Promise<Msat> {
  const [row] = await sql.all<{ sats: bigint | null }>(
    `SELECT SUM(json_extract(payload, '$.feeLimitSats')) AS sats FROM effect
     WHERE state = 'pending' AND kind IN ('payout', 'session_payout')`,
  );
  return toMsat(sats(safeNumber(row?.sats ?? 0n)));
}
