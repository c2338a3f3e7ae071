import { hex } from "@scure/base";
import { malformed } from "./malformed.ts";
import { bytesToWords, type Words, wordsToBytes } from "./words.ts";

/** An on-chain address: witness version 0 to 16, 17 for a public key hash, 18 for a script hash; and its hex program. */
export interface Fallback {
  readonly version: number;
  readonly program: string;
}

/** Whether a program of so many bytes can stand behind a version (BIP-0141 for the witness versions). */
function fits(version: number, bytes: number): boolean {
  if (version === 0) return bytes === 20 || bytes === 32;
  return version >= 17 ? bytes === 20 : bytes >= 2 && bytes <= 40;
}

/** Reads an `f` field; `null` for a version nobody has defined. Refuses (`malformed_invoice`) a wrong length. */
export function readFallback(words: Words): Fallback | null {
  const [version, ...rest] = words;
  if (version === undefined || version > 18) return null;
  const program = wordsToBytes(rest);
  if (!fits(version, program.length)) malformed("a fallback address in it has the wrong length");
  return { version, program: hex.encode(program) };
}

/** Writes an `f` field. */
export const writeFallback = (fallback: Fallback): number[] => [
  fallback.version,
  ...bytesToWords(hex.decode(fallback.program)),
];
