import type { Msat } from "../../../protocol/units.ts";
import type { Fallback } from "./fallback.ts";
import type { RouteHop } from "./route-hint.ts";

/** The BIP-0173 currency prefix: mainnet, testnet, signet, regtest. */
export type Network = "bc" | "tb" | "tbs" | "bcrt";

/** What is paid for, in words (at most 639 bytes of UTF-8) or as the SHA-256 (hex) of a longer text. */
export type InvoiceDescription = { readonly text: string } | { readonly hash: string };

/**
 * Everything a BOLT 11 invoice says except who signed it. Hashes, keys and secrets are lower-case hex.
 * Source: https://github.com/lightning/bolts/blob/master/11-payment-encoding.md
 */
export interface InvoiceDraft {
  readonly network: Network;
  /** `null`: the payer chooses. */
  readonly amount: Msat | null;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly expirySeconds: number;
  /** Blocks the last hop must leave the payee. */
  readonly minFinalCltvExpiry: number;
  readonly paymentHash: string;
  readonly paymentSecret: string;
  readonly description: InvoiceDescription;
  /** Hex, handed back by the payer with the payment. */
  readonly metadata: string | null;
  /** Feature bits: bit n of the number is feature n. */
  readonly features: bigint;
  /** On-chain addresses to fall back to, best first. */
  readonly fallbacks: readonly Fallback[];
  /** Ways in to a payee that has no public channel, best first. */
  readonly routeHints: readonly (readonly RouteHop[])[];
  /** Whether the invoice carries the payee's key (`n`) or leaves it to be recovered from the signature. */
  readonly statesPayee: boolean;
}

/** An invoice whose signature has been checked. */
export interface Invoice extends InvoiceDraft {
  /** Compressed public key of the node that signed it. */
  readonly payee: string;
}

/** What a draft says where the specification has a default. */
export const INVOICE_DEFAULTS = {
  amount: null,
  expirySeconds: 3600,
  minFinalCltvExpiry: 18,
  metadata: null,
  features: 0n,
  fallbacks: [],
  routeHints: [],
  statesPayee: false,
} as const satisfies Partial<InvoiceDraft>;

/** Milliseconds since 1970. A settlement at exactly this time is still in time. */
export const expiresAt = (invoice: Pick<InvoiceDraft, "timestamp" | "expirySeconds">): number =>
  (invoice.timestamp + invoice.expirySeconds) * 1000;
