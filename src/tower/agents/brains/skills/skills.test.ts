import { expect, test } from "vitest";
import { createLanguage } from "../language.ts";
import type { Task } from "../tasks.ts";
import { PARAGRAPHS } from "../testing/samples.ts";
import { SKILLS } from "./index.ts";
import { keyPhrases } from "./key-phrases.ts";
import { namesIn } from "./names.ts";
import { readability } from "./reading-level.ts";
import { feelingOf } from "./sentiment.ts";
import type { Wishes } from "./skill.ts";
import { textRank } from "./summary.ts";
import { syllablesOf } from "./syllables.ts";

const language = createLanguage();
const linesOf = (task: Task, text: string, wishes: Wishes = {}) =>
  SKILLS[task].lines({ reading: language.read(text), language, wishes });

const signOf = (sentence: string) => {
  const [only] = language.read(sentence).sentences;
  if (only === undefined) throw new Error("no sentence");
  const { score } = feelingOf(only, language);
  return score >= 0.05 ? "+" : score <= -0.05 ? "-" : "0";
};

test.each([
  ["I love this phone.", "+"],
  ["I do not like this phone at all.", "-"],
  ["The battery isn't bad though.", "+"],
  ["The food was not good.", "-"],
  ["The food was not good, but the service was excellent!", "+"],
  ["The service was excellent, but the food was awful.", "-"],
  ["No problem at all, great support.", "+"],
  ["Not only is it fast, it is beautiful.", "+"],
  ["I never had such a good meal.", "+"],
  ["I have never felt so ignored.", "-"],
  ["I can't wait to come back!", "+"],
  ["It could be better.", "-"],
  ["The air conditioning did not work.", "-"],
  ["I would not recommend it.", "-"],
  ["I work in the city and take the train.", "0"],
  ["The bank raised interest rates on Tuesday.", "0"],
  ["Terrible hotel.", "-"],
  ["Dr. Joy Smith met Grace Harper on Monday.", "0"],
])("feels %s as %s", (sentence, sign) => {
  expect(signOf(sentence)).toBe(sign);
});

test("a stronger degree feels stronger", () => {
  const scores = ["It is slightly good.", "It is good.", "It is very good."].map((text) => {
    const [only] = language.read(text).sentences;
    return only === undefined ? 0 : feelingOf(only, language).score;
  });
  expect(scores).toEqual(scores.toSorted((a, b) => a - b));
  expect(new Set(scores).size).toBe(3);
});

test.each(
  Object.entries({
    cat: 1,
    the: 1,
    table: 2,
    little: 2,
    beautiful: 3,
    university: 5,
    reading: 2,
    walked: 1,
    wanted: 2,
    needed: 2,
    makes: 1,
    houses: 2,
    boxes: 2,
    people: 2,
    idea: 3,
    nation: 2,
    musician: 3,
    lion: 2,
    create: 2,
    created: 3,
    rhythm: 1,
    science: 2,
    special: 2,
    social: 2,
    radio: 3,
    evening: 2,
    movement: 2,
    lovely: 2,
    careless: 2,
    queue: 1,
    every: 2,
    administrative: 5,
    notification: 5,
    aforementioned: 5,
    engineer: 3,
    electricity: 5,
    harbour: 2,
    café: 2,
    paradise: 3,
    agreed: 2,
    used: 1,
    closed: 1,
    painted: 2,
    played: 1,
    believe: 2,
    because: 2,
    bottles: 2,
    language: 2,
    area: 3,
  }),
)("%s has %i syllables", (word, syllables) => {
  expect(syllablesOf(word)).toBe(syllables);
});

test("reading ease and grade follow their formulas", () => {
  // 6 words, 1 sentence, 6 syllables.
  const level = readability(language.read("The cat sat on the mat."));
  expect({ ...level, ease: level.ease.toFixed(3), grade: level.grade.toFixed(2) }).toEqual({
    words: 6,
    sentences: 1,
    syllables: 6,
    ease: "116.145",
    grade: "-1.45",
  });
});

test("easy prose reads easier than a contract", () => {
  const [story, contract] = [PARAGRAPHS.story, PARAGRAPHS.contract].map(
    (text) => readability(language.read(text)).ease,
  );
  expect(story).toBeGreaterThan(70);
  expect(contract).toBeLessThan(20);
});

test("names are told apart", () => {
  expect(namesIn(language.read(PARAGRAPHS.people), language)).toEqual([
    { text: "Dr. Alice Smith", kind: "person" },
    { text: "Stanford University", kind: "organisation" },
    { text: "Chancellor Olaf Scholz", kind: "person" },
    { text: "Berlin", kind: "place" },
    { text: "Siemens", kind: "organisation" },
    { text: "Kenya", kind: "place" },
    { text: "Nairobi", kind: "place" },
  ]);
});

test.each([
  [
    "Shares of Apple fell after Tim Cook showed the iPhone 15 in Cupertino.",
    ["Apple", "Tim Cook", "iPhone 15", "Cupertino"],
  ],
  ["Engineers found rust. Yesterday Anna left.", ["Anna"]],
  ["The Treaty of Westphalia ended the Thirty Years' War.", ["Treaty of Westphalia", "Thirty Years' War"]],
  ["Inflation in Germany fell. German exports rose.", ["Germany"]],
  ["EVERYTHING HERE IS LOUD AND NOTHING IS NAMED.", []],
])("finds the names in: %s", (text, names) => {
  expect(namesIn(language.read(text), language).map((name) => name.text)).toEqual(names);
});

test("what has a form of its own is listed with its kind", () => {
  expect(linesOf("entities", PARAGRAPHS.people).slice(3)).toEqual([
    "Dates: 3 May 2024, next year",
    "Money: $4.5 million",
    "Percentages: 20 percent",
    "Email: alice@stanford.edu",
  ]);
});

test("key phrases are noun phrases, the repeated counted", () => {
  const phrases = keyPhrases(
    language.read(
      "Solar power is cheap. Solar power needs storage, and storage prices are high. Grid operators like solar power.",
    ),
    language,
    3,
  );
  expect(phrases).toEqual([
    { text: "Solar power", count: 3 },
    { text: "storage prices", count: 1 },
    { text: "Grid operators", count: 1 },
  ]);
});

test("a summary quotes whole sentences in order, as many as wished", () => {
  const reading = language.read(PARAGRAPHS.news);
  const texts = reading.sentences.map(({ text }) => text);
  for (const sentences of [1, 2, 3]) {
    const lines = linesOf("summary", PARAGRAPHS.news, { sentences }).slice(0, -1);
    expect(lines).toHaveLength(sentences);
    expect(texts.filter((text) => lines.includes(text))).toEqual(lines);
    expect(lines[0]).toBe(texts[0]);
  }
});

test("a summary keeps to a number of words where it can", () => {
  const [first, size] = linesOf("summary", PARAGRAPHS.news, { words: 15 });
  expect([first, size]).toEqual([
    "The city council voted on Tuesday to close the old harbour bridge for repairs.",
    "(1 of 5 sentences, 14 of 56 words, in the text's own words)",
  ]);
});

test("TextRank ranks what is shared above what stands alone", () => {
  const ranks = textRank([
    new Set(["bank", "rate", "rise"]),
    new Set(["bank", "rate", "fall"]),
    new Set(["cat", "dog", "bird"]),
  ]);
  expect(ranks[0]).toBeCloseTo(ranks[1] ?? 0);
  expect(ranks[0]).toBeGreaterThan(ranks[2] ?? 1);
});

test("statistics count what people count", () => {
  expect(
    linesOf("word statistics", "It was the best of times, it was the worst of times — so they said.", {
      countedWord: "Times",
    }),
  ).toEqual([
    "“Times” occurs 2 times.",
    "Words: 15, 10 of them different (67%)",
    "Characters: 67, without spaces 52",
    "Sentences: 1, of 15 words",
    "Word length: 3.3 characters on average",
    "Longest word: times (5)",
    "Most used: times 2×",
  ]);
});
