import * as v from "valibot";
import { expect, test } from "vitest";
import { SOURCES } from "./sources.ts";

/** The examples of the sources' own documentation. */
const EXAMPLES: Readonly<Record<string, readonly [answer: unknown, usd: number]>> = {
  Coinbase: [{ data: { amount: "1015.00", currency: "USD" } }, 1015],
  Kraken: [
    {
      error: [],
      result: {
        XXBTZUSD: {
          a: ["30300.10000", "1", "1.000"],
          b: ["30300.00000", "1", "1.000"],
          c: ["30303.20000", "0.00067643"],
          v: ["4083.67001100", "4412.73601799"],
          p: ["30706.77771", "30689.13205"],
          t: [34619, 38907],
          l: ["29868.30000", "29868.30000"],
          h: ["31631.00000", "31631.00000"],
          o: "30502.80000",
        },
      },
    },
    30_303.2,
  ],
  Bitstamp: [
    {
      timestamp: "1523543610",
      open: "6940.94",
      high: "8069.34",
      low: "6758.45",
      last: "7675.00",
      volume: "15671.15645338",
      vwap: "7369.00",
      bid: "7675.00",
      ask: "7675.01",
      side: "0",
      open_24: "6940.94",
      percent_change_24: "10.58",
      market_type: "SPOT",
    },
    7675,
  ],
  Gemini: [
    {
      bid: "977.59",
      ask: "977.35",
      last: "977.65",
      volume: { BTC: "2210.505328803", USD: "2135477.463379586263", timestamp: 1483018200000 },
    },
    977.65,
  ],
  Bitfinex: [
    [10645, 73.93854271, 10647, 75.22266119, 731.60645389, 0.0738, 10644.00645389, 14480.89, 10766, 9889],
    10_644.00645389,
  ],
};

test.each(SOURCES)("$name answers as it is documented", ({ name, schema }) => {
  const [answer, usd] = EXAMPLES[name] ?? [];
  expect(v.parse(schema, answer)).toBe(usd);
});

test.each(SOURCES)(
  "$name has an address of its own over HTTPS, and takes nothing else for a price",
  (source) => {
    expect(new URL(source.url).protocol).toBe("https:");
    expect(SOURCES.filter(({ url, name }) => url === source.url || name === source.name)).toHaveLength(1);
    for (const other of [
      null,
      [],
      {},
      "7675",
      7675,
      { error: "busy" },
      { data: {} },
      ["error", 11010, "ratelimit: error"],
    ])
      expect(v.is(source.schema, other)).toBe(false);
  },
);

/** Each source's example with another value where the price stands. */
const withPrice = (name: string, value: unknown): unknown =>
  ({
    Coinbase: { data: { amount: value, currency: "USD" } },
    Kraken: { error: [], result: { XXBTZUSD: { c: [value, "1"] } } },
    Bitfinex: [1, 1, 1, 1, 1, 1, value],
  })[name] ?? { last: value };

test.each(SOURCES)("what $name gives as a price must be one", ({ name, schema }) => {
  expect(v.parse(schema, withPrice(name, "67890.12"))).toBe(67_890.12);
  expect(v.parse(schema, withPrice(name, 67_890.12))).toBe(67_890.12);
  for (const odd of [
    0,
    -1,
    "0.0",
    "-5",
    "1e5",
    "",
    " 7",
    "67,890",
    "NaN",
    Number.NaN,
    1e10,
    "99999999999",
    null,
    true,
    [1],
  ])
    expect({ odd, is: v.is(schema, withPrice(name, odd)) }).toEqual({ odd, is: false });
});

test("other money, another pair too much or an error beside it is no answer", () => {
  const [coinbase, kraken] = SOURCES;
  expect(v.is(coinbase?.schema ?? v.any(), { data: { amount: "1015.00", currency: "EUR" } })).toBe(false);
  const pair = { c: ["30303.2", "1"] };
  for (const odd of [
    { error: ["EGeneral:Internal error"], result: { XXBTZUSD: pair } },
    { error: [], result: {} },
    { error: [], result: { XXBTZUSD: pair, XETHZUSD: pair } },
  ])
    expect(v.is(kraken?.schema ?? v.any(), odd)).toBe(false);
});
