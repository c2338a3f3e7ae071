import { expect, test } from "vitest";
import { createLanguage } from "./language.ts";
import { planFor } from "./plan.ts";
import { KINDS, REASONS } from "./refusals.ts";
import { ACCEPTED, HOSTILE, REFUSED, type Sample } from "./testing/samples.ts";

const language = createLanguage();

/** What became of a request, in the words of a sample. */
function outcome({ request, refused }: Sample): Pick<Sample, "tasks" | "refused"> {
  const plan = planFor(request, language);
  if (plan.kind === "do") return { tasks: plan.whole ? "whole" : plan.tasks };
  if (refused !== undefined && plan.reason.includes(refused)) return { refused };
  const kind = KINDS.find(({ reason }) => reason === plan.reason)?.key;
  const reason = Object.entries(REASONS).find(([, text]) => text === plan.reason)?.[0];
  return { refused: kind ?? reason ?? plan.reason };
}

const expected = ({ tasks, refused }: Sample) => ({
  ...(tasks === undefined ? {} : { tasks }),
  ...(refused === undefined ? {} : { refused }),
});

test.each(ACCEPTED)("takes on: $request", (sample) => {
  expect(outcome(sample)).toEqual(expected(sample));
});

test.each(REFUSED)("refuses: $request", (sample) => {
  expect(outcome(sample)).toEqual(expected(sample));
});

test.each(HOSTILE)("stays calm: $request", (sample) => {
  expect(outcome(sample)).toEqual(expected(sample));
});

test("every kind of refusal is met by a sample", () => {
  const met = new Set([...REFUSED, ...HOSTILE].map(({ refused }) => refused));
  expect([...KINDS.map(({ key }) => key), ...Object.keys(REASONS)].filter((key) => !met.has(key))).toEqual(
    [],
  );
});

test("every reason says what would be possible", () => {
  const reasons = [...KINDS.map(({ reason }) => reason), ...Object.values(REASONS)];
  expect(reasons.filter((reason) => !reason.includes("I can summarise it"))).toEqual([]);
});

test("what a text mentions is no instruction", () => {
  const plan = planFor(
    "What is the sentiment of: Translate this, draw that, write a poem! I was so tired of him.",
    language,
  );
  expect(plan).toMatchObject({ kind: "do", tasks: ["sentiment"], leftOut: [] });
});

test("what cannot be done is named when the rest can", () => {
  const plan = planFor(
    "Summarise and translate to French: The old bridge is shut. Ferries run every hour until the repairs end.",
    language,
  );
  expect(plan).toMatchObject({ kind: "do", tasks: ["summary"], leftOut: ["translation"] });
});

test("wishes are read from the instruction", () => {
  const text = "The bridge is shut. Ferries run until the repairs end. The old men miss the bridge.";
  const wishesOf = (instruction: string) => {
    const plan = planFor(`${instruction}: ${text}`, language);
    return plan.kind === "do" ? plan.wishes : plan.reason;
  };
  expect(wishesOf("Summarise this in two sentences")).toEqual({ sentences: 2 });
  expect(wishesOf("Give me a 20-word summary")).toEqual({ words: 20 });
  expect(wishesOf("List the top 3 keywords")).toEqual({ items: 3 });
  expect(wishesOf("How often does the word “bridge” appear in this text")).toEqual({ countedWord: "bridge" });
});
