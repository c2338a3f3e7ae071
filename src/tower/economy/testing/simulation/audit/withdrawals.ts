import type { PlayWallet } from "../../../../lightning/play/play-wallet.ts";
import { type Sql, safeNumber } from "../../../../storage/port.ts";
import { utc } from "../../economy.ts";
import type { Allowed } from "../world.ts";
import type { MoneyBook } from "./money-book.ts";
import { expectSame } from "./same.ts";

interface Row {
  readonly withdrawal_id: string;
  readonly amount_sats: bigint;
  readonly payment_hash: string;
  readonly state: "paying" | "paid" | "failed" | "unknown";
  readonly created_at_ms: bigint;
}

/**
 * Every withdrawal leaves once: of the invoices it was asked with, the wallet has paid one at most, and that one when it is
 * `paid`. On no day leaves more than was allowed on it, and the books know what left.
 */
export async function expectWithdrawalsAllowed(
  sql: Sql,
  wallet: Pick<PlayWallet, "lookupPayment">,
  allowed: Allowed,
  { balances }: MoneyBook,
): Promise<void> {
  const rows = await sql.all<Row>(
    "SELECT withdrawal_id, amount_sats, payment_hash, state, created_at_ms FROM withdrawal",
  );
  const byId = new Map(rows.map((row) => [row.withdrawal_id, row]));
  for (const [key, asked] of allowed.withdrawn) {
    const hashes = [...new Set(asked)];
    const row = byId.get(key);
    const states = await Promise.all(hashes.map((hash) => wallet.lookupPayment(hash)));
    const paid = hashes.filter((_, index) => states[index]?.state === "succeeded");
    const expected = row?.state === "paid" ? [row.payment_hash] : [];
    // What is under way may have left already.
    const mayHaveLeft = row?.state === "paying" || row?.state === "unknown" ? [row.payment_hash] : expected;
    expectSame(`what left for withdrawal ${key}`, paid, paid.length === 0 ? expected : mayHaveLeft);
  }
  const leaving = new Map<string, number>();
  for (const { amount_sats, created_at_ms, state } of rows) {
    const day = utc(safeNumber(created_at_ms)).name;
    if (state !== "failed") leaving.set(day, (leaving.get(day) ?? 0) + safeNumber(amount_sats));
  }
  for (const [day, sats] of leaving)
    if (sats > allowed.limitOf(day))
      throw new Error(`${sats} sats leave on ${day}, and ${allowed.limitOf(day)} may`);
  const gone = rows.filter(({ state }) => state === "paid").map(({ amount_sats }) => amount_sats * 1_000n);
  expectSame(
    "what operators took out",
    balances.get("withdrawals") ?? 0n,
    gone.reduce((total, amount) => total + amount, 0n),
  );
}

/** What withdrawals came to, by their state. */
export async function withdrawalsByState(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.all<{ state: string; n: bigint }>(
    "SELECT state, COUNT(*) AS n FROM withdrawal GROUP BY state",
  );
  return new Map(rows.map(({ state, n }) => [`withdrawal ${state}`, safeNumber(n)]));
}
