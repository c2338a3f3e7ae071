import { bech32, hex, utf8 } from "@scure/base";
import { readPrefix } from "./amount.ts";
import { readFallback } from "./fallback.ts";
import { checkFeatures } from "./features.ts";
import { expiresAt, INVOICE_DEFAULTS, type Invoice, type InvoiceDescription } from "./invoice.ts";
import { malformed } from "./malformed.ts";
import { readRouteHint } from "./route-hint.ts";
import { checkSignature, SIGNATURE_WORDS } from "./signature.ts";
import { readFields, TAG, type TaggedField } from "./tagged-field.ts";
import { type Words, wordsToBytes, wordsToNumber } from "./words.ts";

/** The most characters a QR code holds; no wallet makes longer invoices. */
const MAX_CHARACTERS = 7089;
const TIMESTAMP_WORDS = 7;
/** 32 bytes. */
const HASH_WORDS = 52;
/** 33 bytes. */
const KEY_WORDS = 53;

function readBech32(text: string): { prefix: string; words: Words } {
  try {
    return bech32.decode(text, MAX_CHARACTERS);
  } catch (cause) {
    return malformed("it is damaged or not complete; copy it again", { cause });
  }
}

/** The first field of a type; of those with a fixed length only the first with that length. */
const find = (fields: readonly TaggedField[], tag: number, length?: number): Words | null =>
  fields.find((field) => field.tag === tag && (length === undefined || field.words.length === length))
    ?.words ?? null;

const findAll = (fields: readonly TaggedField[], tag: number): Words[] =>
  fields.filter((field) => field.tag === tag).map((field) => field.words);

const readHex = (words: Words): string => hex.encode(wordsToBytes(words));

function minimal(words: Words): Words {
  return words[0] === 0 ? malformed("a number in it starts with zeros") : words;
}

function readText(words: Words): string {
  const bytes = wordsToBytes(words);
  try {
    return utf8.encode(bytes);
  } catch (cause) {
    return malformed("its description is not text", { cause });
  }
}

function readDescription(fields: readonly TaggedField[]): InvoiceDescription {
  const text = find(fields, TAG.description);
  const hash = find(fields, TAG.descriptionHash, HASH_WORDS);
  if (text !== null && hash === null) return { text: readText(text) };
  if (hash !== null && text === null) return { hash: readHex(hash) };
  return malformed("it must have either a description or the hash of one");
}

function readFeatures(fields: readonly TaggedField[]): bigint {
  const words = minimal(find(fields, TAG.features) ?? []);
  const features = words.reduce((bits, word) => (bits << 5n) | BigInt(word), 0n);
  checkFeatures(features);
  return features;
}

function readNumber(fields: readonly TaggedField[], tag: number, otherwise: number): number {
  const words = find(fields, tag);
  return words === null ? otherwise : wordsToNumber(minimal(words));
}

/**
 * Reads a BOLT 11 invoice of any known network and checks its checksum and signature. Says nothing about whether it has expired.
 * Refuses everything else with `malformed_invoice`. Fields of unknown type, and `p`, `s`, `h` and `n` of a wrong length, are
 * skipped; of repeated fields the first counts.
 */
export function decodeInvoice(text: string): Invoice {
  const { prefix, words } = readBech32(text);
  const { network, amount } = readPrefix(prefix);
  if (words.length < TIMESTAMP_WORDS + SIGNATURE_WORDS) malformed("it is too short");
  const data = words.slice(0, -SIGNATURE_WORDS);
  const fields = readFields(data.slice(TIMESTAMP_WORDS));
  const payee = find(fields, TAG.payee, KEY_WORDS);
  const metadata = find(fields, TAG.metadata);
  const draft = {
    network,
    amount,
    timestamp: wordsToNumber(data.slice(0, TIMESTAMP_WORDS)),
    expirySeconds: readNumber(fields, TAG.expiry, INVOICE_DEFAULTS.expirySeconds),
    minFinalCltvExpiry: readNumber(fields, TAG.minFinalCltvExpiry, INVOICE_DEFAULTS.minFinalCltvExpiry),
    paymentHash: readHex(find(fields, TAG.paymentHash, HASH_WORDS) ?? malformed("it has no payment hash")),
    paymentSecret: readHex(
      find(fields, TAG.paymentSecret, HASH_WORDS) ?? malformed("it has no payment secret"),
    ),
    description: readDescription(fields),
    metadata: metadata === null ? null : readHex(metadata),
    features: readFeatures(fields),
    fallbacks: findAll(fields, TAG.fallback)
      .map(readFallback)
      .filter((fallback) => fallback !== null),
    routeHints: findAll(fields, TAG.routeHint).map((hint) => readRouteHint(wordsToBytes(hint))),
    statesPayee: payee !== null,
  };
  if (!Number.isSafeInteger(expiresAt(draft))) malformed("its expiry is too far away");
  const stated = payee === null ? null : wordsToBytes(payee);
  return { ...draft, payee: checkSignature(prefix, data, words.slice(-SIGNATURE_WORDS), stated) };
}
