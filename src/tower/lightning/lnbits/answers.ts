import * as v from "valibot";

/** LNbits answers in msat, whatever unit it was asked in. A payment out is negative, and so is its fee in older versions. */
const wholeMsat = v.pipe(
  v.number(),
  v.safeInteger(),
  v.transform((said) => BigInt(said)),
);

/** Times are ISO 8601, with or without an offset (then UTC), or, in older versions, seconds since 1970. To milliseconds since 1970. */
const time = v.pipe(
  v.union([v.number(), v.string()]),
  v.transform((said) => {
    if (typeof said === "number") return said * 1000;
    return Date.parse(/(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(said) ? said : `${said}Z`);
  }),
  v.finite(),
);

/** A payment as its own wallet sees it. Before 1.6 the preimage is in the answer also while it is unpaid; it is left there. */
export const PaymentSchema = v.object({
  payment_hash: v.string(),
  amount: wholeMsat,
  fee: v.optional(wholeMsat, 0),
  bolt11: v.optional(v.nullable(v.string())),
  /** Since 0.12; older versions have `pending` instead. */
  status: v.optional(v.string()),
  pending: v.optional(v.boolean()),
  time: v.optional(time),
  updated_at: v.optional(v.nullable(time)),
});
export type LnbitsPayment = v.InferOutput<typeof PaymentSchema>;

/** `GET /api/v1/payments/{hash}`: `details` only for the wallet whose key was sent. */
export const LookupSchema = v.object({
  paid: v.boolean(),
  details: v.optional(v.nullable(PaymentSchema)),
});
export type LnbitsLookup = v.InferOutput<typeof LookupSchema>;

/** `POST /api/v1/payments` with `out: false`: `bolt11` since 1.0, `payment_request` before. */
export const InvoiceSchema = v.object({
  payment_hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  bolt11: v.optional(v.nullable(v.string())),
  payment_request: v.optional(v.nullable(v.string())),
});

/** `GET /api/v1/wallet`. */
export const WalletSchema = v.object({ balance: wholeMsat });

/** `GET /api/v1/payments/fee-reserve`: what must be there beside the amount. */
export const FeeReserveSchema = v.object({ fee_reserve: wholeMsat });

/** `GET /api/v1/payments`: the newest first. */
export const PaymentsSchema = v.array(v.unknown());

/** One entry of the list; none, where it is not one that we know how to read. */
export const readPayment = (entry: unknown): readonly LnbitsPayment[] => {
  const payment = v.safeParse(PaymentSchema, entry);
  return payment.success ? [payment.output] : [];
};

/** What a refusal says: since 1.0 a payment's certain failure carries `status: "failed"`. */
export const ErrorSchema = v.object({ detail: v.optional(v.unknown()), status: v.optional(v.string()) });
