import fc from "fast-check";
import { expect, test } from "vitest";
import { createBuiltinBrain } from "../agents/brains/builtin.ts";
import { ACCEPTED, HOSTILE, PARAGRAPHS, REFUSED } from "../agents/brains/testing/samples.ts";
import { pricedVerdict } from "./perform-brain.ts";
import { actualSats, MARGIN_PERCENT, type TokenRates } from "./pricing.ts";
import { quoteJob } from "./quote.ts";

const brain = createBuiltinBrain({ pace: () => Promise.resolve() });
const { signal } = new AbortController();

test("a quote worked out by hand", () => {
  const rates: TokenRates = {
    inputMicroUsdPerMillion: 3_000_000n,
    outputMicroUsdPerMillion: 15_000_000n,
    infrastructureMicroUsd: 20_000n,
  };
  // 0.053 USD and a quarter are 0.06625 USD: at 50,000 USD 132.5 sats.
  expect(
    quoteJob({ inputTokens: 1_000, outputTokens: 2_000 }, rates, { marginPercent: 25, btcPriceUsd: 50_000 }),
  ).toEqual({
    evalSats: 10,
    workSats: 133,
    totalSats: 143,
    price: {
      inputTokens: 1_000,
      outputTokens: 2_000,
      modelMicroUsd: 33_000,
      infrastructureMicroUsd: 20_000,
      marginPercent: 25,
      btcPriceUsd: 50_000,
    },
  });
});

test("work that costs nothing is quoted at a sat, as it will be invoiced", () => {
  const free: TokenRates = {
    inputMicroUsdPerMillion: 0n,
    outputMicroUsdPerMillion: 0n,
    infrastructureMicroUsd: 0n,
  };
  expect(
    quoteJob({ inputTokens: 5, outputTokens: 5 }, free, { marginPercent: 40, btcPriceUsd: 100_000 }),
  ).toMatchObject({
    workSats: 1,
    totalSats: 11,
  });
});

/** A fraction of whole numbers, never reduced: slow, and right for other reasons than the code that it checks. */
interface Fraction {
  readonly above: bigint;
  readonly below: bigint;
}
const fraction = (above: bigint, below = 1n): Fraction => ({ above, below });
const plus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.above * b.below + b.above * a.below, a.below * b.below);
const times = (a: Fraction, b: Fraction): Fraction => fraction(a.above * b.above, a.below * b.below);
const over = (a: Fraction, b: Fraction): Fraction => fraction(a.above * b.below, a.below * b.above);
/** The least whole number that is not below it, found by its definition. */
function up({ above, below }: Fraction): bigint {
  const near = above / below;
  return near * below >= above ? near : near + 1n;
}
const MICRO = fraction(1n, 1_000_000n);

const count = fc.nat({ max: 2_000_000 });
const rates = fc.record({
  inputMicroUsdPerMillion: fc.bigInt({ min: 0n, max: 500_000_000n }),
  outputMicroUsdPerMillion: fc.bigInt({ min: 0n, max: 500_000_000n }),
  infrastructureMicroUsd: fc.bigInt({ min: 0n, max: 1_000_000n }),
});
/** Cents: what a median of sources comes to. */
const cents = fc.integer({ min: 100, max: 100_000_000_000 });

test("a quote is the published formula, as fractions work it out", () => {
  fc.assert(
    fc.property(count, count, rates, fc.nat({ max: 300 }), cents, (input, output, rate, margin, price) => {
      const perToken = (microUsdPerMillion: bigint) =>
        times(times(fraction(microUsdPerMillion), MICRO), MICRO);
      const dollars = plus(
        plus(
          times(fraction(BigInt(input)), perToken(rate.inputMicroUsdPerMillion)),
          times(fraction(BigInt(output)), perToken(rate.outputMicroUsdPerMillion)),
        ),
        times(fraction(rate.infrastructureMicroUsd), MICRO),
      );
      const charged = times(dollars, plus(fraction(1n), fraction(BigInt(margin), 100n)));
      const work = up(over(times(charged, fraction(100_000_000n)), fraction(BigInt(price), 100n)));
      const quote = quoteJob({ inputTokens: input, outputTokens: output }, rate, {
        marginPercent: margin,
        btcPriceUsd: price / 100,
      });
      expect(BigInt(quote.workSats)).toBe(work < 1n ? 1n : work);
      expect(quote.totalSats).toBe(10 + quote.workSats);
    }),
  );
});

test("whatever less is used costs no more than the quote", () => {
  fc.assert(
    fc.property(count, count, count, count, rates, cents, (input, output, less, lesser, rate, price) => {
      const quote = quoteJob({ inputTokens: input, outputTokens: output }, rate, {
        marginPercent: MARGIN_PERCENT,
        btcPriceUsd: price / 100,
      });
      const used = { inputTokens: Math.min(input, less), outputTokens: Math.min(output, lesser) };
      expect(actualSats(used, rate, quote.price, quote.workSats)).toBeLessThanOrEqual(quote.workSats);
    }),
  );
});

const words = [...ACCEPTED, ...REFUSED, ...HOSTILE].flatMap(({ request }) => request.split(" "));
const request = fc.oneof(
  fc.constantFrom(...[...ACCEPTED, ...REFUSED, ...HOSTILE].map((sample) => sample.request)),
  fc
    .array(fc.constantFrom(...words), { minLength: 1, maxLength: 70 })
    .map((some) => some.join(" ").slice(0, 500)),
);

test("no verdict is priced above the quote, nor what was really used", async () => {
  let priced = 0;
  await fc.assert(
    fc.asyncProperty(request, cents, async (text, price) => {
      const terms = { marginPercent: MARGIN_PERCENT, btcPriceUsd: price / 100 };
      const quote = quoteJob(brain.estimate(text), brain.rates, terms);
      const verdict = pricedVerdict(await brain.evaluate(text, { signal }), brain, terms);
      if (verdict.kind === "rejected") return;
      priced += 1;
      expect(verdict.amountSats).toBeLessThanOrEqual(quote.workSats);
      const { usage } = await brain.execute(text, {
        maxOutputTokens: verdict.price.outputTokens,
        signal,
        onText: () => undefined,
      });
      const used = actualSats(usage, brain.rates, verdict.price, verdict.amountSats);
      expect(used).toBeLessThanOrEqual(quote.workSats);
    }),
    { numRuns: 150, seed: 5 },
  );
  expect(priced).toBeGreaterThan(40);
});

test("a request of 60 words is quoted within what such requests cost", () => {
  for (const text of Object.values(PARAGRAPHS)) {
    const { workSats } = quoteJob(brain.estimate(text), brain.rates, {
      marginPercent: MARGIN_PERCENT,
      btcPriceUsd: 100_000,
    });
    expect(workSats).toBeGreaterThanOrEqual(100);
    expect(workSats).toBeLessThanOrEqual(500);
  }
});
