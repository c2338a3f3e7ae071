import fc from "fast-check";
import { expect, test } from "vitest";
import { sats } from "../../protocol/units.ts";
import {
  actualSats,
  expenseMsat,
  MARGIN_PERCENT,
  type PriceTerms,
  priceBreakdown,
  priceSats,
  type TokenCount,
  type TokenRates,
} from "./pricing.ts";

const RATES: TokenRates = {
  inputMicroUsdPerMillion: 3_000_000n,
  outputMicroUsdPerMillion: 15_000_000n,
  infrastructureMicroUsd: 20_000n,
};
const TERMS: PriceTerms = { marginPercent: 40, btcPriceUsd: 100_000 };
const tokens = (inputTokens: number, outputTokens: number): TokenCount => ({ inputTokens, outputTokens });

test("a price worked out by hand", () => {
  // 1,000 × 3 USD + 2,000 × 15 USD a million, and 2 cents: 0.053 USD. With 40 %: 0.0742 USD, at 100,000 USD 74.2 sats.
  expect(priceSats(tokens(1_000, 2_000), RATES, 40, 100_000)).toBe(75);
  // Without the margin 53 sats.
  expect(expenseMsat(tokens(1_000, 2_000), RATES, 100_000)).toBe(53_000n);
  expect(priceBreakdown(tokens(1_000, 2_000), RATES, TERMS)).toEqual({
    inputTokens: 1_000,
    outputTokens: 2_000,
    modelMicroUsd: 33_000,
    infrastructureMicroUsd: 20_000,
    marginPercent: 40,
    btcPriceUsd: 100_000,
  });
});

test("what comes out whole is not rounded, a trace more is rounded up", () => {
  const plain = { ...RATES, inputMicroUsdPerMillion: 1n, outputMicroUsdPerMillion: 0n };
  // 50,000 micro-dollars with 40 % are 70 sats; one token at a millionth of a micro-dollar makes it 71.
  const whole = { ...plain, infrastructureMicroUsd: 50_000n };
  expect(priceSats(tokens(0, 0), whole, 40, 100_000)).toBe(70);
  expect(priceSats(tokens(1, 0), whole, 40, 100_000)).toBe(71);
  expect(expenseMsat(tokens(1, 0), whole, 100_000)).toBe(50_001n);
  expect(priceBreakdown(tokens(1, 0), whole, TERMS).modelMicroUsd).toBe(1);
});

const count = fc.nat({ max: 2_000_000 });
const rates = fc.record({
  inputMicroUsdPerMillion: fc.bigInt({ min: 0n, max: 100_000_000n }),
  outputMicroUsdPerMillion: fc.bigInt({ min: 0n, max: 500_000_000n }),
  infrastructureMicroUsd: fc.bigInt({ min: 0n, max: 1_000_000n }),
});
/** To a hundredth of a cent, as prices are taken. */
const btcPrice = fc.integer({ min: 10_000_000, max: 10_000_000_000 }).map((units) => units / 10_000);

/**
 * The published formula as a fraction: dollars × (1 + margin) × 100,000,000 ÷ dollars per bitcoin, rounded up. Written
 * with dollars in units of 10^-12 and bitcoin's price in units of 10^-4, and reduced in no way.
 */
function published(used: TokenCount, rate: TokenRates, margin: bigint, price: number): bigint {
  const pico =
    BigInt(used.inputTokens) * rate.inputMicroUsdPerMillion +
    BigInt(used.outputTokens) * rate.outputMicroUsdPerMillion +
    rate.infrastructureMicroUsd * 10n ** 6n;
  const above = pico * (100n + margin) * 10n ** 8n * 10n ** 4n;
  const below = 10n ** 12n * 100n * BigInt(Math.round(price * 10_000));
  return above / below + (above % below === 0n ? 0n : 1n);
}

test("prices are the published formula, exactly", () => {
  fc.assert(
    fc.property(count, count, rates, btcPrice, fc.nat({ max: 300 }), (input, output, rate, price, margin) => {
      const used = tokens(input, output);
      expect(BigInt(priceSats(used, rate, margin, price))).toBe(published(used, rate, BigInt(margin), price));
    }),
  );
});

test("an estimate is never less than what less work costs, and nobody pays back more than was paid", () => {
  fc.assert(
    fc.property(count, count, count, count, rates, btcPrice, (input, output, less, lesser, rate, price) => {
      const most = tokens(input, output);
      const used = tokens(Math.min(input, less), Math.min(output, lesser));
      const paid = priceSats(most, rate, MARGIN_PERCENT, price);
      const locked = priceBreakdown(most, rate, { marginPercent: MARGIN_PERCENT, btcPriceUsd: price });
      const actual = actualSats(used, rate, locked, paid);
      expect(actual).toBeLessThanOrEqual(paid);
      expect(actual).toBe(priceSats(used, rate, MARGIN_PERCENT, price));
      // A brain that used more than it said is not charged more than was paid.
      expect(actualSats(tokens(input * 2 + 1, output * 2 + 1), rate, locked, paid)).toBe(paid);
      // What the tower bears is never more than what is charged for the same tokens.
      expect(expenseMsat(used, rate, price)).toBeLessThanOrEqual(BigInt(actual) * 1000n);
    }),
  );
});

test("the price is locked: another one at the time of the work changes nothing", () => {
  const locked = priceBreakdown(tokens(1_000, 2_000), RATES, TERMS);
  expect(actualSats(tokens(1_000, 1_000), RATES, locked, sats(75))).toBe(
    priceSats(tokens(1_000, 1_000), RATES, 40, 100_000),
  );
});

/** The published formula with a bitcoin price given as a fraction of dollars. */
function withFraction(
  used: TokenCount,
  rate: TokenRates,
  margin: number,
  price: readonly [bigint, bigint],
): bigint {
  const cost =
    BigInt(used.inputTokens) * rate.inputMicroUsdPerMillion +
    BigInt(used.outputTokens) * rate.outputMicroUsdPerMillion +
    rate.infrastructureMicroUsd * 1_000_000n;
  // cost / 10^12 dollars × (100 + margin) / 100 × 10^8 sats ÷ (above / below) dollars
  const dividend = cost * BigInt(100 + margin) * 10n ** 8n * price[1];
  const divisor = 10n ** 14n * price[0];
  let sum = dividend / divisor;
  if (sum * divisor < dividend) sum += 1n;
  return sum;
}

test("a bitcoin price counts to its last place, however large or small", () => {
  // A price with more places than a hundredth of a cent, which the exact formula tells from its neighbours.
  const plain = { ...RATES, infrastructureMicroUsd: 10_000_000_000n };
  const few = tokens(0, 0);
  for (const [price, parts] of [
    [99_999.123_456_789, [99_999_123_456_789n, 10n ** 9n]],
    [0.000_04, [4n, 100_000n]],
    [0.000_05, [5n, 100_000n]],
    [1e-7, [1n, 10n ** 7n]],
    [123_456_789.123_45, [12_345_678_912_345n, 100_000n]],
    [1e21, [10n ** 21n, 1n]],
    [1.5e22, [15n * 10n ** 21n, 1n]],
  ] as const)
    for (const rate of [RATES, plain]) {
      const expected = withFraction(few, rate, 40, parts);
      if (expected <= BigInt(Number.MAX_SAFE_INTEGER))
        expect({ price, sats: BigInt(priceSats(few, rate, 40, price)) }).toEqual({ price, sats: expected });
      else expect(() => priceSats(few, rate, 40, price)).toThrow(RangeError);
    }
});

test("any price as it is written down is the price that counts", () => {
  const places = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.nat({ max: 9 }));
  fc.assert(
    fc.property(
      count,
      count,
      rates,
      fc.nat({ max: 300 }),
      places,
      (input, output, rate, margin, [units, at]) => {
        const below = 10n ** BigInt(at);
        const text = units.toString().padStart(at + 1, "0");
        const price = Number(at === 0 ? text : `${text.slice(0, -at)}.${text.slice(-at)}`);
        const expected = withFraction(tokens(input, output), rate, margin, [units, below]);
        if (expected > BigInt(Number.MAX_SAFE_INTEGER)) return;
        expect(BigInt(priceSats(tokens(input, output), rate, margin, price))).toBe(expected);
      },
    ),
  );
});

test("what cannot be is refused, and never becomes a price", () => {
  const few = tokens(10, 10);
  for (const price of [0, -0, -1, -100_000, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => priceSats(few, RATES, 40, price)).toThrow(RangeError);
    expect(() => expenseMsat(few, RATES, price)).toThrow(RangeError);
  }
  for (const margin of [-1, -200, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => priceSats(few, RATES, margin, 100_000)).toThrow(RangeError);
  for (const odd of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(() => priceSats(tokens(odd, 0), RATES, 40, 100_000)).toThrow(RangeError);
    expect(() => expenseMsat(tokens(0, odd), RATES, 100_000)).toThrow(RangeError);
    expect(() => priceBreakdown(tokens(odd, 0), RATES, TERMS)).toThrow(RangeError);
  }
  for (const gift of [
    { ...RATES, inputMicroUsdPerMillion: -1n },
    { ...RATES, outputMicroUsdPerMillion: -1n },
    { ...RATES, infrastructureMicroUsd: -1n },
  ]) {
    expect(() => priceSats(few, gift, 40, 100_000)).toThrow(RangeError);
    expect(() => priceBreakdown(few, gift, TERMS)).toThrow(RangeError);
  }
});

test("what no number holds exactly is refused", () => {
  const dear = { ...RATES, infrastructureMicroUsd: 10n ** 20n };
  expect(() => priceSats(tokens(0, 0), dear, 40, 100_000)).toThrow(RangeError);
  expect(() => priceBreakdown(tokens(0, 0), dear, TERMS)).toThrow(RangeError);
  const model = { ...RATES, inputMicroUsdPerMillion: 10n ** 20n };
  expect(() => priceBreakdown(tokens(1_000_000, 0), model, TERMS)).toThrow(RangeError);
});
