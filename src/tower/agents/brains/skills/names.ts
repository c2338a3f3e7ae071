import { ENGLISH_FUNCTION_WORDS } from "../function-words.ts";
import type { Language, Reading, Sentence, Token } from "../language.ts";
import { GIVEN_NAMES, ORGANISATIONS, places } from "./gazetteer.ts";

/** What a name seems to name. `name` when nothing around it tells. */
type NameKind = "person" | "organisation" | "place" | "name";

export interface Name {
  readonly text: string;
  readonly kind: NameKind;
}

/** Where a name stands in its sentence, as token indices; end exclusive. */
interface NameSpan extends Name {
  readonly start: number;
  readonly end: number;
}

const TITLES =
  /^(?:mr|mrs|ms|miss|dr|prof|professor|sir|lady|lord|king|queen|prince|princess|president|chancellor|senator|mayor|judge|captain|general|doctor|inspector|minister|governor|uncle|aunt|saint)\.?$/iu;
const INSTITUTION =
  /\b(?:Inc|Corp|Corporation|Ltd|LLC|PLC|GmbH|Co|Company|Group|Bank|University|College|Institute|Ministry|Department|Agency|Council|Committee|Commission|Association|Union|Party|Court|Parliament|Senate|Congress|Police|Society|Foundation|Club|School|Hospital|Museum|Airlines?|Airways|Motors|Labs?|Laborator(?:y|ies)|Technologies|Systems|Nations|Organi[sz]ation|Times|Post|Guardian|Reserve|Trust|Church|Library|Press|Records|Studios?|Industries|Holdings|Capital|Partners|Services)\b/u;
/** Names that go on with “of”: “University of Oxford”, “Gulf of Mexico”. */
const GOES_ON =
  /^(?:University|Bank|Department|Ministry|House|Bay|Gulf|Isle|Kingdom|Republic|Statue|Council|Court|Institute|School|Church|City|Museum|Academy|Duke|Prince|King|Queen|Lord|Board|Cape|Mount|State|Tower|Battle|Treaty)$/u;
const LANDSCAPE =
  /\b(?:Street|Avenue|Road|Square|Park|River|Lake|Mount|Mountains?|Islands?|Bay|Gulf|Valley|City|County|Bridge|Airport|Station|Beach|Desert|Ocean|Sea|Forest|Province|North|South|East|West|Isle|Cape|Hill|Hills|Falls|Coast)\b/u;
/** Verbs that people do, and hardly a company. */
const PERSON_VERBS =
  /^(?:told|asked|replied|wrote|smiled|laughed|married|lives?|lived|walked|recalled|climbed|sat|stood|felt|knew|whispered|nodded|woke|remembered|opened|turned|looked)$/iu;
/** German, Italian, Japanese: an adjective before a noun, or a language. */
const NATIONALITY =
  /^(?:\p{L}{2,}(?:ian|ese|ish)|German|Dutch|French|Greek|American|Mexican|African|European|Swiss|Czech|Thai|Arab|Korean|English)s?$/u;
const CALENDAR =
  /^(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|August|September|October|November|December)$/u;

/** “published in Nature” names no place. */
const PUBLISHED =
  /^(?:published|printed|appeared|article|study|believe|believed|invested|shares|interest|starred|starring)$/iu;

function kindOf(text: string, tokens: readonly Token[], start: number, end: number): NameKind {
  const [earlier, before, after] = [tokens[start - 2], tokens[start - 1], tokens[end]];
  const words = text.split(" ");
  const first = words[0] ?? "";
  if (words.length > 1 && TITLES.test(first)) return "person";
  if (ORGANISATIONS.has(text)) return "organisation";
  if (places().has(text)) return "place";
  if (INSTITUTION.test(text)) return "organisation";
  if (LANDSCAPE.test(text)) return "place";
  if (GIVEN_NAMES.has(first) && words.length <= 3) return "person";
  if (before !== undefined && TITLES.test(before.value)) return "person";
  if (after !== undefined && PERSON_VERBS.test(after.value)) return "person";
  if (before?.value === "in" && words.length <= 2 && !PUBLISHED.test(earlier?.value ?? "")) return "place";
  return "name";
}

/** Whether a capitalised word at the start of a sentence is a name and not just a first word. */
function isNameAtStart(token: Token, reading: Reading, language: Language): boolean {
  if (places().has(token.value) || GIVEN_NAMES.has(token.value) || TITLES.test(token.value)) return true;
  if (ORGANISATIONS.has(token.value) && token.pos === "PROPN") return true;
  const elsewhere = reading.sentences.some(({ tokens }) =>
    tokens.some((other, at) => at > 0 && other.value === token.value),
  );
  return elsewhere || !language.isKnown(token.value.toLowerCase());
}

/** `Anna`, `iPhone`, `NASA`; not `I`, not `The`. */
const isCapital = (token: Token | undefined): token is Token =>
  token !== undefined &&
  token.kind === "word" &&
  (/^\p{Lu}/u.test(token.value) || /^\p{Ll}\p{Lu}/u.test(token.value)) &&
  token.value !== "I" &&
  !CALENDAR.test(token.value) &&
  (token.value === token.value.toUpperCase() || !ENGLISH_FUNCTION_WORDS.has(token.normal.toLowerCase()));

/** The end (exclusive) of the run of capitalised words that starts at `at`. */
function endOfRun(tokens: readonly Token[], at: number, taken: ReadonlySet<number>): number {
  let end = at + 1;
  for (;;) {
    const token = tokens[end];
    const next = tokens[end + 1];
    if (token === undefined) return end;
    if (isCapital(token) && !taken.has(end) && token.space !== "") end += 1;
    else if (token.value === "-" && token.space === "" && isCapital(next)) end += 2;
    else if (token.value === "&" && isCapital(next)) end += 2;
    // “Thirty Years' War”
    else if (/^['’]$/u.test(token.value) && tokens[end - 1]?.value.endsWith("s") && isCapital(next)) end += 2;
    else if (/^(?:de|van|von|da|del)$/u.test(token.value) && isCapital(next)) end += 2;
    else if (token.value === "of" && isCapital(next) && GOES_ON.test(tokens[end - 1]?.value ?? "")) end += 2;
    else if (/^\d{1,3}$/u.test(token.value) && !taken.has(end) && next?.pos !== "NOUN" && next?.value !== "%")
      return end + 1;
    else return end;
  }
}

/** A duration that is part of a name: the “Thirty Years” of a war. */
const isTitled = (type: string, value: string) => type === "DURATION" && /^\p{Lu}\S* \p{Lu}/u.test(value);

/** The proper names of one sentence: runs of capitalised words outside dates, amounts and links. */
export function namesInSentence(sentence: Sentence, reading: Reading, language: Language): NameSpan[] {
  const { tokens, entities } = sentence;
  const words = tokens.filter((token) => token.kind === "word" && token.value.length > 1);
  // Where everything is in capitals, capitals tell nothing.
  if (words.length > 2 && words.every((token) => token.value === token.value.toUpperCase())) return [];
  const taken = new Set(
    entities
      .filter(({ type, value }) => type !== "CARDINAL" && type !== "ORDINAL" && !isTitled(type, value))
      .flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)),
  );
  const found: NameSpan[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (taken.has(at) || !isCapital(token)) {
      at += 1;
      continue;
    }
    let start = at;
    const end = endOfRun(tokens, at, taken);
    const first = at === 0 || /^["“'‘(:]$/u.test(tokens[at - 1]?.value ?? "");
    // “Yesterday Anna left”: the first word of a sentence is no part of the name, unless it must be.
    if (first && !isNameAtStart(token, reading, language)) {
      const next = tokens[at + 1];
      const together =
        end - at > 1 &&
        (token.pos === "PROPN" || token.pos === "NOUN" || token.pos === "ADJ") &&
        next?.pos === "PROPN";
      if (!together) start += 1;
    }
    const text = tokens
      .slice(start, end)
      .map((one, i) => (i === 0 ? "" : one.space) + one.value)
      .join("");
    const nationality = end - start === 1 && (tokens[start]?.pos === "ADJ" || NATIONALITY.test(text));
    if (text.length > 1 && /\p{L}/u.test(text) && !nationality)
      found.push({ text, kind: kindOf(text, tokens, start, end), start, end });
    at = end;
  }
  return found;
}

/** The proper names of a text, each once, in order; a short form (“Adams”) of a longer name is left out. */
export function namesIn(reading: Reading, language: Language): Name[] {
  const all = reading.sentences.flatMap((sentence) => namesInSentence(sentence, reading, language));
  const best = new Map<string, Name>();
  for (const { text, kind } of all) {
    const other = best.get(text);
    if (other === undefined || other.kind === "name") best.set(text, { text, kind });
  }
  const unique = [...best.values()];
  return unique.filter(
    ({ text }) => !unique.some((other) => other.text !== text && ` ${other.text} `.includes(` ${text} `)),
  );
}
