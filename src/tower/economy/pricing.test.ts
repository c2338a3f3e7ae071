import fc from "fast-check";
import { expect, test } from "vitest";
import { sats } from "../../protocol/units.ts";
import {
  actualSats,
  expenseMsat,
  MARGIN_PERCENT,
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
const tokens = (inputTokens: number, outputTokens: number): TokenCount => ({ inputTokens, outputTokens });

test("a price worked out by hand", () => {
  // 1,000 × 3 USD + 2,000 × 15 USD a million, and 2 cents: 0.053 USD. With 40 %: 0.0742 USD, at 100,000 USD 74.2 sats.
  expect(priceSats(tokens(1_000, 2_000), RATES, 40, 100_000)).toBe(75);
  // Without the margin 53 sats.
  expect(expenseMsat(tokens(1_000, 2_000), RATES, 100_000)).toBe(53_000n);
  expect(priceBreakdown(tokens(1_000, 2_000), RATES, 100_000)).toEqual({
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
  expect(priceBreakdown(tokens(1, 0), whole, 100_000).modelMicroUsd).toBe(1);
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
      const locked = priceBreakdown(most, rate, price);
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
  const locked = priceBreakdown(tokens(1_000, 2_000), RATES, 100_000);
  expect(actualSats(tokens(1_000, 1_000), RATES, locked, sats(75))).toBe(
    priceSats(tokens(1_000, 1_000), RATES, 40, 100_000),
  );
});
