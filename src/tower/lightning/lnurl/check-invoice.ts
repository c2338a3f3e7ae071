import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "@scure/base";
import { RefusalError, refuse } from "../../../protocol/refusal.ts";
import { type Sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { expiresAt, type Invoice, type Network } from "../bolt11/invoice.ts";

/** A payment must be able to find its way before the invoice runs out. */
const MIN_LEFT_MS = 30_000;

/** What the invoice of a service must be. */
export interface Wanted {
  readonly amount: Sats;
  readonly network: Network;
  /** The service's, as it was sent. */
  readonly metadata: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const bad = (what: string, options?: ErrorOptions): never => {
  throw new RefusalError(
    "address_refused",
    `The service of that Lightning Address gave an invoice that ${what}. Give an invoice of your wallet.`,
    options,
  );
};

/**
 * Checks that an invoice is the one that was asked for: exactly the amount, on this network, for this metadata (LUD-06: its description
 * must be the SHA-256 of it; a description in words proves nothing and is refused), with 30 seconds left or more. Refuses all else with
 * `address_refused`.
 */
export function checkInvoice(paymentRequest: string, { amount, network, metadata, now }: Wanted): void {
  const invoice = read(paymentRequest);
  if (invoice.network !== network) {
    refuse(
      "address_refused",
      `That Lightning Address is paid on another network (ln${invoice.network}…): this tower pays ln${network}… invoices.`,
    );
  }
  if (invoice.amount !== toMsat(amount)) bad("is for another amount");
  const { description } = invoice;
  if (!("hash" in description)) bad("is not bound to what it says is paid for");
  else if (description.hash !== hex.encode(sha256(utf8.decode(metadata)))) bad("is for something else");
  if (expiresAt(invoice) < now + MIN_LEFT_MS) bad("has expired, or is about to");
}

function read(paymentRequest: string): Invoice {
  try {
    return decodeInvoice(paymentRequest);
  } catch (cause) {
    return bad("cannot be read", { cause });
  }
}
