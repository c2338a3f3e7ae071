import { bech32 } from "@scure/base";
import { malformed } from "./malformed.ts";

/** Five-bit words: what bech32 carries in each character. */
export type Words = readonly number[];

/** A big-endian number; leading zeros are the caller's business. Refused (`malformed_invoice`) past 2^53. */
export function wordsToNumber(words: Words): number {
  const value = words.reduce((sum, word) => sum * 32 + word, 0);
  return Number.isSafeInteger(value) ? value : malformed("a number in it is too large");
}

/** The shortest big-endian words of a whole number; none at all for 0. */
export function numberToWords(value: number | bigint): number[] {
  const words: number[] = [];
  for (let rest = BigInt(value); rest > 0n; rest >>= 5n) words.unshift(Number(rest & 31n));
  return words;
}

/** The bytes of a field. Refused (`malformed_invoice`) when what pads them to whole words is not 0 bits. */
export function wordsToBytes(words: Words): Uint8Array {
  return bech32.fromWordsUnsafe([...words]) ?? malformed("a field in it is padded wrongly");
}

/** A field's data, padded with 0 bits to whole words. */
export const bytesToWords = (bytes: Uint8Array): number[] => bech32.toWords(bytes);

/** Words as one run of bits, padded with 0 bits to whole bytes: what is hashed and signed. */
export function packWords(words: Words): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((words.length * 5) / 8));
  words.forEach((word, index) => {
    const bit = index * 5;
    const twoBytes = word << (11 - (bit % 8));
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) | (twoBytes >> 8);
    if (at + 1 < bytes.length) bytes[at + 1] = twoBytes & 0xff;
  });
  return bytes;
}
