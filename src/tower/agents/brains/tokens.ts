/**
 * How the built-in brain counts tokens: every run of up to 12 letters or digits is one, every other visible
 * character is one, white space is free. Counting is additive over pieces split at white space, so the
 * streamed pieces of an answer add up to the answer.
 */
const TOKEN = /[\p{L}\p{M}\p{N}]{1,12}|[^\s\p{L}\p{M}\p{N}]/gu;

/** The number of tokens in a text. */
export function countTokens(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}
