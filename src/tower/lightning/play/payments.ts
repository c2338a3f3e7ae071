import { type Msat, NO_MSAT } from "../../../protocol/units.ts";
import type { PaymentFailure, PaymentLookup, PaymentStatus } from "../wallet.ts";
import type { Database } from "./database.ts";

/** What the tower's node paid or tried to, once per payment hash. Play payments cost no fee and are never pending. */
export function createPayments({ sql }: Database, now: () => number) {
  const select = sql.prepare("SELECT payment_request, failure FROM payment WHERE payment_hash = ?");
  const upsert = sql.prepare(
    "INSERT OR REPLACE INTO payment (payment_hash, payment_request, msat, failure, tried_at) VALUES (?, ?, ?, ?, ?)",
  );

  return {
    lookup(paymentHash: string): PaymentLookup {
      const row = select.get(paymentHash.toLowerCase());
      if (row === undefined) return { state: "unknown" };
      const reason = row["failure"] as PaymentFailure | null;
      return reason === null ? { state: "succeeded", fee: NO_MSAT } : { state: "failed", reason };
    },

    /** Whether another invoice with this payment hash was paid: its preimage is known, so nobody would be paid for this one. */
    isTaken({ paymentHash, paymentRequest }: { paymentHash: string; paymentRequest: string }): boolean {
      const row = select.get(paymentHash);
      return row !== undefined && row["failure"] === null && row["payment_request"] !== paymentRequest;
    },

    record(
      payment: { paymentHash: string; paymentRequest: string; amount: Msat },
      failure: PaymentFailure | null,
    ): PaymentStatus {
      upsert.run(payment.paymentHash, payment.paymentRequest, payment.amount, failure, now());
      return failure === null ? { state: "succeeded", fee: NO_MSAT } : { state: "failed", reason: failure };
    },
  };
}
