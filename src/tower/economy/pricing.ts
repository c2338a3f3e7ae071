import type { Price } from "../../protocol/records.ts";
import { type Msat, msat, type Sats, sats } from "../../protocol/units.ts";

/** What an evaluation costs, whatever comes of it. */
export const EVAL_SATS = sats(10);

/** What is added to the cost of the work, in percent. */
export const MARGIN_PERCENT = 40;

/** Tokens read and written. */
export interface TokenCount {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What tokens cost, in whole micro-dollars: exact arithmetic needs no fraction. */
export interface TokenRates {
  readonly inputMicroUsdPerMillion: bigint;
  readonly outputMicroUsdPerMillion: bigint;
  /** Once a job, whatever its length. */
  readonly infrastructureMicroUsd: bigint;
}

const PICO_PER_MICRO = 1_000_000n;

const ceilDiv = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor;

/** US dollars per bitcoin as a ratio of whole numbers: the price to a hundredth of a cent. */
const btcPriceParts = (btcPriceUsd: number): { readonly units: bigint; readonly perUsd: bigint } => ({
  units: BigInt(Math.round(btcPriceUsd * 10_000)),
  perUsd: 10_000n,
});

/** The cost in units of 10^-12 US dollars, before the margin. */
function costPicoUsd(tokens: TokenCount, rates: TokenRates): bigint {
  return (
    BigInt(tokens.inputTokens) * rates.inputMicroUsdPerMillion +
    BigInt(tokens.outputTokens) * rates.outputMicroUsdPerMillion +
    rates.infrastructureMicroUsd * PICO_PER_MICRO
  );
}

/**
 * What work costs its payer: `ceil(USD × (1 + margin) × 100,000,000 ÷ USD per BTC)` with
 * `USD = tokens × rate + infrastructure`. Rounded up once, at the end.
 */
export function priceSats(
  tokens: TokenCount,
  rates: TokenRates,
  marginPercent: number,
  btcPriceUsd: number,
): Sats {
  const { units, perUsd } = btcPriceParts(btcPriceUsd);
  const dividend = costPicoUsd(tokens, rates) * BigInt(100 + marginPercent) * 100_000_000n * perUsd;
  return sats(Number(ceilDiv(dividend, 100n * 1_000_000_000_000n * units)));
}

/** What work costs the tower itself, without the margin, in msat rounded up. */
export function expenseMsat(tokens: TokenCount, rates: TokenRates, btcPriceUsd: number): Msat {
  const { units, perUsd } = btcPriceParts(btcPriceUsd);
  const dividend = costPicoUsd(tokens, rates) * 100_000_000_000n * perUsd;
  return msat(ceilDiv(dividend, 1_000_000_000_000n * units));
}

/** The breakdown that travels with a work invoice. Micro-dollars are rounded up for showing. */
export function priceBreakdown(tokens: TokenCount, rates: TokenRates, btcPriceUsd: number): Price {
  return {
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    modelMicroUsd: Number(
      ceilDiv(costPicoUsd(tokens, { ...rates, infrastructureMicroUsd: 0n }), PICO_PER_MICRO),
    ),
    infrastructureMicroUsd: Number(rates.infrastructureMicroUsd),
    marginPercent: MARGIN_PERCENT,
    btcPriceUsd,
  };
}

/** What really used work costs at the price that was locked with its invoice: never more than was paid. */
export function actualSats(tokens: TokenCount, rates: TokenRates, locked: Price, paid: Sats): Sats {
  const actual = priceSats(tokens, rates, locked.marginPercent, locked.btcPriceUsd);
  return actual < paid ? actual : paid;
}
