import * as v from "valibot";
import { refuse } from "../../../protocol/refusal.ts";
import type { Answer } from "../json-client.ts";

/** Protocol buffers write 64-bit integers as strings. */
const int64 = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,19}$/),
  v.transform((said) => BigInt(said)),
);
/** Bytes are base64, with padding, and not of the kind for addresses. To lower-case hex. */
const hash = v.pipe(
  v.string(),
  v.base64(),
  v.transform((said) => Buffer.from(said, "base64").toString("hex")),
  v.length(64),
);

/** `POST /v1/invoices`. */
export const AddedSchema = v.object({ r_hash: hash, payment_request: v.string() });

/** `GET /v1/invoice/{hash}`, and each of `GET /v1/invoices/subscribe`. The preimage is in it also while it is unpaid, and is left there. */
export const InvoiceSchema = v.object({
  r_hash: hash,
  state: v.string(),
  amt_paid_msat: int64,
  /** Seconds since 1970, as the other dates. */
  settle_date: int64,
  creation_date: int64,
  /** Seconds. */
  expiry: int64,
  settle_index: int64,
});

/** `POST /v2/router/send` and `GET /v2/router/track/{hash}`: the newest of a payment is the last. */
export const PaymentSchema = v.object({
  status: v.string(),
  failure_reason: v.string(),
  fee_msat: int64,
});
export type LndPayment = v.InferOutput<typeof PaymentSchema>;

/** `GET /v1/balance/channels`. What is on its way out is in none of the channels' own sides. */
export const BalanceSchema = v.object({ local_balance: v.object({ msat: int64 }) });

/** One line of a stream. */
export const resultOf = <Schema extends v.GenericSchema>(schema: Schema) => v.object({ result: schema });

const ErrorSchema = v.object({
  message: v.optional(v.string()),
  error: v.optional(v.object({ message: v.string() })),
});

/** What an error says: in a stream it is wrapped. Undefined for what is no error. */
export function errorOf(body: unknown): string | undefined {
  const read = v.safeParse(ErrorSchema, body);
  return read.success ? (read.output.error?.message ?? read.output.message) : undefined;
}

const NO_ENTRY = /macaroon|permission denied|verification failed/i;

/** What LND's words mean to a person: they may say anything, so they are not repeated. */
export const unusable = (said: string): string =>
  NO_ENTRY.test(said) ? "LND does not accept the macaroon for this." : "LND cannot do this now.";

/** An answer's content, when it is one. Refuses with `wallet_unavailable` where it is something else. */
export function understood<Schema extends v.GenericSchema>(
  answer: Answer,
  schema: Schema,
): v.InferOutput<Schema> {
  const read = answer.status === 200 ? v.safeParse(schema, answer.body) : undefined;
  if (read?.success) return read.output;
  const said = errorOf(answer.body);
  if (said !== undefined) return refuse("wallet_unavailable", unusable(said));
  return refuse("wallet_unavailable", `LND answered with status ${answer.status} and nothing that fits.`);
}
