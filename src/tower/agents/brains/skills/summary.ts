import type { Sentence } from "../language.ts";
import { counted, wordsOf } from "../words.ts";
import { contentOf, wordsIn } from "./content.ts";
import type { Skill, Wishes } from "./skill.ts";

/** Share of its rank that a sentence hands on; the rest is the same for all (Brin and Page 1998). */
const DAMPING = 0.85;
const ROUNDS = 30;

const NOTHING: ReadonlySet<string> = new Set();

/** How many words two sentences have in common. */
function shared(a: ReadonlySet<string>, b: ReadonlySet<string> = NOTHING): number {
  let count = 0;
  for (const word of a) if (b.has(word)) count += 1;
  return count;
}

/**
 * TextRank (Mihalcea and Tarau, “TextRank: Bringing Order into Texts”, EMNLP 2004): sentences that share words with many
 * others rank high; likeness is the number of shared content words over the logarithms of both lengths.
 */
export function textRank(contents: readonly ReadonlySet<string>[]): number[] {
  const likeness = contents.map((a, i) =>
    contents.map((b, j) => {
      if (i === j || a.size < 2 || b.size < 2) return 0;
      return shared(a, b) / (Math.log(a.size) + Math.log(b.size));
    }),
  );
  const out = likeness.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let ranks = contents.map(() => 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    ranks = ranks.map((_, i) => {
      const given = ranks.reduce((sum, rank, j) => {
        const total = out[j] ?? 0;
        return total === 0 ? sum : sum + (rank * (likeness[j]?.[i] ?? 0)) / total;
      }, 0);
      return 1 - DAMPING + DAMPING * given;
    });
  }
  return ranks;
}

/** Openings that lean on the sentence before. */
const LEANS = /^(?:it|he|she|they|this|that|these|those|such|both|its|his|her|their|the latter)\b/iu;
/** Where a text says what it comes to (Edmundson's cue words). */
const CONCLUDES =
  /\b(?:suggests?|shows?|showed|concludes?|concluded|proves?|found that|results?|overall|in short|above all|most important(?:ly)?|therefore|as a result|the key|highly recommend\w*)\b/iu;
/** Openings that only join, and can go when the sentence before is not there. */
const JOINS =
  /^(?:however|moreover|furthermore|also|besides|still|meanwhile|therefore|thus|nevertheless|in addition|as a result|for example|for instance|and|but|so|yet),?\s+/iu;

/**
 * How much each sentence matters: its TextRank, what comes first in a text (Edmundson 1969: position is the best
 * single cue), figures and names, against questions, asides and sentences that cannot stand alone.
 */
function importance(sentences: readonly Sentence[]): number[] {
  const contents = sentences.map(contentOf);
  const ranks = textRank(contents);
  const top = Math.max(...ranks, Number.MIN_VALUE);
  return sentences.map((sentence, at) => {
    const words = wordsOf(sentence.text).length;
    const place = at === 0 && words >= 5 ? 0.8 : at === sentences.length - 1 ? 0.1 : 0;
    const facts = Math.min(0.3, 0.15 * sentence.entities.length);
    const thin = (contents[at]?.size ?? 0) < 3 || words < 5 ? 0.7 : 0;
    const concludes = CONCLUDES.test(sentence.text) ? 0.3 : 0;
    const asks = /\?["”']?$/u.test(sentence.text) ? 0.5 : 0;
    const leans = LEANS.test(sentence.text) ? 0.2 : 0;
    const said = Math.min(0.25, (contents[at]?.size ?? 0) * 0.025);
    return (0.7 * (ranks[at] ?? 0)) / top + place + facts + said + concludes - thin - asks - leans;
  });
}

function wanted(sentences: number, wishes: Wishes): number {
  const asked = wishes.sentences ?? (sentences <= 3 ? 1 : sentences <= 7 ? 2 : 3);
  return Math.max(1, Math.min(asked, sentences));
}

/** Picks the sentences of a summary, in the order of the text. */
function pick(sentences: readonly Sentence[], wishes: Wishes): number[] {
  const scores = importance(sentences);
  const contents = sentences.map(contentOf);
  const lengths = sentences.map((sentence) => wordsOf(sentence.text).length);
  const chosen: number[] = [];
  let room = wishes.words ?? Number.POSITIVE_INFINITY;
  const limit = wishes.words === undefined ? wanted(sentences.length, wishes) : sentences.length;
  const free = new Set(sentences.keys());
  while (chosen.length < limit && free.size > 0) {
    // What was already said counts less (maximal marginal relevance, Carbonell and Goldstein 1998).
    const fresh = (at: number) => {
      const own = contents[at] ?? NOTHING;
      const worst = Math.max(0, ...chosen.map((other) => shared(own, contents[other])));
      const led = chosen.includes(at - 1) && LEANS.test(sentences[at]?.text ?? "") ? 0.2 : 0;
      return (scores[at] ?? 0) + led - (own.size === 0 ? 0 : (1.2 * worst) / own.size);
    };
    const best = [...free].reduce((a, b) => (fresh(b) > fresh(a) ? b : a));
    free.delete(best);
    const length = lengths[best] ?? 0;
    if (length > room && chosen.length > 0) continue;
    if (length > room && [...free].some((at) => (lengths[at] ?? 0) <= room && (lengths[at] ?? 0) >= 5))
      continue;
    chosen.push(best);
    room -= length;
  }
  return chosen.toSorted((a, b) => a - b);
}

/** The sentences that say most, word for word. */
export const summary: Skill = {
  task: "summary",
  budget: { fixed: 50, perTextToken: 1.1 },
  shortcoming: (reading) => {
    const words = wordsIn(reading).length;
    if (reading.sentences.length >= 2 && words >= 12) return undefined;
    if (words < 12) return `The text has only ${counted(words, "word")}: too short to be summarised.`;
    return "The text is a single sentence, and I summarise by choosing the sentences that say most.";
  },
  lines: ({ reading, wishes }) => {
    const { sentences } = reading;
    if (sentences.length < 2) return ["It is a single sentence: nothing to choose from."];
    const chosen = pick(sentences, wishes);
    const texts = chosen.map((at) => {
      const text = sentences[at]?.text ?? "";
      if (at === 0 || chosen.includes(at - 1)) return text;
      const bare = text.replace(JOINS, "");
      return bare.charAt(0).toUpperCase() + bare.slice(1);
    });
    const all = wordsIn(reading).length;
    const kept = texts.reduce((sum, text) => sum + wordsOf(text).length, 0);
    const size = `${chosen.length} of ${sentences.length} sentences, ${kept} of ${counted(all, "word")}`;
    return [...texts, `(${size}, in the text's own words)`];
  },
};
