import type { Price } from "../../protocol/records.ts";
import { type Sats, sats } from "../../protocol/units.ts";
import {
  EVAL_SATS,
  type PriceTerms,
  priceBreakdown,
  priceSats,
  type TokenCount,
  type TokenRates,
} from "./pricing.ts";

/** What a piece of work costs at most, and how that came about. */
export interface WorkPrice {
  readonly workSats: Sats;
  readonly price: Price;
}

/** What a whole job costs at most: so much is reserved before anything is done. */
export interface Quote extends WorkPrice {
  /** For judging the request, whatever comes of it. */
  readonly evalSats: Sats;
  readonly totalSats: Sats;
}

/**
 * Prices work that may use so many tokens, on these terms. At least one
 * sat: a brain may cost nothing, but an invoice asks for something. Throws a `RangeError` for what cannot be priced.
 */
export function priceWork(most: TokenCount, rates: TokenRates, terms: PriceTerms): WorkPrice {
  return {
    workSats: sats(Math.max(1, priceSats(most, rates, terms.marginPercent, terms.btcPriceUsd))),
    price: priceBreakdown(most, rates, terms),
  };
}

/**
 * Quotes a job before it is judged, from a brain's own bound (`Brain.estimate`). With the same rates and terms the work
 * is never priced above it. Throws a `RangeError` for what cannot be priced.
 */
export function quoteJob(most: TokenCount, rates: TokenRates, terms: PriceTerms): Quote {
  const work = priceWork(most, rates, terms);
  return { evalSats: EVAL_SATS, totalSats: sats(EVAL_SATS + work.workSats), ...work };
}
