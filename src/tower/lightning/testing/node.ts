import { randomBytes } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "@scure/base";
import { type Msat, msat } from "../../../protocol/units.ts";
import { encodeInvoice } from "../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../bolt11/features.ts";
import { INVOICE_DEFAULTS } from "../bolt11/invoice.ts";

/** An invoice and what settles it. */
export interface TestInvoice {
  readonly paymentRequest: string;
  readonly paymentHash: string;
  /** Hex. */
  readonly preimage: string;
  readonly amount: Msat;
}

/** A node on bitcoin's main network that only makes invoices, for stand-ins. `key`: one byte that its secret key is made of. */
export function testNode(key: string) {
  return (wanted: {
    readonly amount: bigint;
    readonly description?: string;
    readonly expirySeconds?: number;
  }): TestInvoice => {
    const preimage = randomBytes(32);
    const paymentHash = hex.encode(sha256(preimage));
    const amount = msat(wanted.amount);
    const paymentRequest = encodeInvoice(
      {
        ...INVOICE_DEFAULTS,
        network: "bc",
        amount,
        timestamp: Math.floor(Date.now() / 1000),
        expirySeconds: wanted.expirySeconds ?? 3600,
        paymentHash,
        paymentSecret: hex.encode(randomBytes(32)),
        description: { text: wanted.description ?? "" },
        features: PLAIN_FEATURES,
      },
      hex.decode(key.repeat(32)),
    );
    return { paymentRequest, paymentHash, preimage: hex.encode(preimage), amount };
  };
}
