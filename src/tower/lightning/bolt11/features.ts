import { malformed } from "./malformed.ts";

/** Features of BOLT 9 that an invoice may carry, or that every node is assumed to have, by their even bit. */
const KNOWN = new Set([
  0, // option_data_loss_protect
  8, // var_onion_optin
  12, // option_static_remotekey
  14, // payment_secret
  16, // basic_mpp
  24, // option_route_blinding
  36, // option_attribution_data
  44, // option_channel_type
  48, // option_payment_metadata
]);

const has = (features: bigint, evenBit: number) => ((features >> BigInt(evenBit)) & 3n) !== 0n;

/** What an invoice of a plain node sets: `var_onion_optin` and `payment_secret`, both required. */
export const PLAIN_FEATURES = (1n << 8n) | (1n << 14n);

/**
 * Refuses (`malformed_invoice`) features that a payer must understand and does not, or that lack another they need.
 * Source: https://github.com/lightning/bolts/blob/master/09-features.md
 */
export function checkFeatures(features: bigint): void {
  for (let bit = 0, rest = features; rest > 0n; bit += 2, rest >>= 2n) {
    if ((rest & 1n) === 1n && !KNOWN.has(bit)) malformed(`it needs feature ${bit}, which is not known here`);
  }
  if (has(features, 16) && !has(features, 14))
    malformed("it offers payment in parts without a payment secret");
}
