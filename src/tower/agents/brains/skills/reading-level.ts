import type { Reading } from "../language.ts";
import { counted, decimal, quoted, wordsOf } from "../words.ts";
import { wordsIn } from "./content.ts";
import type { Skill } from "./skill.ts";
import { syllablesOf } from "./syllables.ts";

export interface Readability {
  readonly words: number;
  readonly sentences: number;
  readonly syllables: number;
  /** 100 very easy, 0 very hard; beyond both for extreme texts. */
  readonly ease: number;
  /** School year in the United States; 13 and more means college. */
  readonly grade: number;
}

/**
 * Flesch reading ease, `206.835 − 1.015 words/sentences − 84.6 syllables/words` (Flesch, “A new readability yardstick”, Journal of
 * Applied Psychology 32, 1948), and Flesch-Kincaid grade, `0.39 words/sentences + 11.8 syllables/words − 15.59` (Kincaid, Fishburne,
 * Rogers and Chissom, Naval Technical Training Command report 8-75, 1975). The reading must hold a word.
 */
export function readability(reading: Reading): Readability {
  const all = wordsIn(reading);
  const words = all.length;
  const sentences = Math.max(1, reading.sentences.filter(({ text }) => wordsOf(text).length > 0).length);
  const syllables = all.reduce((sum, word) => sum + syllablesOf(word), 0);
  const ease = 206.835 - 1.015 * (words / sentences) - 84.6 * (syllables / words);
  const grade = 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59;
  return { words, sentences, syllables, ease, grade };
}

/** Flesch's own bands. */
const BANDS: readonly (readonly [least: number, label: string])[] = [
  [90, "very easy"],
  [80, "easy"],
  [70, "fairly easy"],
  [60, "plain English"],
  [50, "fairly difficult"],
  [30, "difficult"],
  [Number.NEGATIVE_INFINITY, "very difficult"],
];

const bandOf = (ease: number) => BANDS.find(([least]) => ease >= least)?.[1] ?? "";

/** Grade 1 is the school year of six- to seven-year-olds. */
function gradeOf(grade: number): string {
  const year = Math.round(grade);
  if (year < 1) return "below grade 1, for beginning readers";
  if (year > 16) return "beyond college";
  if (year > 12) return `grade ${decimal(grade)}, college`;
  return `grade ${decimal(grade)}, about age ${year + 5} to ${year + 6}`;
}

/** Silent reading of non-fiction in English (Brysbaert, Journal of Memory and Language 109, 2019). */
const WORDS_A_MINUTE = 238;
/** The formulas were made for passages of about this length. */
const PASSAGE = 100;

/** How hard a text is to read. */
export const readingLevel: Skill = {
  task: "reading level",
  budget: { fixed: 140, perTextToken: 0.5 },
  shortcoming: (reading) => {
    const words = wordsIn(reading).length;
    return words < 8
      ? `The text has only ${counted(words, "word")}: a reading level needs at least eight.`
      : undefined;
  },
  lines: ({ reading }) => {
    const level = readability(reading);
    const seconds = Math.max(1, Math.round((level.words / WORDS_A_MINUTE) * 60));
    const hardest = reading.sentences
      .map(({ text }) => ({ text, words: wordsOf(text).length }))
      .reduce((a, b) => (b.words > a.words ? b : a));
    const long = [...new Set(wordsIn(reading).map((word) => word.toLowerCase()))]
      .map((word) => ({ word, syllables: syllablesOf(word) }))
      .filter(({ word, syllables }) => syllables >= 4 && /^[\p{L}'’-]+$/u.test(word))
      .toSorted((a, b) => b.syllables - a.syllables)
      .slice(0, 4);
    const ease = Math.round(level.ease);
    const beyond = ease > 100 || ease < 0 ? ", off the scale" : "";
    const lines = [
      `Flesch reading ease: ${ease < 0 ? `−${-ease}` : ease} of 100 (${bandOf(ease)}${beyond})`,
      `Flesch-Kincaid: ${gradeOf(level.grade)}`,
      `${decimal(level.words / level.sentences)} words a sentence, ${decimal(level.syllables / level.words, 2)} syllables a word`,
      `Takes about ${counted(seconds, "second")} to read silently.`,
    ];
    if (long.length > 0) lines.push(`Hardest words: ${long.map(({ word }) => word).join(", ")}`);
    if (level.sentences > 1)
      lines.push(`Longest sentence, ${hardest.words} words: ${quoted(hardest.text, 90)}`);
    if (level.words < PASSAGE)
      lines.push(`Take it as a guide: the formulas are made for ${PASSAGE} words, this is ${level.words}.`);
    return lines;
  },
};
