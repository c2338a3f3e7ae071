import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bech32, hex, utf8 } from "@scure/base";
import { writePrefix } from "./amount.ts";
import { writeFallback } from "./fallback.ts";
import type { InvoiceDraft } from "./invoice.ts";
import { writeRouteHint } from "./route-hint.ts";
import { signInvoice } from "./signature.ts";
import { TAG, writeField, writeNumberField } from "./tagged-field.ts";
import { bytesToWords, numberToWords } from "./words.ts";

const TIMESTAMP_WORDS = 7;

const hexField = (tag: number, value: string): number[] => writeField(tag, bytesToWords(hex.decode(value)));

function writeTimestamp(seconds: number): number[] {
  const words = numberToWords(seconds);
  if (words.length > TIMESTAMP_WORDS) throw new RangeError(`not a time an invoice can hold: ${seconds} s`);
  return [...Array<number>(TIMESTAMP_WORDS - words.length).fill(0), ...words];
}

/**
 * Writes and signs a BOLT 11 invoice, in lower case. `decodeInvoice` gives back the draft and the key's public half.
 * Throws a `RangeError` for what an invoice cannot hold: an amount that is not positive, a description over 639 bytes.
 */
export function encodeInvoice(draft: InvoiceDraft, secretKey: Uint8Array): string {
  const prefix = writePrefix(draft.network, draft.amount);
  const { description } = draft;
  const data = [
    ...writeTimestamp(draft.timestamp),
    ...hexField(TAG.paymentSecret, draft.paymentSecret),
    ...hexField(TAG.paymentHash, draft.paymentHash),
    ...("text" in description
      ? writeField(TAG.description, bytesToWords(utf8.decode(description.text)))
      : hexField(TAG.descriptionHash, description.hash)),
    ...(draft.metadata === null ? [] : hexField(TAG.metadata, draft.metadata)),
    ...(draft.statesPayee ? writeField(TAG.payee, bytesToWords(secp256k1.getPublicKey(secretKey))) : []),
    ...writeNumberField(TAG.expiry, draft.expirySeconds),
    ...writeNumberField(TAG.minFinalCltvExpiry, draft.minFinalCltvExpiry),
    ...draft.fallbacks.flatMap((fallback) => writeField(TAG.fallback, writeFallback(fallback))),
    ...draft.routeHints.flatMap((hops) => writeField(TAG.routeHint, bytesToWords(writeRouteHint(hops)))),
    ...(draft.features === 0n ? [] : writeNumberField(TAG.features, draft.features)),
  ];
  return bech32.encode(prefix, [...data, ...signInvoice(prefix, data, secretKey)], false);
}
