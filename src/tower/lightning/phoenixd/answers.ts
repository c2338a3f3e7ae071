import * as v from "valibot";

/** A whole number of sats or msat, as its field says. */
const whole = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.transform((said) => BigInt(said)),
);
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** Milliseconds since 1970. What is not there is left out: phoenixd writes no nulls (`explicitNulls = false` in `Api.kt`). */
const time = v.optional(v.pipe(v.number(), v.safeInteger()));

/** `POST /createinvoice`. */
export const GeneratedInvoiceSchema = v.object({ paymentHash: hash, serialized: v.string() });

/** `GET /payments/incoming/{hash}` and each of `GET /payments/incoming`. The preimage is in it also while it is unpaid, and is left there. */
export const IncomingSchema = v.object({
  paymentHash: hash,
  isPaid: v.boolean(),
  requestedSat: v.optional(whole),
  /** What the wallet has of it, in whole sats: what the channel for it cost is taken off. */
  receivedSat: whole,
  /** Msat: what was taken off. */
  fees: whole,
  expiresAt: time,
  completedAt: time,
});
export type PhoenixdIncoming = v.InferOutput<typeof IncomingSchema>;

/** `GET /payments/incoming`: the newest first. */
export const IncomingListSchema = v.array(v.unknown());

/** `GET /payments/outgoingbyhash/{hash}`: of several tries, the one that went best. Completed and not paid is failed. */
export const OutgoingSchema = v.object({
  isPaid: v.boolean(),
  /** Msat. */
  fees: whole,
  completedAt: time,
});

/** `POST /payinvoice`, always with status 200: a payment that failed has a reason, and no `paymentId`. */
export const PaidOrNotSchema = v.object({
  paymentId: v.optional(v.string()),
  reason: v.optional(v.string()),
});

/** `GET /getbalance`. The fee credit beside it pays for a channel some day, and can never be paid out. */
export const BalanceSchema = v.object({ balanceSat: whole });
