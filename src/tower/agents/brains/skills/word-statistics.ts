import { ENGLISH_FUNCTION_WORDS } from "../function-words.ts";
import { counted, decimal, wordsOf } from "../words.ts";
import { wordsIn } from "./content.ts";
import type { Skill } from "./skill.ts";

const fold = (word: string) => word.toLowerCase().replace(/[’‘]/gu, "'");

/** Words with how often they occur, most frequent first, then in order of appearance. */
function frequencies(words: readonly string[]): (readonly [word: string, count: number])[] {
  return [...Map.groupBy(words, (word) => word)]
    .map(([word, all]) => [word, all.length] as const)
    .toSorted(([, a], [, b]) => b - a);
}

const characters = (text: string) => Array.from(text).length;
const DEFAULT_ITEMS = 5;

/** What can be counted in a text. */
export const wordStatistics: Skill = {
  task: "word statistics",
  budget: { fixed: 120, perTextToken: 0.25 },
  shortcoming: () => undefined,
  lines: ({ reading, wishes }) => {
    const words = wordsIn(reading);
    const folded = words.map(fold);
    const distinct = new Set(folded).size;
    const sentences = reading.sentences.filter(({ text }) => wordsOf(text).length > 0).length;
    const letters = words.reduce((sum, word) => sum + characters(word), 0);
    const plain = words.filter((word) => /^[\p{L}\p{M}'’-]+$/u.test(word));
    const longest = (plain.length > 0 ? plain : words).reduce(
      (a, b) => (characters(b) > characters(a) ? b : a),
      "",
    );
    const telling = frequencies(
      folded.filter((word) => !ENGLISH_FUNCTION_WORDS.has(word) && /\p{L}/u.test(word)),
    );
    const repeated = telling
      .filter(([, count]) => count > 1)
      .slice(0, Math.min(wishes.items ?? DEFAULT_ITEMS, 10));
    const lines: string[] = [];
    const { countedWord } = wishes;
    if (countedWord !== undefined) {
      const times = folded.filter((word) => word === fold(countedWord)).length;
      lines.push(
        `“${countedWord}” occurs ${times === 1 ? "once" : times === 0 ? "nowhere" : `${times} times`}.`,
      );
    }
    lines.push(
      `Words: ${words.length}, ${distinct} of them different (${Math.round((distinct / Math.max(1, words.length)) * 100)}%)`,
      `Characters: ${characters(reading.text)}, without spaces ${characters(reading.text.replace(/\s/gu, ""))}`,
      sentences > 1
        ? `Sentences: ${sentences}, of ${decimal(words.length / sentences)} words on average`
        : `Sentences: 1, of ${counted(words.length, "word")}`,
      `Word length: ${decimal(letters / Math.max(1, words.length))} characters on average`,
      `Longest word: ${longest.slice(0, 60)} (${characters(longest)})`,
    );
    if (repeated.length > 0)
      lines.push(`Most used: ${repeated.map(([word, count]) => `${word} ${count}×`).join(", ")}`);
    else if (telling.length > 2) lines.push("Apart from small words such as “the”, no word comes twice.");
    return lines;
  },
};
