import { AGENT_DEFS } from "../../../protocol/agent-defs.ts";
import { KINDS, type Kind } from "./refusals.ts";
import type { Wishes } from "./skills/skill.ts";
import { TASK_PATTERNS, TASKS, type Task, WHOLE_ANALYSIS } from "./tasks.ts";
import { wordsOf } from "./words.ts";

/** What an instruction asks for. */
export interface Instruction {
  /** In the order of {@link TASKS}; empty when nothing of it can be done. */
  readonly tasks: readonly Task[];
  /** Whether the tasks are all of them because a whole analysis was asked for. */
  readonly whole: boolean;
  /** What was also, or only, asked for and cannot be done. */
  readonly beyond: readonly Kind[];
  readonly wishes: Wishes;
}

/** Ways to greet, to ask nicely and to hand over a task, and the agents' own names. */
const COURTESIES = [
  "please|pls|kindly|hi|hello|hey|dear|good (?:morning|evening|afternoon)|thanks",
  "there|now|then|and|so|ok|okay|also|just|quickly|first|finally|agent",
  "(?:can|could|would|will) you|(?:can|could|may) i|let's|let us|try to|your task is to|you should|you must",
  "i (?:want|need|would like)(?: you)?(?: to)?|i'd like(?: you)?(?: to)?|help me(?: to)?",
  // “do a sentiment analysis”, “give me the gist”: the verb is only a handle.
  "(?:have|see|get|know|do|perform|run|carry out|give me|show me|tell me|provide|make|produce|write)(?= (?:an? |the |me |some |its )?(?:\\w+ )?(?:analysis|summary|sentiment|gist|summaries|tl;?dr|key|digest|overview|statistics|stats|list of|word count))",
  ...AGENT_DEFS.map(({ label }) => label).filter((label) => /^[\p{L} ]+$/u.test(label)),
];
const POLITE = new RegExp(`^(?:(?:${COURTESIES.join("|")})\\b[\\s,.!:-]*)+`, "iu");

/** An instruction without the courtesies around its verb; curly apostrophes made straight. */
export function withoutPoliteness(instruction: string): string {
  return instruction
    .trim()
    .replace(/[’‘]/gu, "'")
    .replace(POLITE, "")
    .replace(/\b(what|who|where|how)'s\b/giu, "$1 is")
    .trim();
}

/** “no summary”, “without the sentiment”, “everything except key phrases”, “don't summarise”. */
const EXCLUDED =
  /\b(?:no|not|without|skip|omit|except(?: for)?|but not|don't|do not|excluding|other than|leave out)\s+(?:(?:an?|the|any|need|want|give|me|do|to|its)\s+)*/giu;

const NUMBERS: ReadonlyMap<string, number> = new Map(
  ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"].map((word, at) => [
    word,
    at + 1,
  ]),
);
const numberOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = NUMBERS.get(text.toLowerCase()) ?? (/^(?:a|single)$/iu.test(text) ? 1 : Number(text));
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
};
const NUMBER = "(\\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|a|single)";
const SENTENCES = new RegExp(`\\b${NUMBER}[ -]?(?:short |simple |brief |single )?sentences?\\b`, "iu");
const WORDS = new RegExp(
  `\\b(?:in|under|within|than|most|about|to|of)\\s+${NUMBER} words\\b|\\b${NUMBER}[ -]word\\b`,
  "iu",
);
const ITEMS = new RegExp(
  `\\b${NUMBER}\\s+(?:\\w+\\s+)?(?:key|main|most|important|top|keywords?|tags?|topics?|phrases?|terms?|common|bullet)\\b|\\btop ${NUMBER}\\b`,
  "iu",
);
const COUNTED =
  /\bhow (?:many times|often) (?:does |do |is |are |did |has )?(?:the )?(?:word |term |name )?["“'‘]?([\p{L}][\p{L}'’-]*)["”'’]?|\bcount (?:the )?(?:word|term|occurrences of(?: the word)?) ["“'‘]?([\p{L}][\p{L}'’-]*)/iu;
const UNCOUNTED = /^(?:it|this|that|the|each|every|words?|occurrences?|there|count|and|in)$/iu;

function wishesIn(text: string): Wishes {
  const sentences = numberOf(SENTENCES.exec(text)?.[1]);
  const wordsMatch = WORDS.exec(text);
  const words = numberOf(wordsMatch?.[1] ?? wordsMatch?.[2]);
  const itemsMatch = ITEMS.exec(text);
  const items = numberOf(itemsMatch?.[1] ?? itemsMatch?.[2]);
  const countedMatch = COUNTED.exec(text);
  const countedWord = countedMatch?.[1] ?? countedMatch?.[2];
  return {
    ...(sentences === undefined ? {} : { sentences }),
    ...(words === undefined || words < 5 ? {} : { words }),
    ...(items === undefined ? {} : { items }),
    ...(countedWord === undefined || UNCOUNTED.test(countedWord) ? {} : { countedWord }),
  };
}

const firstMatch = (pattern: RegExp, text: string) => text.search(new RegExp(pattern.source, "iu"));

/** Reads an instruction: which tasks, which wishes, and what is beyond this brain. */
export function readInstruction(instruction: string): Instruction {
  const bare = withoutPoliteness(instruction);
  const excluded = new Set<Task>();
  const kept = bare.replace(EXCLUDED, (lead, at: number) => {
    const rest = bare.slice(at + lead.length);
    for (const task of TASKS) if (firstMatch(TASK_PATTERNS[task], rest) === 0) excluded.add(task);
    return lead;
  });
  const places = new Map(TASKS.map((task) => [task, firstMatch(TASK_PATTERNS[task], kept)]));
  const named = TASKS.filter((task) => (places.get(task) ?? -1) >= 0 && !excluded.has(task));
  const wholeAt = kept.search(WHOLE_ANALYSIS);
  const whole = wholeAt >= 0 && named.length === 0;
  const beyond = KINDS.filter(({ pattern }) => pattern.test(bare));
  const taskAt = Math.min(
    ...named.map((task) => places.get(task) ?? 0),
    wholeAt >= 0 ? wholeAt : Number.POSITIVE_INFINITY,
  );
  const wishes = wishesIn(bare);
  // What is asked first decides: “rewrite this in a positive tone” asks for no sentiment.
  const blocked = beyond.some(
    ({ key, pattern, leftOut }) =>
      key === "harm" || key === "override" || (leftOut !== undefined && bare.search(pattern) < taskAt),
  );
  if (blocked) return { tasks: [], whole: false, beyond, wishes };
  const tasks = whole ? TASKS.filter((task) => !excluded.has(task)) : named;
  return {
    tasks,
    whole,
    beyond: tasks.length > 0 ? beyond.filter(({ leftOut }) => leftOut !== undefined) : beyond,
    wishes,
  };
}

const COMMAND =
  /^(?:analy[sz]e|summari[sz]e|shorten|condense|sum|boil|extract|identify|detect|find|list|name|count|measure|assess|evaluate|rate|judge|score|grade|determine|check|give|tell|show|get|describe|what|who|which|where|how|is|are|does|do|was|were|read|examine|inspect|review|study|report|process|pull|pick|highlight|compute|calculate|state|return|output|provide|perform|run|classify|digest|tag|point|look|say|write|work)\b/iu;
const REFERENCE =
  /\b(?:this|these|the following|following|below|above|here|it|the (?:text|paragraph|passage|article|review|comment|sentence|message|story|statement|quote|post|email|letter|speech|tweet|feedback|note|author|writer)|my (?:text|paragraph|review|essay|email|article|message|story))\b/iu;
const INVERTED =
  /^(?:what|who|whom|whose|when|where|why|how|which)\b.{0,40}?\b(?:is|are|was|were|did|does|do|can|could|will|would|should|has|have|happened|am)\b|^(?:what|who|how|where|why|when)'s\b|^(?:is|are|was|were|did|does|do|can|could|will|would|should|has|have|am) (?:\w+ )/iu;
const FILLER =
  /\b(?:and|or|but|no|not|without|of|in|on|for|from|to|with|the|an?|this|that|these|it|its|my|following|text|paragraph|passage|article|review|below|above|here|please|short|brief|quick|full|complete|detailed|analysis|only|both|plus|also|then|sentences?|words?|bullets?|points?|one|two|three|four|five|top|main|most|important|overall|extraction|extract|detection|recognition|scores?|levels?|list|all|me|\d+)\b|[^\p{L}]+/giu;

/** Where a possible instruction stands, which decides how much it must look like one. */
export type Position = "set apart" | "before" | "after" | "alone";

/** Whether a stretch of a request is meant for the agent and is not part of the text to work on. */
export function isInstruction(stretch: string, position: Position): boolean {
  const bare = withoutPoliteness(stretch);
  if (bare === "") return stretch.trim() !== "" && position === "set apart";
  const words = wordsOf(bare).length;
  if (words > 45) return false;
  const { tasks, beyond } = readInstruction(stretch);
  const refers = REFERENCE.test(bare);
  const asks = /\?\s*["”]?$/u.test(bare);
  const commands = COMMAND.test(bare);
  const label = tasks.length > 0 && isLabel(bare);
  if (label) return true;
  const starts = beyond.some(({ pattern }) => bare.search(pattern) === 0);
  if (position === "after")
    return refers && (tasks.length > 0 || starts) && (commands || asks || starts) && words <= 25;
  if (tasks.length > 0 && commands && (refers || asks || position !== "before" || words <= 8)) return true;
  if (beyond.length > 0 && (starts || asks) && !/^conversation$/u.test(beyond[0]?.key ?? "")) return true;
  if (position === "before") return /^(?:read|consider|look at)\b/iu.test(bare) && refers && words <= 8;
  if (position === "set apart")
    return (
      (commands && refers && words <= 12) ||
      (INVERTED.test(bare) && words <= 20) ||
      /^[a-z]+ (?:this|these|the following|the text|my text)\b/iu.test(bare)
    );
  return false;
}

/** Nothing but names of tasks and small words: “Sentiment and key phrases”. */
function isLabel(bare: string): boolean {
  let rest = bare;
  for (const task of TASKS) rest = rest.replace(TASK_PATTERNS[task], " ");
  return rest.replace(new RegExp(WHOLE_ANALYSIS.source, "giu"), " ").replace(FILLER, "") === "";
}

/** Whether something is put as a question. */
export function isQuestion(sentence: string): boolean {
  const bare = withoutPoliteness(sentence);
  return (
    /\?\s*["”']?$/u.test(sentence.trim()) ||
    (INVERTED.test(bare) && wordsOf(bare).length <= 12 && !/[.!]$/u.test(bare))
  );
}
