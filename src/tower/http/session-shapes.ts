import * as v from "valibot";
import { SessionIdSchema, TimestampSchema, timestamp } from "../../protocol/ids.ts";
import { type Sats, SatsSchema, sats } from "../../protocol/units.ts";
import type { SessionBill } from "../economy/economy.ts";

/** How every route about one session names it. */
export const ofOneSession = {
  tag: "sessions",
  params: v.object({ id: SessionIdSchema }),
  missing: { code: "unknown_session", message: "There is no such session." },
} as const;

/** Who may use a session: its owner, and who has its macaroon. */
export const byOwnerOrMacaroon = {
  callableBy: "macaroon",
  proofs: ["owner", "operator", "macaroon"],
} as const;

/** How many sats, under its name or the one that older clients use. */
export const AmountBody = v.pipe(
  v.strictObject({
    amountSats: v.exactOptional(SatsSchema),
    /** What older clients call it. */
    amount_sats: v.exactOptional(SatsSchema),
  }),
  v.check(
    (body) => (body.amountSats === undefined) !== (body.amount_sats === undefined),
    "Say how many sats, once: amountSats.",
  ),
  v.examples([{ amountSats: sats(1000) }]),
);

/** The amount in a body that {@link AmountBody} let through. */
export function amountIn(body: v.InferOutput<typeof AmountBody>): Sats {
  const amount = body.amountSats ?? body.amount_sats;
  if (amount === undefined) throw new Error("a body without an amount was let through");
  return amount;
}

/** An invoice as a payer needs it. */
export const BillSchema = v.object({
  paymentRequest: v.string(),
  paymentHash: v.string(),
  amountSats: SatsSchema,
  expiresAt: TimestampSchema,
});

/** An invoice of the economy's as the wire has it. */
export const billOf = (bill: SessionBill): v.InferInput<typeof BillSchema> => ({
  paymentRequest: bill.paymentRequest,
  paymentHash: bill.paymentHash,
  amountSats: bill.amountSats,
  expiresAt: timestamp(bill.expiresAt),
});
