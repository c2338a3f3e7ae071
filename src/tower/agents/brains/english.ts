import { ENGLISH_FUNCTION_WORDS, FOREIGN_FUNCTION_WORDS } from "./function-words.ts";
import { wordsOf } from "./words.ts";

/** What a text seems to be written in. */
export type Tongue = "english" | "foreign script" | "foreign words" | "no words" | "gibberish";

/**
 * Judges whether a text is English: first by script, then by whose function words it uses, and for text with
 * hardly any, by the share of words in the dictionary (`isKnown`, lower-case in).
 */
export function tongueOf(text: string, isKnown: (word: string) => boolean): Tongue {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return "no words";
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin / letters < 0.7) return "foreign script";
  const words = wordsOf(text).filter((word) => /\p{L}/u.test(word));
  const lower = words.map((word) => word.toLowerCase().replace(/[’‘]/gu, "'"));
  const english = lower.filter((word) => ENGLISH_FUNCTION_WORDS.has(word)).length;
  const foreign = lower.filter(
    (word) => FOREIGN_FUNCTION_WORDS.has(word) && !ENGLISH_FUNCTION_WORDS.has(word),
  ).length;
  if (foreign >= 2 && foreign * 1.5 > english) return "foreign words";
  // A name is no evidence of another language, except where everything is written like one.
  const plain = lower.filter((_, at) => at === 0 || !/^\p{Lu}/u.test(words[at] ?? ""));
  const judged = plain.length > 0 ? plain : lower;
  const known = judged.filter((word) => isKnown(word)).length;
  return known / judged.length < 0.5 ? "gibberish" : "english";
}
