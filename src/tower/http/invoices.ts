import * as v from "valibot";
import { TimestampSchema, timestamp } from "../../protocol/ids.ts";
import { type Sats, SatsSchema } from "../../protocol/units.ts";
import type { NewInvoice } from "../lightning/wallet.ts";

/** A BOLT11 invoice as somebody handed it to us: only its size is checked here. */
export const InvoiceTextSchema = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096));

/** Where sats are to go: one of these at most. */
export const payee = {
  paymentRequest: v.exactOptional(InvoiceTextSchema),
  lightningAddress: v.exactOptional(v.pipe(v.string(), v.trim(), v.minLength(3), v.maxLength(320))),
};

/** An invoice of the tower's as a payer needs it. */
export const BillSchema = v.object({
  paymentRequest: v.string(),
  paymentHash: v.string(),
  amountSats: SatsSchema,
  expiresAt: TimestampSchema,
});

/** An invoice that was made for so many sats, as the wire has it. */
export const billOf = (
  { expiresAt, paymentHash, paymentRequest }: NewInvoice,
  amountSats: Sats,
): v.InferInput<typeof BillSchema> => ({
  paymentRequest,
  paymentHash,
  amountSats,
  expiresAt: timestamp(expiresAt),
});
