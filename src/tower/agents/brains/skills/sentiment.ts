import type { Language, Sentence, Token } from "../language.ts";
import { counted, listed, quoted, signed } from "../words.ts";
import {
  DEGREES,
  FEELING_CORRECTIONS,
  FELT_WHEN_DENIED,
  IDIOMS,
  NEGATORS,
  NEUTRAL_WORDS,
} from "./sentiment-lexicon.ts";
import type { Skill } from "./skill.ts";

/** A word or idiom that carries feeling, and how much after negation and degree: −1 to +1 before weighting. */
interface Charge {
  readonly words: string;
  readonly score: number;
}

/** How one sentence feels. */
export interface Feeling {
  /** −1 to +1. */
  readonly score: number;
  readonly charges: readonly Charge[];
}

/** A negated feeling is turned round and somewhat weaker. */
const NEGATION_FACTOR = -0.74;
/** A negator reaches this many words ahead. */
const NEGATION_REACH = 3;
/** The rules were made for word scores from −4 to +4. */
const RULE_SCALE = 4;
/** In `score / sqrt(score² + 15)`, which keeps a sum of word scores between −1 and +1. */
const NORMAL = 15;
/** Below this a sentence counts as neutral. */
const NEUTRAL_BELOW = 0.05;

/**
 * Scores one sentence with the rules of VADER (Hutto and Gilbert, “VADER: A Parsimonious Rule-based Model for
 * Sentiment Analysis of Social Media Text”, ICWSM 2014) over the language model's own word scores: negation within three
 * words, degree words, and what follows “but” weighing three times what precedes it.
 */
export function feelingOf(sentence: Sentence, language: Language): Feeling {
  const normals = sentence.tokens.map((token) => token.normal.toLowerCase());
  const contrast = normals.lastIndexOf("but");
  const charges: Charge[] = [];
  let sum = 0;
  let at = 0;
  while (at < normals.length) {
    const idiom = IDIOMS.find(({ tokens }) => tokens.every((token, i) => normals[at + i] === token));
    const length = idiom?.tokens.length ?? 1;
    const word = normals[at] ?? "";
    const negated = idiom?.tokens.some((one) => NEGATORS.has(one)) ? undefined : negatorBefore(normals, at);
    const base = idiom?.score ?? baseOf(sentence.tokens[at], at === 0, negated !== undefined, language);
    if (base !== 0 && (idiom !== undefined || !NEGATORS.has(word))) {
      const degree = DEGREES.get(normals[at - 1] ?? "") ?? 1;
      const score = base * degree * (negated === undefined ? 1 : NEGATION_FACTOR);
      const weight = contrast < 0 ? 1 : at < contrast ? 0.5 : 1.5;
      sum += score * weight * RULE_SCALE;
      const spoken = sentence.tokens.slice(at, at + length).map((token) => token.space + token.value);
      const words = spoken.join("").trim().toLowerCase();
      charges.push({ words: negated === undefined ? words : `${negated} … ${words}`, score });
    }
    at += length;
  }
  return { score: sum / Math.sqrt(sum * sum + NORMAL), charges };
}

/** What a word by itself is worth; inflected forms that the word scores lack are looked up by their lemma. */
function baseOf(token: Token | undefined, first: boolean, denied: boolean, language: Language): number {
  if (token === undefined) return 0;
  const word = token.normal.toLowerCase();
  const whenDenied = denied ? FELT_WHEN_DENIED.get(word) : undefined;
  if (whenDenied !== undefined) return whenDenied;
  const corrected = FEELING_CORRECTIONS.get(word);
  if (corrected !== undefined) return corrected;
  // A name is no feeling, but the first word of a sentence is hardly ever a name: “Joy Smith”, “Riot Platforms”.
  if (NEUTRAL_WORDS.has(word) || (!first && token.pos === "PROPN" && /^\p{Lu}\p{Ll}/u.test(token.value)))
    return 0;
  const own = language.feeling(word);
  if (own !== 0 || token.kind !== "word") return own;
  const lemma = token.lemma.toLowerCase();
  return NEUTRAL_WORDS.has(lemma) ? 0 : (FEELING_CORRECTIONS.get(lemma) ?? language.feeling(lemma));
}

/** The negator that reaches the token at `at`, if one does; “not only” and “never such/so” turn nothing round. */
function negatorBefore(normals: readonly string[], at: number): string | undefined {
  for (let back = 1; back <= NEGATION_REACH; back += 1) {
    const word = normals[at - back] ?? "";
    if (/^[,;:.!?—–]$|^but$/u.test(word)) return undefined;
    if (!NEGATORS.has(word)) continue;
    const between = normals.slice(at - back + 1, at);
    if (between[0] === "only") return undefined;
    if (word === "never" && between.some((one) => one === "so" || one === "such")) return undefined;
    return word.replace(/^n['’]t$/u, "not");
  }
  return undefined;
}

function verdictOf(overall: number, best: number, worst: number): string {
  if (best >= 0.3 && worst <= -0.3 && Math.abs(overall) < 0.25) return "Mixed";
  const side = overall > 0 ? "positive" : "negative";
  const size = Math.abs(overall);
  if (size < NEUTRAL_BELOW) return "Neutral";
  if (size < 0.25) return `Slightly ${side}`;
  return size < 0.55 ? `${side[0]?.toUpperCase()}${side.slice(1)}` : `Very ${side}`;
}

function strongest(charges: readonly Charge[], side: 1 | -1): string | undefined {
  const ranked = charges
    .filter((charge) => charge.score * side > 0)
    .toSorted((a, b) => (b.score - a.score) * side)
    .map((charge) => charge.words);
  const unique = [...new Set(ranked)].slice(0, 5);
  return unique.length === 0 ? undefined : unique.join(", ");
}

/** How a text feels, sentence by sentence. */
export const sentiment: Skill = {
  task: "sentiment",
  budget: { fixed: 120, perTextToken: 1.1 },
  shortcoming: () => undefined,
  lines: ({ reading, language }) => {
    const felt = reading.sentences.map((sentence) => ({ sentence, ...feelingOf(sentence, language) }));
    const overall = felt.reduce((sum, { score }) => sum + score, 0) / Math.max(1, felt.length);
    const ranked = felt.toSorted((a, b) => b.score - a.score);
    const [best, worst] = [ranked[0], ranked.at(-1)];
    if (best === undefined || worst === undefined) return [];
    const positive = felt.filter(({ score }) => score >= NEUTRAL_BELOW).length;
    const negative = felt.filter(({ score }) => score <= -NEUTRAL_BELOW).length;
    const lines = [
      `${verdictOf(overall, best.score, worst.score)}: ${signed(overall)} on a scale from −1 to +1.`,
    ];
    if (positive + negative === 0) {
      lines.push("No word in it carries a clear feeling: it reads as matter-of-fact.");
      return lines;
    }
    if (felt.length > 1) {
      const kinds = [
        [positive, "positive"],
        [negative, "negative"],
        [felt.length - positive - negative, "neutral"],
      ] as const;
      const parts = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
      lines.push(`Of ${counted(felt.length, "sentence")}: ${listed(parts)}.`);
      if (positive > 0) lines.push(`Warmest (${signed(best.score)}): ${quoted(best.sentence.text)}`);
      if (negative > 0) lines.push(`Coldest (${signed(worst.score)}): ${quoted(worst.sentence.text)}`);
    }
    const charges = felt.flatMap((one) => one.charges);
    const [warm, cold] = [strongest(charges, 1), strongest(charges, -1)];
    if (warm !== undefined) lines.push(`Words for: ${warm}`);
    if (cold !== undefined) lines.push(`Words against: ${cold}`);
    return lines;
  },
};
