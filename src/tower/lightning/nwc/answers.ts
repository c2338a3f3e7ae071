import * as v from "valibot";

/** Every amount of NIP-47 is in msat, and `type` says which way it went; some wallets write what left below 0 all the same. */
const wholeMsat = v.pipe(
  v.number(),
  v.safeInteger(),
  v.transform((said) => BigInt(Math.abs(said))),
);
/** Seconds since 1970, to milliseconds. Some wallets say 0 or null for what has not happened. */
const time = v.pipe(
  v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  v.transform((said) => (said ? said * 1000 : undefined)),
);
const hash = v.pipe(v.string(), v.toLowerCase(), v.regex(/^[0-9a-f]{64}$/));

/**
 * An invoice or a payment as the wallet tells it. The preimage is left in the answer: a pending invoice may already show it, so it
 * proves nothing.
 */
export const TransactionSchema = v.object({
  type: v.picklist(["incoming", "outgoing"]),
  /** `pending`, `settled`, `accepted`, `expired` or `failed`. Older wallets do not say. */
  state: v.nullish(v.pipe(v.string(), v.toLowerCase())),
  invoice: v.nullish(v.string()),
  payment_hash: hash,
  amount: wholeMsat,
  fees_paid: v.nullish(wholeMsat),
  created_at: time,
  expires_at: time,
  settled_at: time,
});
export type NwcTransaction = v.InferOutput<typeof TransactionSchema>;

/** `make_invoice`. */
export const MadeSchema = v.object({ invoice: v.string(), payment_hash: hash });

/** `pay_invoice`: the preimage is looked at and dropped. Not every wallet sends one, and some send something else in its place. */
export const PaidSchema = v.object({ preimage: v.nullish(v.string(), ""), fees_paid: v.nullish(wholeMsat) });

/** `get_balance`. */
export const BalanceSchema = v.object({ balance: wholeMsat });

/** `get_info`, as far as it is used. What this connection may do is in `methods`. */
export const InfoSchema = v.object({
  network: v.nullish(v.string()),
  methods: v.array(v.string()),
});

/** `list_transactions`. One entry that does not fit must not hide the others. */
export const TransactionsSchema = v.pipe(
  v.object({ transactions: v.array(v.unknown()) }),
  v.transform(({ transactions }) => transactions),
);

/** A notification: only a hint, so only what it hints at is read. */
export const NotificationSchema = v.object({
  notification_type: v.string(),
  notification: v.object({ payment_hash: hash, settled_at: time }),
});

/** Around every answer. `code` is for programs; the message beside it is the wallet's own and goes nowhere. */
export const ReplySchema = v.object({
  result_type: v.optional(v.string(), ""),
  error: v.nullish(v.object({ code: v.nullish(v.pipe(v.string(), v.regex(/^[A-Z_]{1,40}$/)), "OTHER") })),
  result: v.optional(v.unknown()),
});
