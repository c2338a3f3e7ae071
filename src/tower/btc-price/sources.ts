import * as v from "valibot";

/** Somebody who says publicly, without a key, what a bitcoin costs. */
export interface PriceSource {
  readonly name: string;
  readonly url: string;
  /** Reads the price, in US dollars, out of a parsed answer; fails when it is not there. */
  readonly schema: v.GenericSchema<unknown, number>;
}

/** US dollars, as a number or as decimals in a string; the same limits as `BTC_PRICE_USD`. */
const price = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,12}(?:\.\d{1,12})?$/), v.transform(Number))]),
  v.finite(),
  v.minValue(1),
  v.maxValue(1_000_000_000),
);

/** `{ "last": "977.65", … }` */
const last = v.pipe(
  v.object({ last: price }),
  v.transform((ticker) => ticker.last),
);

/**
 * Exchanges where bitcoin is traded for dollars: of each the price of the last trade, Coinbase's own spot price excepted. They do not copy
 * from one another, as mempool.space would, which takes the average of most of these.
 */
export const SOURCES: readonly PriceSource[] = [
  {
    // https://docs.cdp.coinbase.com/coinbase-app/track-apis/prices
    name: "Coinbase",
    url: "https://api.coinbase.com/v2/prices/BTC-USD/spot",
    schema: v.pipe(
      v.object({ data: v.object({ amount: price, currency: v.literal("USD") }) }),
      v.transform(({ data }) => data.amount),
    ),
  },
  {
    // https://docs.kraken.com/api/docs/rest-api/get-ticker-information: `c` is [price, volume] of the last trade. The pair comes back
    // under Kraken's older name for it, XXBTZUSD.
    name: "Kraken",
    url: "https://api.kraken.com/0/public/Ticker?pair=XBTUSD",
    schema: v.pipe(
      v.object({
        error: v.pipe(v.array(v.unknown()), v.length(0)),
        result: v.pipe(
          v.record(v.string(), v.object({ c: v.looseTuple([price]) })),
          v.transform((pairs) => Object.values(pairs).map(({ c: [traded] }) => traded)),
          v.strictTuple([v.number()]),
        ),
      }),
      v.transform(({ result: [traded] }) => traded),
    ),
  },
  {
    // https://www.bitstamp.net/api/#ticker
    name: "Bitstamp",
    url: "https://www.bitstamp.net/api/v2/ticker/btcusd/",
    schema: last,
  },
  {
    // https://developer.gemini.com/trading/rest-api/market-data/get-ticker
    name: "Gemini",
    url: "https://api.gemini.com/v1/pubticker/btcusd",
    schema: last,
  },
  {
    // https://docs.bitfinex.com/reference/rest-public-ticker: a bare list, LAST_PRICE is its seventh entry.
    name: "Bitfinex",
    url: "https://api-pub.bitfinex.com/v2/ticker/tBTCUSD",
    schema: v.pipe(
      v.looseTuple([v.unknown(), v.unknown(), v.unknown(), v.unknown(), v.unknown(), v.unknown(), price]),
      v.transform((ticker) => ticker[6]),
    ),
  },
];
