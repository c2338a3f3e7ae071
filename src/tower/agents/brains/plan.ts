import { tongueOf } from "./english.ts";
import { isQuestion, readInstruction, withoutPoliteness } from "./instruction.ts";
import type { Language, Reading } from "./language.ts";
import { BROWSING, KINDS, MATHS, REASONS } from "./refusals.ts";
import { roughSentences, takeApart } from "./request.ts";
import { SKILLS } from "./skills/index.ts";
import type { Wishes } from "./skills/skill.ts";
import { TASKS, type Task } from "./tasks.ts";
import { wordsOf } from "./words.ts";

/** What will be done for a request, or why nothing will. */
export type Plan =
  | {
      readonly kind: "do";
      readonly tasks: readonly Task[];
      /** All of it, because nothing in particular was asked. */
      readonly whole: boolean;
      readonly reading: Reading;
      readonly wishes: Wishes;
      /** What was asked and will not be done: `translation`, or a sentence about a task that the text is too short for. */
      readonly leftOut: readonly string[];
      readonly shortcomings: readonly string[];
    }
  | { readonly kind: "refuse"; readonly reason: string };

const refuse = (reason: string): Plan => ({ kind: "refuse", reason });

/** A text that is nothing but a link. */
const LINK = /^(?:https?:\/\/|www\.)\S+$/iu;

/** A statement this long after a question makes the question part of a text. */
const STATEMENT_WORDS = 12;

/** A short text that opens like this is an order for something unknown. */
const ORDER =
  /^(?:explain|give|tell|teach|define|describe|advise|suggest|show|list|name|find|make|create|help|plan|design|recommend|write|do|be|learn|answer)\b/iu;

/** Why a request without an instruction is no text either: a question, a greeting; `undefined` when it is a text. */
function notAText(text: string): string | undefined {
  const sentences = roughSentences(text);
  const questions = sentences.filter(isQuestion);
  const statements = sentences.filter((sentence) => !isQuestion(sentence));
  const stated = statements.reduce((sum, sentence) => sum + wordsOf(sentence).length, 0);
  const kind = KINDS.find(({ pattern }) => pattern.test(sentences[0] ?? ""));
  if (
    stated < STATEMENT_WORDS &&
    kind !== undefined &&
    (questions.length > 0 || sentences.length <= 2 || kind.key !== "conversation")
  )
    return kind.reason;
  if (ORDER.test(withoutPoliteness(text)) && wordsOf(text).length < STATEMENT_WORDS) return REASONS.unknown;
  if (questions.length > 0 && stated < STATEMENT_WORDS) return REASONS.question;
  return undefined;
}

/** Why a text cannot be read. */
function unreadable(text: string, language: Language): string | undefined {
  const words = wordsOf(text);
  switch (tongueOf(text, language.isKnown)) {
    case "no words":
      return REASONS.noWords;
    case "foreign script":
      return REASONS.foreignScript;
    case "foreign words":
      return REASONS.foreignWords;
    case "gibberish":
      return words.length < 3 ? REASONS.tooShort : REASONS.gibberish;
    case "english":
      return words.length < 3 ? REASONS.tooShort : undefined;
  }
}

/** Decides what to do for a request. The same request gives the same plan. */
export function planFor(request: string, language: Language): Plan {
  const hasVerb = (text: string) =>
    language
      .read(text)
      .sentences.some(({ tokens }) => tokens.some(({ pos }) => pos === "VERB" || pos === "AUX"));
  if (!/\p{L}/u.test(request))
    return refuse(MATHS.pattern.test(request.trim()) ? MATHS.reason : REASONS.noWords);
  const { instruction, text } = takeApart(request, hasVerb);
  if (instruction === "") return planForText(text, language);
  const { tasks, whole, beyond, wishes } = readInstruction(instruction);
  const [first] = beyond;
  if (tasks.length === 0) {
    if (first !== undefined) return refuse(first.reason);
    return refuse(
      isQuestion(instruction) ? REASONS.question : text === "" ? REASONS.noText : REASONS.unknown,
    );
  }
  if (wordsOf(text).length === 0) {
    const asked = KINDS.find(({ pattern }) => pattern.test(withoutPoliteness(instruction)));
    return refuse(asked?.reason ?? (/\S/u.test(text) ? REASONS.noWords : REASONS.noText));
  }
  if (LINK.test(text)) return refuse(BROWSING.reason);
  const reason = unreadable(text, language);
  if (reason !== undefined) return refuse(reason);
  const leftOut = [...new Set(beyond.flatMap((kind) => kind.leftOut ?? []))];
  return fitting(tasks, whole, language.read(text), wishes, leftOut);
}

function planForText(text: string, language: Language): Plan {
  if (LINK.test(text)) return refuse(BROWSING.reason);
  const reason = unreadableOrChat(text, language);
  return reason === undefined ? fitting(TASKS, true, language.read(text), {}, []) : refuse(reason);
}

/** A greeting is better answered as one than as “too short”; a foreign text better as foreign than as a question. */
function unreadableOrChat(text: string, language: Language): string | undefined {
  const reason = unreadable(text, language);
  const chat = notAText(text);
  if (reason === undefined || reason === REASONS.tooShort) return chat ?? reason;
  return reason;
}

/** Leaves out the tasks that the text is not enough for; refuses when none is left. */
function fitting(
  tasks: readonly Task[],
  whole: boolean,
  reading: Reading,
  wishes: Wishes,
  leftOut: readonly string[],
): Plan {
  const judged = tasks.map((task) => ({ task, shortcoming: SKILLS[task].shortcoming(reading) }));
  const possible = judged.filter(({ shortcoming }) => shortcoming === undefined).map(({ task }) => task);
  const shortcomings = whole ? [] : judged.flatMap(({ shortcoming }) => shortcoming ?? []);
  if (possible.length > 0)
    return { kind: "do", tasks: possible, whole, reading, wishes, leftOut, shortcomings };
  const others = TASKS.filter((task) => SKILLS[task].shortcoming(reading) === undefined);
  const instead = others.length === 0 ? "" : ` For a text like this I can do: ${others.join(", ")}.`;
  return refuse(`${shortcomings[0] ?? REASONS.tooShort}${instead}`);
}
