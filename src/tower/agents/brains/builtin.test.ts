import fc from "fast-check";
import { expect, test } from "vitest";
import { BrainError, type BrainRates, TOPICS, type Usage, type Verdict } from "../brain.ts";
import { createBuiltinBrain } from "./builtin.ts";
import { ACCEPTED, HOSTILE, PARAGRAPHS, REFUSED } from "./testing/samples.ts";
import { countTokens } from "./tokens.ts";
import { wordsOf } from "./words.ts";

const brain = createBuiltinBrain({ pace: () => Promise.resolve() });
const never = new AbortController().signal;
const ignore = () => undefined;

async function accepted(request: string): Promise<Extract<Verdict, { kind: "accepted" }>> {
  const verdict = await brain.evaluate(request, { signal: never });
  if (verdict.kind !== "accepted") throw new Error(`refused: ${verdict.reason}`);
  return verdict;
}

/** `ceil(USD × 1.40 × 100,000,000 ÷ 100,000)`, worked out in 10^-12 USD: written anew here, not imported. */
function satsFor({ inputTokens, outputTokens }: Usage, rates: BrainRates): bigint {
  const pico =
    BigInt(inputTokens) * rates.inputMicroUsdPerMillion +
    BigInt(outputTokens) * rates.outputMicroUsdPerMillion +
    rates.infrastructureMicroUsd * 1_000_000n;
  const numerator = pico * 14n * 100_000_000n;
  const denominator = 10n * 1_000_000_000_000n * 100_000n;
  return numerator / denominator + (numerator % denominator === 0n ? 0n : 1n);
}

/** Every way of asking, over every paragraph that leaves room for it. */
const sixtyWords = [
  ...ACCEPTED.map(({ request }) => request),
  ...[
    "Summarise: ",
    "Sentiment: ",
    "Key phrases: ",
    "Entities: ",
    "Readability: ",
    "Word count: ",
    "Analyse: ",
    "",
  ].flatMap((lead) => Object.values(PARAGRAPHS).map((paragraph) => lead + paragraph)),
].filter((request) => {
  const words = wordsOf(request).length;
  return words >= 50 && words <= 70;
});

/** What is wrong with the price of a request of about 60 words; `undefined` when nothing is. */
async function mispriced(request: string): Promise<unknown> {
  const { maxInputTokens, maxOutputTokens } = await accepted(request);
  const work = await brain.execute(request, { maxOutputTokens, signal: never, onText: ignore });
  const estimate = satsFor({ inputTokens: maxInputTokens, outputTokens: maxOutputTokens }, brain.rates);
  const actual = satsFor(work.usage, brain.rates);
  const right = estimate >= 100n && estimate <= 500n && actual * 5n <= estimate * 4n;
  return right && !work.text.endsWith("\n…") ? undefined : { request, estimate, actual };
}

test("a request of 60 words costs 100 to 500 sats and gives back at least a fifth", async () => {
  expect(sixtyWords.length).toBeGreaterThan(80);
  const wrong = await Promise.all(sixtyWords.map(mispriced));
  expect(wrong.filter((one) => one !== undefined)).toEqual([]);
});

/** Sentences of all paragraphs in any order, about 60 words of them, under any list of tasks. */
const mixed = fc
  .tuple(
    fc.subarray(["summary", "sentiment", "key phrases", "entities", "reading level", "word count"], {
      minLength: 1,
    }),
    fc.shuffledSubarray(
      Object.values(PARAGRAPHS).flatMap((paragraph) => paragraph.split(/(?<=[.!?]) /u)),
      {
        minLength: 20,
      },
    ),
  )
  .map(([tasks, sentences]) => {
    let text = "";
    for (const sentence of sentences)
      if (wordsOf(text).length + wordsOf(sentence).length <= 62) text += `${sentence} `;
    return `${tasks.join(" and ")}: ${text.trim()}`.slice(0, 500);
  })
  .filter((request) => wordsOf(request).length >= 55);

test("the price holds for any mixture of sentences and tasks", async () => {
  await fc.assert(
    fc.asyncProperty(mixed, async (request) => {
      expect(await mispriced(request)).toBeUndefined();
    }),
    { numRuns: 150, seed: 11 },
  );
});

test("the pieces of an answer are the answer, counted and the same every time", async () => {
  for (const { request } of ACCEPTED) {
    const { maxInputTokens, maxOutputTokens, topic } = await accepted(request);
    const pieces: string[] = [];
    const options = { maxOutputTokens, signal: never };
    const work = await brain.execute(request, { ...options, onText: (delta) => pieces.push(delta) });
    expect(pieces.join("")).toBe(work.text);
    expect(pieces.length).toBeGreaterThan(5);
    expect(work.usage).toEqual({ inputTokens: maxInputTokens, outputTokens: countTokens(work.text) });
    expect(work.usage.outputTokens).toBeLessThanOrEqual(maxOutputTokens);
    expect(await brain.execute(request, { ...options, onText: ignore })).toEqual(work);
    expect(TOPICS).toContain(topic);
  }
});

test("the whole answer to a simple question", async () => {
  const request = `Is "I love the rich sound, but the cable is too short and the case broke." positive or negative?`;
  const { note, topic, maxOutputTokens } = await accepted(request);
  expect({ note, topic }).toEqual({
    note: "I will read your text of 15 words and measure its sentiment.",
    topic: "sentiment",
  });
  const { text } = await brain.execute(request, { maxOutputTokens, signal: never, onText: ignore });
  expect(text).toMatchInlineSnapshot(`
    "SENTIMENT
    Negative: −0.33 on a scale from −1 to +1.
    Words for: love, rich
    Words against: broke"
  `);
});

test("the note names what is left out", async () => {
  const { note } = await accepted(`Summarise and translate to French: ${PARAGRAPHS.news}`);
  expect(note).toBe(
    "I will read your text of 56 words and summarise it; translation I cannot do and leave out.",
  );
});

test("output never goes over the cap, and says when it was cut", async () => {
  const request = PARAGRAPHS.review;
  const whole = await brain.execute(request, { maxOutputTokens: 10_000, signal: never, onText: ignore });
  for (let cap = 0; cap <= whole.usage.outputTokens + 1; cap += 1) {
    const { text, usage } = await brain.execute(request, {
      maxOutputTokens: cap,
      signal: never,
      onText: ignore,
    });
    expect(usage.outputTokens).toBeLessThanOrEqual(cap);
    if (text !== whole.text) expect(cap === 0 ? "…" : text.at(-1)).toBe("…");
  }
});

test("an abort stops before, between and while waiting for pieces", async () => {
  const aborted = { name: "BrainError", code: "aborted" };
  await expect(brain.evaluate("Summarise", { signal: AbortSignal.abort() })).rejects.toMatchObject(aborted);
  const options = { maxOutputTokens: 500, onText: ignore };
  await expect(
    brain.execute(PARAGRAPHS.news, { ...options, signal: AbortSignal.abort() }),
  ).rejects.toMatchObject(aborted);

  const between = new AbortController();
  const pieces: string[] = [];
  const onText = (delta: string) => {
    pieces.push(delta);
    if (pieces.length === 3) between.abort();
  };
  await expect(
    brain.execute(PARAGRAPHS.news, { ...options, onText, signal: between.signal }),
  ).rejects.toMatchObject(aborted);
  expect(pieces).toHaveLength(3);

  const waiting = new AbortController();
  const stuck = createBuiltinBrain({
    pace: () => {
      queueMicrotask(() => waiting.abort());
      return new Promise<never>(() => undefined);
    },
  });
  await expect(stuck.execute(PARAGRAPHS.news, { ...options, signal: waiting.signal })).rejects.toMatchObject(
    aborted,
  );
});

test("what was refused cannot be executed", async () => {
  for (const { request } of REFUSED) {
    const verdict = await brain.evaluate(request, { signal: never });
    if (verdict.kind !== "rejected") throw new Error(`accepted: ${request}`);
    const done = brain.execute(request, { maxOutputTokens: 500, signal: never, onText: ignore });
    await expect(done).rejects.toEqual(new BrainError("not_accepted", verdict.reason));
  }
});

test("what goes wrong inside comes out as failed, with its cause", async () => {
  const cause = new Error("no ink");
  const broken = createBuiltinBrain({ pace: () => Promise.reject(cause) });
  const done = broken.execute(PARAGRAPHS.news, { maxOutputTokens: 500, signal: never, onText: ignore });
  await expect(done).rejects.toMatchObject({ name: "BrainError", code: "failed", cause });
});

const odd = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(...[...ACCEPTED, ...REFUSED, ...HOSTILE].flatMap(({ request }) => request.split(" "))),
      {
        minLength: 1,
        maxLength: 70,
      },
    )
    .map((words) => words.join(" ").slice(0, 500)),
);

test("any request is answered, and the estimate covers what is used", async () => {
  await fc.assert(
    fc.asyncProperty(odd, async (request) => {
      const verdict = await brain.evaluate(request, { signal: never });
      if (verdict.kind === "rejected") return verdict.reason.length > 0;
      const { maxInputTokens, maxOutputTokens } = verdict;
      const { text, usage } = await brain.execute(request, {
        maxOutputTokens,
        signal: never,
        onText: ignore,
      });
      expect(usage.inputTokens).toBeLessThanOrEqual(maxInputTokens);
      expect(usage.outputTokens).toBeLessThanOrEqual(maxOutputTokens);
      expect(text.length).toBeGreaterThan(0);
      expect(text).not.toMatch(/undefined|NaN|Infinity|[\u202a-\u202e\u2066-\u2069]/u);
      return true;
    }),
    { numRuns: 150, seed: 7 },
  );
});

/** What `evaluate` allows must be within what `estimate` said; the number of favourable verdicts seen. */
async function withinEstimate(request: string): Promise<number> {
  const most = brain.estimate(request);
  expect(Number.isSafeInteger(most.inputTokens) && Number.isSafeInteger(most.outputTokens)).toBe(true);
  const verdict = await brain.evaluate(request, { signal: never });
  if (verdict.kind === "rejected") return 0;
  expect({ request, most: verdict.maxInputTokens <= most.inputTokens }).toEqual({ request, most: true });
  expect({ request, most: verdict.maxOutputTokens <= most.outputTokens }).toEqual({ request, most: true });
  return 1;
}

test("an estimate covers the verdict on every sample, and is the verdict itself", async () => {
  for (const { request } of [...ACCEPTED, ...REFUSED, ...HOSTILE]) await withinEstimate(request);
  const { maxInputTokens, maxOutputTokens } = await accepted(PARAGRAPHS.story);
  expect(brain.estimate(PARAGRAPHS.story)).toEqual({
    inputTokens: maxInputTokens,
    outputTokens: maxOutputTokens,
  });
  // What will be refused holds nobody's sats for work.
  for (const { request } of REFUSED)
    expect([request, brain.estimate(request).outputTokens]).toEqual([request, 0]);
});

test("an estimate covers the verdict where composing a text makes more tokens of it", async () => {
  // U+0958 and U+1D160 are written as two and three characters once composed.
  for (const grown of ["\u0958".repeat(12), "\u{1d160}".repeat(60)]) {
    const request = `${PARAGRAPHS.memo.slice(0, 300)} ${grown}`;
    expect(countTokens(request.normalize("NFC"))).toBeGreaterThan(countTokens(request));
    expect(await withinEstimate(request)).toBe(1);
  }
});

/** Words of the samples with signs between them that requests are cut at, and characters that change when tidied. */
const patched = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...Object.values(PARAGRAPHS).flatMap((text) => text.split(" "))),
      },
      fc.constantFrom(
        "summarise this:",
        "sentiment:",
        "keywords",
        "\n",
        '"',
        "“",
        "”",
        "Text:",
        " - ",
        "`",
        "[",
      ),
      fc.constantFrom(
        "\u200b",
        "\u00ad",
        "<b>",
        "<script>",
        "</script>",
        "\u0958\u0958",
        "\u{1d160}",
        "\ud800",
      ),
      fc.string({ unit: "grapheme", maxLength: 20 }),
    ),
    { minLength: 1, maxLength: 90 },
  )
  .map((parts) => parts.join(" ").slice(0, 500));

test("an estimate covers the verdict on any request", async () => {
  let verdicts = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(odd, patched, mixed), async (request) => {
      verdicts += await withinEstimate(request);
    }),
    { numRuns: 400, seed: 23 },
  );
  expect(verdicts).toBeGreaterThan(100);
});
