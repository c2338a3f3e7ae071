import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { hex, utf8 } from "@scure/base";
import { malformed } from "./malformed.ts";
import { bytesToWords, packWords, type Words, wordsToBytes } from "./words.ts";

/** r and s of 32 bytes and the recovery id: 65 bytes are exactly 104 words. */
export const SIGNATURE_WORDS = 104;

/** SHA-256 of the human-readable part and all of the data but the signature. */
const digest = (prefix: string, data: Words): Uint8Array =>
  sha256(concatBytes(utf8.decode(prefix), packWords(data)));

/** Signs, deterministically (RFC 6979) and with a low S. */
export function signInvoice(prefix: string, data: Words, secretKey: Uint8Array): number[] {
  const signed = secp256k1.sign(digest(prefix, data), secretKey, { prehash: false, format: "recovered" });
  // The library puts the recovery id first, the specification last.
  return bytesToWords(concatBytes(signed.subarray(1), signed.subarray(0, 1)));
}

/**
 * The node that signed. With a `statedPayee` (33 bytes) the signature must be its, with a low S; without, the key is recovered
 * and a high S is fine. Refuses (`malformed_invoice`) a signature that is nobody's.
 */
export function checkSignature(
  prefix: string,
  data: Words,
  signature: Words,
  statedPayee: Uint8Array | null,
): string {
  const bytes = wordsToBytes(signature);
  const rs = bytes.subarray(0, 64);
  const recovery = bytes.subarray(64);
  if ((recovery[0] ?? 4) > 3) malformed("its signature has no valid recovery id");
  const hash = digest(prefix, data);
  if (statedPayee !== null) {
    const valid =
      secp256k1.utils.isValidPublicKey(statedPayee, true) &&
      secp256k1.verify(rs, hash, statedPayee, { prehash: false, lowS: true });
    return valid ? hex.encode(statedPayee) : malformed("its signature is not that of the node it names");
  }
  try {
    return hex.encode(secp256k1.recoverPublicKey(concatBytes(recovery, rs), hash, { prehash: false }));
  } catch (cause) {
    return malformed("no node can have made its signature", { cause });
  }
}
