import { createHash } from "node:crypto";
import type { Sats } from "../../../protocol/units.ts";
import { type Sql, safeNumber } from "../../storage/port.ts";
import type { Decision, Outgoing } from "../decide/decision.ts";
import type { PayoutFate } from "../decide/refund.ts";
import { withdrawalEnded } from "../decide/withdrawal.ts";
import type { Payee } from "../payee.ts";

/** Sats that an operator takes out of the treasury. */
export interface Withdrawal {
  readonly withdrawalId: string;
  readonly amountSats: Sats;
  /** `unknown`: it may still arrive, so it is not tried otherwise. */
  readonly state: "paying" | "paid" | "failed" | "unknown";
  readonly error?: string;
}

interface WithdrawalRow {
  readonly withdrawal_id: string;
  readonly amount_sats: bigint;
  readonly state: Withdrawal["state"];
  readonly error: string | null;
}

/** Keeps a withdrawal that was just begun. `now` is in milliseconds since 1970. */
export async function insertWithdrawal(
  sql: Sql,
  withdrawalId: string,
  sent: Pick<Outgoing, "amountSats" | "feeLimitSats" | "paymentHash"> & { readonly payee: Payee },
  now: number,
): Promise<void> {
  await sql.run(
    `INSERT INTO withdrawal (withdrawal_id, amount_sats, payee_hash, fee_limit_sats, payment_hash, state, created_at_ms)
     VALUES (?, ?, ?, ?, ?, 'paying', ?)`,
    withdrawalId,
    sent.amountSats,
    hashOf(sent.payee),
    sent.feeLimitSats,
    sent.paymentHash,
    now,
  );
}

/** A withdrawal, or undefined when there is none. */
export async function findWithdrawal(sql: Sql, withdrawalId: string): Promise<Withdrawal | undefined> {
  const [row] = await sql.all<WithdrawalRow>(
    "SELECT withdrawal_id, amount_sats, state, error FROM withdrawal WHERE withdrawal_id = ?",
    withdrawalId,
  );
  return (
    row && {
      withdrawalId: row.withdrawal_id,
      amountSats: safeNumber(row.amount_sats) as Sats,
      state: row.state,
      ...(row.error !== null && { error: row.error }),
    }
  );
}

/** Whether a withdrawal that is there was begun for the same amount to the same payee. */
export async function isSameWithdrawal(
  sql: Sql,
  withdrawalId: string,
  amount: Sats,
  payee: Payee,
): Promise<boolean> {
  const rows = await sql.all(
    "SELECT 1 FROM withdrawal WHERE withdrawal_id = ? AND amount_sats = ? AND payee_hash = ?",
    withdrawalId,
    amount,
    hashOf(payee),
  );
  return rows.length === 1;
}

/** Who was paid is no business of the database's readers: it only has to be told from another. */
const hashOf = ({ lightningAddress, paymentRequest }: Payee): string =>
  createHash("sha256")
    .update(JSON.stringify([paymentRequest, lightningAddress]))
    .digest("hex");

/** What withdrawals that are on their way may take, their routes included, in sats: the daily limit counts them. */
export async function withdrawalsUnderWay(sql: Sql): Promise<number> {
  const [row] = await sql.all<{ sats: bigint | null }>(
    "SELECT SUM(amount_sats + fee_limit_sats) AS sats FROM withdrawal WHERE state IN ('paying', 'unknown')",
  );
  return safeNumber(row?.sats ?? 0n);
}

/** Notes a withdrawal's fate, and says what it does to the books. */
export async function noteWithdrawal(
  sql: Sql,
  sent: Outgoing & { readonly withdrawalId: string },
  fate: PayoutFate,
): Promise<Decision> {
  const state = { succeeded: "paid", failed: "failed", unknown: "unknown" }[fate.kind];
  await sql.run(
    "UPDATE withdrawal SET state = ?, error = ? WHERE withdrawal_id = ?",
    state,
    fate.kind === "failed" ? fate.reason : null,
    sent.withdrawalId,
  );
  return withdrawalEnded(sent, fate);
}
