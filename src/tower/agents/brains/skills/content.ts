import { ENGLISH_FUNCTION_WORDS } from "../function-words.ts";
import type { Reading, Sentence, Token } from "../language.ts";
import { wordsOf } from "../words.ts";

/** Whether a token says something: a word that is not a function word. */
function isContent(token: Token): boolean {
  return (
    token.kind === "word" && token.value.length > 1 && !ENGLISH_FUNCTION_WORDS.has(token.normal.toLowerCase())
  );
}

/** The lemmas of what a sentence says, each once. */
export function contentOf(sentence: Sentence): ReadonlySet<string> {
  return new Set(sentence.tokens.filter(isContent).map((token) => token.lemma.toLowerCase()));
}

/** The words of a whole text. */
export function wordsIn(reading: Reading): string[] {
  return reading.sentences.flatMap((sentence) => wordsOf(sentence.text));
}
