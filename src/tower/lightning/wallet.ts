import type { Msat, Sats } from "../../protocol/units.ts";
import type { Network } from "./bolt11/invoice.ts";

/** What was asked for. Times are milliseconds since 1970, hashes lower-case hex. */
export interface NewInvoice {
  readonly paymentRequest: string;
  readonly paymentHash: string;
  /** A settlement at exactly this time is still in time. */
  readonly expiresAt: number;
}

/** What the wallet knows of an invoice of its own. `unknown`: it never made one with this hash. */
export type InvoiceStatus =
  | { readonly state: "open" }
  | {
      readonly state: "settled";
      readonly settledAt: number;
      /** What the payer paid. */
      readonly amount: Msat;
      /** What of it did not reach the balance, for a channel that had to be opened; left out where all of it did. */
      readonly cost?: Msat;
    }
  | { readonly state: "expired" }
  | { readonly state: "unknown" };

/** Why a payment certainly did not happen, each with the sentence for a person. */
export const PAYMENT_FAILURES = {
  own_invoice: "This invoice was made by the tower itself. Use one from another wallet.",
  invoice_expired: "The invoice has expired. Make a new one.",
  insufficient_balance: "The tower's wallet has too little to pay this now. Try again later.",
  rejected: "The payee's node does not accept this invoice. Make a new one.",
  no_route: "No way to the payee was found within the fee limit. Try again later or use another wallet.",
} as const;

export type PaymentFailure = keyof typeof PAYMENT_FAILURES;

/** What became of a payment. Only `failed` says that no money moved; `pending` may still go either way. */
export type PaymentStatus =
  | { readonly state: "succeeded"; readonly fee: Msat }
  | { readonly state: "failed"; readonly reason: PaymentFailure }
  | { readonly state: "pending" };

/** `unknown`: the wallet has never heard of it. */
export type PaymentLookup = PaymentStatus | { readonly state: "unknown" };

/**
 * A hint that an invoice may have been settled. `cursor`, where the wallet has one, is the place to follow from after a restart, once
 * this hint and those before it are dealt with.
 */
export interface SettlementHint {
  readonly paymentHash: string;
  readonly cursor?: string;
}

/**
 * A Lightning wallet as the tower needs it. Preimages never leave it. Every method refuses with `wallet_unavailable` when the
 * wallet cannot be asked; after `pay` refused so, only `lookupPayment` knows what happened.
 */
export interface Wallet {
  readonly kind: "play" | "lnbits" | "phoenixd" | "lnd" | "nwc";
  /** The network its invoices are on. */
  readonly network: Network;

  /** Throws a `RangeError` for an amount below 1 sat or a description over 639 bytes. */
  makeInvoice(wanted: {
    readonly amount: Sats;
    readonly description: string;
    readonly expirySeconds: number;
  }): Promise<NewInvoice>;

  /** The wallet's own word, the only one that a settlement is believed on. */
  lookupInvoice(paymentHash: string): Promise<InvoiceStatus>;

  /**
   * Pays an invoice once per payment hash: asked again, it answers what became of the first time, and tries again only what
   * certainly failed. Refuses with `malformed_invoice`, `wrong_network` or `no_amount` before anything is tried, and with
   * `already_paid` where it can tell that a different invoice with the same hash was paid.
   */
  pay(payment: { readonly paymentRequest: string; readonly feeLimit: Msat }): Promise<PaymentStatus>;

  lookupPayment(paymentHash: string): Promise<PaymentLookup>;

  /**
   * The least fee limit with which it tries to pay this amount at all, as far as that is known beforehand: with less, `pay` answers
   * `no_route` without a try.
   */
  leastFeeLimit(amount: Msat): Msat;

  /**
   * Calls back when one of its invoices may have been settled: a hint to ask, never proof. `after` is the cursor of an earlier hint: what
   * was settled since then is told too, oldest first, and some of it may be told again. A cursor that is not understood is none: then
   * only what is settled from now on is told. Returns its own undo.
   */
  followSettlements(listener: (hint: SettlementHint) => void, after?: string): () => void;

  /** What the node could spend if fees were 0. */
  balance(): Promise<Msat>;

  /** Frees what it holds. Every later call refuses with `wallet_unavailable`. */
  close(): Promise<void>;
}
