import { malformed } from "./malformed.ts";
import { numberToWords, type Words, wordsToNumber } from "./words.ts";

/** The types of the tagged fields, by the character they show as. */
export const TAG = {
  paymentHash: 1, // p
  routeHint: 3, // r
  features: 5, // 9
  expiry: 6, // x
  fallback: 9, // f
  description: 13, // d
  paymentSecret: 16, // s
  payee: 19, // n
  descriptionHash: 23, // h
  minFinalCltvExpiry: 24, // c
  metadata: 27, // m
} as const;

export interface TaggedField {
  readonly tag: number;
  readonly words: Words;
}

/** A field's length is ten bits. */
const MAX_FIELD_WORDS = 1023;

/** Splits the data between timestamp and signature. Refuses (`malformed_invoice`) a field that runs past the end. */
export function readFields(data: Words): TaggedField[] {
  const fields: TaggedField[] = [];
  for (let at = 0; at < data.length; ) {
    const [tag = 0, ...length] = data.slice(at, at + 3);
    const start = at + 3;
    const end = start + wordsToNumber(length);
    if (start > data.length || end > data.length) malformed("a field in it is cut off");
    fields.push({ tag, words: data.slice(start, end) });
    at = end;
  }
  return fields;
}

/** Type, length and data of one field. Throws a `RangeError` when the data is longer than a field can be. */
export function writeField(tag: number, words: Words): number[] {
  if (words.length > MAX_FIELD_WORDS) {
    throw new RangeError(`a field of an invoice holds 639 bytes, not ${Math.floor((words.length * 5) / 8)}`);
  }
  return [tag, words.length >> 5, words.length & 31, ...words];
}

/** A field holding one whole number, as short as can be. */
export const writeNumberField = (tag: number, value: number | bigint): number[] =>
  writeField(tag, numberToWords(value));
