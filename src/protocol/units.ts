import * as v from "valibot";

/** Millisatoshi: the unit of the ledger. A whole number, never rounded inside. */
export type Msat = bigint & { readonly __unit: "msat" };

/** Whole satoshi: the unit of the wire and of everything a person sees. */
export type Sats = number & { readonly __unit: "sats" };

/** Marks a bigint as msat. The caller answers for the unit. */
export const msat = (value: bigint): Msat => value as Msat;

/** Marks a whole number as sats. Throws a `RangeError` when it is not a safe integer. */
export function sats(value: number): Sats {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of sats: ${value}`);
  return value as Sats;
}

export const NO_MSAT = msat(0n);
export const NO_SATS = sats(0);

/** Sats to msat: exact. */
export const toMsat = (value: Sats): Msat => msat(BigInt(value) * 1000n);

/** What people pay: msat rounded up to whole sats. */
export const satsUp = (value: Msat): Sats =>
  sats(Number(value >= 0n ? (value + 999n) / 1000n : value / 1000n));

/** What people get back, and figures on screen: msat rounded down to whole sats (towards minus infinity). */
export const satsDown = (value: Msat): Sats =>
  sats(Number(value >= 0n ? value / 1000n : (value - 999n) / 1000n));

/** 21 million bitcoin: no amount on the wire is larger. */
const MAX_SATS = 2_100_000_000_000_000;

/** A whole, non-negative number of sats on the wire. */
export const SatsSchema = v.pipe(
  v.number(),
  v.safeInteger("must be a whole number of sats"),
  v.minValue(0, "must not be negative"),
  v.maxValue(MAX_SATS, "is more than there will ever be"),
  v.transform((value) => value as Sats),
);

/** Like {@link SatsSchema}, but may be below zero: a net figure. */
export const SignedSatsSchema = v.pipe(
  v.number(),
  v.safeInteger("must be a whole number of sats"),
  v.minValue(-MAX_SATS),
  v.maxValue(MAX_SATS),
  v.transform((value) => value as Sats),
);
