import type { Price } from "../../protocol/records.ts";
import { type Msat, msat, type Sats, sats } from "../../protocol/units.ts";

/** What an evaluation costs, whatever comes of it. */
export const EVAL_SATS = sats(10);

/** What is added to the cost of the work, in percent. */
export const MARGIN_PERCENT = 40;

/** What a price in sats is worked out with besides tokens and rates. */
export type PriceTerms = Pick<Price, "marginPercent" | "btcPriceUsd" | "btcPriceSource">;

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

/** A count or percentage as exact arithmetic takes it. Throws a `RangeError` when it is not whole or below zero. */
function whole(value: number, what: string): bigint {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${what} cannot be ${value}`);
  return BigInt(value);
}

/** Throws a `RangeError` when the value is too large to be shown exactly. */
function shown(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`${what} is too large: ${value}`);
  return Number(value);
}

/**
 * US dollars per bitcoin as a ratio of whole numbers: exactly the decimal number that is shown and sent, however many places it has,
 * so that everybody can work a price out again. Throws a `RangeError` for what is no price: zero, less, or not a number.
 */
function btcPriceParts(btcPriceUsd: number): { readonly units: bigint; readonly perUsd: bigint } {
  const parts = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(btcPriceUsd));
  if (parts === null || btcPriceUsd === 0)
    throw new RangeError(`a bitcoin cannot cost ${btcPriceUsd} dollars`);
  const [, before = "", after = "", exponent = "0"] = parts;
  const places = after.length - Number(exponent);
  const digits = BigInt(before + after);
  return places >= 0
    ? { units: digits, perUsd: 10n ** BigInt(places) }
    : { units: digits * 10n ** BigInt(-places), perUsd: 1n };
}

/** A rate as exact arithmetic takes it. Throws a `RangeError` when it is below zero: rounding up would round it down. */
function rate(value: bigint): bigint {
  if (value < 0n) throw new RangeError(`a rate cannot be ${value} micro-dollars`);
  return value;
}

/** The cost in units of 10^-12 US dollars, before the margin. */
function costPicoUsd(tokens: TokenCount, rates: TokenRates): bigint {
  return (
    whole(tokens.inputTokens, "a number of input tokens") * rate(rates.inputMicroUsdPerMillion) +
    whole(tokens.outputTokens, "a number of output tokens") * rate(rates.outputMicroUsdPerMillion) +
    rate(rates.infrastructureMicroUsd) * PICO_PER_MICRO
  );
}

/**
 * What work costs its payer: `ceil(USD × (1 + margin) × 100,000,000 ÷ USD per BTC)` with
 * `USD = tokens × rate + infrastructure`. Rounded up once, at the end. Throws a `RangeError` for counts, rates, a margin or a bitcoin price
 * that cannot be, and for more sats than a number holds exactly; so do the functions below.
 */
export function priceSats(
  tokens: TokenCount,
  rates: TokenRates,
  marginPercent: number,
  btcPriceUsd: number,
): Sats {
  const { units, perUsd } = btcPriceParts(btcPriceUsd);
  const percent = 100n + whole(marginPercent, "a margin in percent");
  const dividend = costPicoUsd(tokens, rates) * percent * 100_000_000n * perUsd;
  return sats(Number(ceilDiv(dividend, 100n * 1_000_000_000_000n * units)));
}

/** What work costs the tower itself, without the margin, in msat rounded up. */
export function expenseMsat(tokens: TokenCount, rates: TokenRates, btcPriceUsd: number): Msat {
  const { units, perUsd } = btcPriceParts(btcPriceUsd);
  const dividend = costPicoUsd(tokens, rates) * 100_000_000_000n * perUsd;
  return msat(ceilDiv(dividend, 1_000_000_000_000n * units));
}

/** The breakdown that travels with a work invoice. Micro-dollars are rounded up for showing. */
export function priceBreakdown(
  tokens: TokenCount,
  rates: TokenRates,
  { marginPercent, btcPriceUsd, btcPriceSource }: PriceTerms,
): Price {
  const model = ceilDiv(costPicoUsd(tokens, { ...rates, infrastructureMicroUsd: 0n }), PICO_PER_MICRO);
  return {
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    modelMicroUsd: shown(model, "the cost of the model"),
    infrastructureMicroUsd: shown(rate(rates.infrastructureMicroUsd), "the cost of infrastructure"),
    marginPercent,
    btcPriceUsd,
    ...(btcPriceSource !== undefined && { btcPriceSource }),
  };
}

/** What really used work costs at the price that was locked with its invoice: never more than was paid. */
export function actualSats(tokens: TokenCount, rates: TokenRates, locked: Price, paid: Sats): Sats {
  const actual = priceSats(tokens, rates, locked.marginPercent, locked.btcPriceUsd);
  return actual < paid ? actual : paid;
}
