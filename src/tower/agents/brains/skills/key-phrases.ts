import { ENGLISH_FUNCTION_WORDS } from "../function-words.ts";
import type { Language, Reading, Token } from "../language.ts";
import { counted } from "../words.ts";
import { wordsIn } from "./content.ts";
import { namesInSentence } from "./names.ts";
import type { Skill } from "./skill.ts";

/** Nouns too general to be a subject by themselves. */
const VAGUE = new Set(
  `thing things lot lots way ways time times day days week weeks month months year years one ones kind sort bit part
  example case people person edge quarter end side top thanks anything everything minute sort something today tomorrow yesterday morning evening night hour hours minute minutes
  number point fact place half front end mr mrs ms dr`.split(/\s+/u),
);
/** Adjectives that belong to the sentence, not to the phrase. */
const LOOSE = new Set(
  `many few several other same such own more most less last next first second new good bad great big small whole sure
  able late early only main certain different various`.split(/\s+/u),
);

interface Phrase {
  readonly text: string;
  readonly lemmas: readonly string[];
  readonly at: number;
}

const isNoun = (token: Token) => token.pos === "NOUN" || token.pos === "PROPN";
const belongs = (token: Token) =>
  token.kind === "word" &&
  token.value.length > 1 &&
  (isNoun(token) || (token.pos === "ADJ" && !LOOSE.has(token.normal))) &&
  !ENGLISH_FUNCTION_WORDS.has(token.normal.toLowerCase());

/** Proper names, and runs of adjectives and nouns that end in a noun, outside dates and amounts; hyphenated words stay whole. */
function phrasesIn(reading: Reading, language: Language): Phrase[] {
  const phrases: Phrase[] = [];
  let at = 0;
  for (const sentence of reading.sentences) {
    const { tokens, entities } = sentence;
    const names = namesInSentence(sentence, reading, language);
    const taken = new Set(
      entities
        .filter(({ type }) => !["ORDINAL", "CARDINAL", "HASHTAG"].includes(type))
        .flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)),
    );
    let run: Token[] = [];
    const close = () => {
      run = run.slice(0, run.findLastIndex(isNoun) + 1);
      const words = run.filter((token) => token.kind === "word");
      const only = words[0];
      // A lone word that opens a sentence is often a command: “Roll”, “Mix”.
      const vague =
        words.length === 1 && only !== undefined && (VAGUE.has(only.normal) || only === tokens[0]);
      if (words.length > 0 && words.length <= 4 && !vague) {
        const text = run.map((token, i) => (i === 0 ? "" : token.space) + token.value).join("");
        phrases.push({ text, lemmas: words.map((token) => token.lemma.toLowerCase()), at });
      }
      run = [];
      at += 1;
    };
    for (const [i, token] of tokens.entries()) {
      const name = names.find(({ start, end }) => i >= start && i < end);
      if (name !== undefined) {
        if (name.start === i) {
          close();
          phrases.push({ text: name.text, lemmas: name.text.toLowerCase().split(/[ -]/u), at });
        }
        continue;
      }
      const next = tokens[i + 1];
      const joins =
        token.value === "-" &&
        token.space === "" &&
        run.length > 0 &&
        next !== undefined &&
        next.space === "";
      if (joins || (belongs(token) && !taken.has(i))) run.push(token);
      else close();
    }
    close();
  }
  return phrases;
}

/**
 * Ranks the noun phrases of a text by RAKE (Rose, Engel, Cramer and Cowley, “Automatic Keyword Extraction from Individual
 * Documents”, 2010): a word scores its degree (words it stands beside in phrases, itself included) over its frequency, a phrase the
 * sum of its words; repeated phrases, names and early ones get more. At most `limit`, none inside another.
 */
export function keyPhrases(
  reading: Reading,
  language: Language,
  limit: number,
): { text: string; count: number }[] {
  const all = phrasesIn(reading, language);
  const frequency = new Map<string, number>();
  const degree = new Map<string, number>();
  for (const { lemmas } of all) {
    for (const lemma of lemmas) {
      frequency.set(lemma, (frequency.get(lemma) ?? 0) + 1);
      degree.set(lemma, (degree.get(lemma) ?? 0) + lemmas.length);
    }
  }
  const grouped = Map.groupBy(all, ({ lemmas }) => lemmas.join(" "));
  const ranked = [...grouped.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const rake = first.lemmas.reduce(
        (sum, lemma) => sum + (degree.get(lemma) ?? 0) / (frequency.get(lemma) ?? 1),
        0,
      );
      const repeated = first.lemmas.reduce((sum, lemma) => sum + (frequency.get(lemma) ?? 1) - 1, 0);
      const early = 1 / (1 + first.at / 10);
      // A lone common noun said once is a subject only when there is nothing better.
      const lone = first.lemmas.length === 1 && group.length === 1 && !/^\p{Lu}/u.test(first.text) ? 1 : 0;
      const size = Math.min(rake, 6);
      return [{ ...first, count: group.length, score: size + repeated + early - lone }];
    })
    .toSorted((a, b) => b.score - a.score || a.at - b.at);
  const kept: typeof ranked = [];
  for (const phrase of ranked) {
    if (kept.length >= limit) break;
    const inside = kept.some((other) =>
      ` ${other.lemmas.join(" ")} `.includes(` ${phrase.lemmas.join(" ")} `),
    );
    if (!inside) kept.push(phrase);
  }
  return kept.map(({ text, lemmas }) => ({ text, count: occurrences(all, lemmas) }));
}

/** How often a phrase occurs, inside longer ones too. */
function occurrences(all: readonly Phrase[], lemmas: readonly string[]): number {
  const needle = ` ${lemmas.join(" ")} `;
  return all.filter((phrase) => ` ${phrase.lemmas.join(" ")} `.includes(needle)).length;
}

const DEFAULT_ITEMS = 6;

/** What a text is about, in its own noun phrases. */
export const keyPhrasesSkill: Skill = {
  task: "key phrases",
  budget: { fixed: 70, perTextToken: 0.35 },
  shortcoming: (reading) => {
    const words = wordsIn(reading).length;
    return words < 5 ? `The text has only ${counted(words, "word")}: too few for key phrases.` : undefined;
  },
  lines: ({ reading, language, wishes }) => {
    const phrases = keyPhrases(reading, language, Math.min(wishes.items ?? DEFAULT_ITEMS, 10));
    if (phrases.length === 0) return ["No noun phrase stands out."];
    return phrases.map(({ text, count }, at) => `${at + 1}. ${text}${count > 1 ? ` (${count} times)` : ""}`);
  },
};
