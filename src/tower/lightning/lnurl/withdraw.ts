import * as v from "valibot";
import { type Sats, toMsat } from "../../../protocol/units.ts";

/** What may be withdrawn: exactly one amount, once. */
export interface WithdrawOffer {
  /** Where the wallet takes its invoice: an `https:` URL. */
  readonly callback: string;
  /** Whoever knows it can withdraw. It must work a single time. */
  readonly k1: string;
  /** What the wallet writes on its invoice unless the person changes it. */
  readonly description: string;
  readonly amount: Sats;
}

/** Msat as JSON has them: exact below 2^53. */
const wireMsat = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** LUD-03, step 3. */
export const WithdrawRequestSchema = v.object({
  tag: v.literal("withdrawRequest"),
  callback: v.pipe(v.string(), v.url()),
  k1: v.pipe(v.string(), v.nonEmpty()),
  defaultDescription: v.string(),
  minWithdrawable: wireMsat,
  maxWithdrawable: wireMsat,
});
export type WithdrawRequest = v.InferOutput<typeof WithdrawRequestSchema>;

/** LUD-03, step 6, and every failure before: `OK` means that the invoice is taken, not that it is paid. */
export const WithdrawResultSchema = v.variant("status", [
  v.object({ status: v.literal("OK") }),
  v.object({ status: v.literal("ERROR"), reason: v.string() }),
]);
export type WithdrawResult = v.InferOutput<typeof WithdrawResultSchema>;

/**
 * What a wallet is told that has read the LNURL. The least and the most are the same: there is nothing to choose. An offer that is spent is
 * told with 0 sats (LUD-03, "Zero balance"). Throws a `RangeError` for an amount that JSON cannot hold in msat.
 */
export function withdrawRequest({ callback, k1, description, amount }: WithdrawOffer): WithdrawRequest {
  const withdrawable = Number(toMsat(amount));
  if (!Number.isSafeInteger(withdrawable)) throw new RangeError(`not to be written in msat: ${amount} sats`);
  return {
    tag: "withdrawRequest",
    callback,
    k1,
    defaultDescription: description,
    minWithdrawable: withdrawable,
    maxWithdrawable: withdrawable,
  };
}

/** The invoice is taken and will be paid. */
export const WITHDRAW_OK: WithdrawResult = { status: "OK" };

/** It is not; why, in a sentence that the wallet shows. LNURL has no codes, and its HTTP status means nothing. */
export const withdrawError = (reason: string): WithdrawResult => ({ status: "ERROR", reason });
