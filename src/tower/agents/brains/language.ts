import model from "wink-eng-lite-web-model";
import winkNLP, { type ItsHelpers, type PartOfSpeech, type WinkMethods } from "wink-nlp";

/** One token of a text with what the language model says of it. */
export interface Token {
  readonly value: string;
  /** Lower case, contractions written out (`n't` is `not`). */
  readonly normal: string;
  readonly lemma: string;
  readonly pos: PartOfSpeech;
  readonly kind: string;
  readonly negated: boolean;
  /** White space before it. */
  readonly space: string;
}

/** Something the model recognised by its form; `start` and `end` index tokens of its sentence, end exclusive. */
interface FormedEntity {
  readonly type: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface Sentence {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly entities: readonly FormedEntity[];
}

/** A text as read: plain data, so that no skill knows the library. */
export interface Reading {
  readonly text: string;
  readonly sentences: readonly Sentence[];
}

/** Reads English. One instance serves a whole process. */
export interface Language {
  readonly read: (text: string) => Reading;
  /** Whether a lower-case word is in the model's dictionary, inflected forms included. */
  readonly isKnown: (word: string) => boolean;
  /** How a lower-case word by itself is felt, from −1 to +1; 0 for most. */
  readonly feeling: (word: string) => number;
}

/**
 * The library keeps every word it has never seen for ever (about 130 bytes each). After this many characters it is
 * loaded anew, which takes about 60 ms and keeps the worst case under 60 MB.
 */
const RELOAD_AFTER_CHARACTERS = 2_000_000;

/** A line break ends a sentence after a stop, before a blank line and before a list item; else it is a space. */
const BLOCK_BREAK = /\n\s*\n|(?<=[.!?:;…”"')\]])[ \t]*\n|\n(?=[ \t]*(?:[-*•·–]|\d+[.)])\s)/u;

function blocksOf(text: string): string[] {
  return text
    .split(BLOCK_BREAK)
    .map((block) =>
      block
        .replace(/^[ \t]*(?:[-*•·–]|\d+[.)])\s+/u, "")
        .replace(/\s+/gu, " ")
        .trim(),
    )
    .filter((block) => block !== "");
}

function readBlock(wink: WinkMethods, block: string): Sentence[] {
  const { its } = wink;
  const doc = wink.readDoc(block);
  const all = doc.tokens();
  const column = <T>(pick: ItsHelpers[keyof ItsHelpers]): T[] => all.out(pick as never) as T[];
  const values = column<string>(its.value);
  const normals = column<string>(its.normal);
  const lemmas = column<string>(its.lemma);
  const parts = column<PartOfSpeech>(its.pos);
  const kinds = column<string>(its.type);
  const negations = column<boolean>(its.negationFlag);
  const spaces = column<string>(its.precedingSpaces);
  const tokens = values.map((value, at): Token => {
    return {
      value,
      normal: normals[at] ?? value,
      lemma: lemmas[at] ?? value,
      pos: parts[at] ?? "X",
      kind: kinds[at] ?? "",
      negated: negations[at] === true,
      space: spaces[at] ?? "",
    };
  });
  const details = doc.entities().out(its.detail) as unknown as { value: string; type: string }[];
  const places = doc.entities().out(its.span) as unknown as [number, number][];
  const spans = doc.sentences().out(its.span) as unknown as [number, number][];
  return spans
    .filter(([start, end]) => end >= start)
    .map(([start, end]) => {
      const own = tokens.slice(start, end + 1);
      const entities = details.flatMap((detail, at): FormedEntity[] => {
        const [from, to] = places[at] ?? [-1, -1];
        if (from < start || to > end) return [];
        return [{ type: detail.type, value: detail.value, start: from - start, end: to - start + 1 }];
      });
      return {
        text: own
          .map((token) => token.space + token.value)
          .join("")
          .trim(),
        tokens: own,
        entities,
      };
    });
}

/** Loads the language model (about 90 ms the first time); it stays in memory. */
export function createLanguage(reloadAfter = RELOAD_AFTER_CHARACTERS): Language {
  const load = () => winkNLP(model, ["sbd", "negation", "sentiment", "pos", "ner"]);
  let wink = load();
  let dictionary = wink.readDoc("");
  let characters = 0;
  const using = (text: string): WinkMethods => {
    characters += text.length;
    if (characters > reloadAfter) {
      wink = load();
      dictionary = wink.readDoc("");
      characters = text.length;
    }
    return wink;
  };
  return {
    read: (text) => ({
      text,
      sentences: blocksOf(text).flatMap((block) => readBlock(using(block), block)),
    }),
    isKnown: (word) => word.split(/['’-]/u).every((part) => part.length < 3 || !dictionary.isOOV(part)),
    feeling: (word) => Number(using(word).readDoc(word).out(wink.its.sentiment)),
  };
}
