import { LEAST_PAYOUT_SATS } from "../../protocol/limits.ts";
import { type Msat, msat, NO_SATS, type Sats, sats, satsDown, satsUp, toMsat } from "../../protocol/units.ts";
import { NODE, ROUTING_EXPENSE, WITHDRAWALS } from "../ledger/accounts.ts";
import { balanceOf } from "../ledger/post.ts";
import type { Wallet } from "../lightning/wallet.ts";
import type { Sql } from "../storage/port.ts";
import type { PayingWallet, WithdrawingWallet } from "./decide/refund.ts";
import { freeFunds, routesUnderWay } from "./treasury/free-funds.ts";

/** The most a payout's route may cost with a real wallet: what wallets themselves set aside, rounded up. */
const LEAST_FEE_LIMIT = 10;
const FEE_LIMIT_PART = 0.01;
/** What {@link PayoutParts.dailyRouting} is for, in milliseconds. */
const DAY = 24 * 3_600_000;

/** What paying out takes. */
export interface PayoutParts {
  readonly wallet: Pick<Wallet, "network" | "kind" | "leastFeeLimit">;
  /** The most that the routes of refunds may cost in a day. */
  readonly dailyRouting: () => Sats;
}

/** What is known of a wallet by its kind. */
interface KindOfWallet {
  readonly wallet: Pick<Wallet, "network" | "kind">;
}

const isPlay = ({ wallet }: KindOfWallet): boolean => wallet.kind === "play";

/** The least that goes out: the play network charges nothing and pays out any sat. */
export const leastPayout = (parts: KindOfWallet): Sats => sats(isPlay(parts) ? 1 : LEAST_PAYOUT_SATS);

/**
 * The tower's wallet as a payout of this amount needs it at `now` (milliseconds since 1970). The tower pays for the route, but never
 * with what the books owe to others, and not more in a day than is set: a payer could otherwise have it pay for routes again and again.
 * When that is used up a payout may only take routes that cost nothing, if its wallet tries such.
 */
export async function payingWallet(
  sql: Sql,
  parts: PayoutParts,
  amount: Sats,
  now: number,
): Promise<PayingWallet> {
  const feeLimitSats = isPlay(parts) ? NO_SATS : await feeLimit(sql, parts, amount, now);
  return {
    ...walletFor(parts, feeLimitSats),
    dailyRoutingSats: parts.dailyRouting(),
    leastFeeSats: satsUp(parts.wallet.leastFeeLimit(toMsat(amount))),
    node: await balanceOf(sql, NODE),
  };
}

/** The same for an operator's own sats: what leaves then, its route included, is for the daily limit to say. */
export const withdrawingWallet = (parts: KindOfWallet, amount: Sats): WithdrawingWallet =>
  walletFor(parts, isPlay(parts) ? NO_SATS : usualFeeLimit(amount));

const walletFor = (parts: KindOfWallet, feeLimitSats: Sats): WithdrawingWallet => ({
  prefix: parts.wallet.network,
  leastSats: leastPayout(parts),
  feeLimitSats,
});

const usualFeeLimit = (amount: Sats): Sats =>
  sats(Math.max(LEAST_FEE_LIMIT, Math.ceil(amount * FEE_LIMIT_PART)));

async function feeLimit(sql: Sql, { dailyRouting }: PayoutParts, amount: Sats, now: number): Promise<Sats> {
  const left = toMsat(dailyRouting()) - (await routingSince(sql, now - DAY)) - (await routesUnderWay(sql));
  const own = await freeFunds(sql);
  const most = Math.min(satsDown(own), satsDown(msat(left)));
  return sats(Math.max(0, Math.min(usualFeeLimit(amount), most)));
}

/** What the routes of refunds have cost since then: those of withdrawals are within the daily limit. */
async function routingSince(sql: Sql, since: number): Promise<Msat> {
  const [row] = await sql.all<{ cost: bigint | null }>(
    `SELECT SUM(amount_msat) AS cost FROM ledger_transaction
     JOIN ledger_posting ON transaction_id = id
     WHERE at_ms > ? AND reason = 'payout_succeeded' AND account = ?
       AND NOT EXISTS (SELECT 1 FROM ledger_posting AS other WHERE other.transaction_id = id AND other.account = ?)`,
    since,
    ROUTING_EXPENSE,
    WITHDRAWALS,
  );
  return msat(row?.cost ?? 0n);
}
