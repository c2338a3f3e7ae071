import type { Language, Reading } from "../language.ts";
import { namesIn, namesInSentence } from "./names.ts";
import type { Skill } from "./skill.ts";

/** What the model recognises by form, as people call it, in the order of the answer. */
const FORMED: readonly (readonly [label: string, types: readonly string[]])[] = [
  ["Dates", ["DATE"]],
  ["Times", ["TIME"]],
  ["Durations", ["DURATION"]],
  ["Money", ["MONEY"]],
  ["Percentages", ["PERCENT"]],
  ["Email", ["EMAIL"]],
  ["Links", ["URL"]],
  ["Hashtags", ["HASHTAG"]],
  ["Mentions", ["MENTION"]],
  ["Ranks", ["ORDINAL"]],
  ["Numbers", ["CARDINAL"]],
];

const NUMBER_WORD =
  /\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|billion|half|dozen|decades?|centur(?:y|ies)|several|few)\b/iu;
/** Words that are dates or ranks by form and say nothing by themselves. */
const EMPTY =
  /^(?:day|days|week|weeks|month|months|year|years|time|now|first|second|one|may|march|daily|once)$/u;

function formed(reading: Reading, language: Language, types: readonly string[]): string[] {
  const values = reading.sentences.flatMap((sentence) => {
    const { entities, tokens } = sentence;
    const names = namesInSentence(sentence, reading, language);
    return entities
      .filter(({ type }) => types.includes(type))
      .filter(({ start }) => !names.some((name) => start >= name.start && start < name.end))
      .filter(({ type, value }) => type !== "DURATION" || NUMBER_WORD.test(value))
      .filter(({ value }) => !EMPTY.test(value))
      .filter(
        ({ type, value, end }) => type !== "CARDINAL" || /\d|\s/u.test(value) || tokens[end]?.pos === "NOUN",
      )
      .map(({ type, value, end }) => {
        if (type === "URL") return value.replace(/[.,;:!?)]+$/u, "");
        if (type !== "CARDINAL") return value;
        // A number alone says little: name what is counted.
        const next = tokens[end];
        return next !== undefined && next.pos === "NOUN" && next.space !== ""
          ? `${value} ${next.value}`
          : value;
      });
  });
  return [...new Set(values)];
}

/** Who, where, when and how much: names, and whatever has a form of its own. */
export const entities: Skill = {
  task: "entities",
  budget: { fixed: 75, perTextToken: 0.75 },
  shortcoming: () => undefined,
  lines: ({ reading, language }) => {
    const names = namesIn(reading, language);
    const of = (kind: string) => names.filter((name) => name.kind === kind).map(({ text }) => text);
    const groups: (readonly [string, readonly string[]])[] = [
      ["People", of("person")],
      ["Organisations", of("organisation")],
      ["Places", of("place")],
      ["Names", of("name")],
      ...FORMED.map(([label, types]) => [label, formed(reading, language, types)] as const),
    ];
    const lines = groups
      .filter(([, values]) => values.length > 0)
      .map(([label, values]) => `${label}: ${values.join(", ")}`);
    return lines.length > 0 ? lines : ["It names nobody and nothing: no names, dates, amounts or links."];
  },
};
