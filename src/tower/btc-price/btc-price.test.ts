import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import * as v from "valibot";
import { afterEach, expect, test } from "vitest";
import { createTestClock, START } from "../economy/testing/clock.ts";
import { type BtcPriceParts, openBtcPrice } from "./btc-price.ts";
import { type PriceSource, SOURCES } from "./sources.ts";

const MINUTE = 60_000;
const PUBLIC = { btcPrice: "public", btcPriceUsd: 90_000 } as const;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const schema = v.pipe(
  v.object({ last: v.number() }),
  v.transform(({ last }) => last),
);
const source = (name: string, url = `https://${name.toLowerCase()}.example/`): PriceSource => ({
  name,
  url,
  schema,
});

/** What a source does when it is asked: a price, a failure, or silence until it is told to stop, or for ever. */
type Doing = number | "fails" | "hangs" | "is deaf";

/** A feed on a clock that stands still, and sources that do what they are told. */
function start(doing: Record<string, Doing>, options: Partial<BtcPriceParts> = {}) {
  const clock = createTestClock();
  const delays: number[] = [];
  const told: string[] = [];
  const errors: unknown[] = [];
  let asked = 0;
  let answered = 0;
  const feed = openBtcPrice(PUBLIC, {
    // The only timers that are not of a single question are those between two rounds.
    clock: {
      now: clock.now,
      after(milliseconds, listener) {
        const undo = clock.after(milliseconds, listener);
        if (milliseconds !== 5_000) {
          delays.push(milliseconds);
          return undo;
        }
        return () => {
          answered += 1;
          undo();
        };
      },
    },
    failed(what, error) {
      told.push(what);
      errors.push(error);
    },
    sources: Object.keys(doing).map((name) => source(name)),
    random: () => 0.5,
    fetch(url, init) {
      asked += 1;
      const name = Object.keys(doing).find((one) => String(url).includes(one.toLowerCase())) ?? "";
      const now = doing[name];
      if (typeof now === "number") return Promise.resolve(Response.json({ last: now }));
      if (now === "fails") return Promise.reject(new TypeError("fetch failed"));
      return new Promise((_, reject) => {
        if (now === "hangs") init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    },
    ...options,
  });
  ends.push(feed.close);
  return {
    clock,
    feed,
    doing,
    delays,
    told,
    errors,
    asked: () => asked,
    /** Resolves when so many questions have come to an end, since the start. */
    answers: (count: number) => expect.poll(() => answered, { interval: 1 }).toBe(count),
    /** Resolves when so many rounds have ended, since the start. */
    rounds: (count: number) => expect.poll(() => delays.length, { interval: 1 }).toBe(count),
  };
}

test("the operator's price is the price for ever where no public one is wanted", () => {
  const clock = createTestClock();
  const unasked = () => Promise.reject(new Error("somebody was asked"));
  const failed = (what: string): never => {
    throw new Error(what);
  };
  const feed = openBtcPrice({ btcPrice: "fixed", btcPriceUsd: 65_000 }, { clock, failed, fetch: unasked });
  clock.advance(1_000 * MINUTE);
  expect(feed.current()).toEqual({ usd: 65_000, source: "operator", names: [], at: START });
  feed.close();
});

test("nobody waits for the first answers, and then the median stands", async () => {
  const { feed, clock, rounds, told } = start({ Ant: 100_000, Bee: 100_400, Cow: 100_100 });
  expect(feed.current()).toEqual({ usd: 90_000, source: "operator", names: [], at: START });
  await rounds(1);
  expect(feed.current()).toEqual({
    usd: 100_100,
    source: "median",
    names: ["Ant", "Bee", "Cow"],
    at: clock.now(),
  });
  expect(told).toEqual([]);
});

test("every minute they are asked anew, each once at a time", async () => {
  const { feed, clock, doing, asked, rounds } = start({ Ant: 100_000, Bee: 100_000 });
  await rounds(1);
  Object.assign(doing, { Ant: 101_000, Bee: 101_000 });
  clock.advance(MINUTE - 1);
  expect(asked()).toBe(2);
  expect(feed.current()).toMatchObject({ usd: 100_000, at: START });
  clock.advance(1);
  expect(asked()).toBe(4);
  await rounds(2);
  expect(feed.current()).toEqual({
    usd: 101_000,
    source: "median",
    names: ["Ant", "Bee"],
    at: START + MINUTE,
  });
});

test.each([
  [0, 48_000],
  [0.5, 60_000],
  [0.75, 66_000],
])("a random %d makes the next round begin after %d ms", async (random, delay) => {
  const { delays, rounds } = start({ Ant: 100_000, Bee: 100_000 }, { random: () => random });
  await rounds(1);
  expect(delays).toEqual([delay]);
});

test("fewer than two: the last median for half an hour, then the operator's price, each told once", async () => {
  const { feed, clock, doing, told, errors, rounds } = start({ Ant: 100_000, Bee: 100_200, Cow: 100_100 });
  await rounds(1);
  Object.assign(doing, { Ant: "fails", Bee: "fails" });
  clock.advance(MINUTE);
  await rounds(2);
  const known = { usd: 100_100, names: ["Ant", "Bee", "Cow"], at: START };
  expect(feed.current()).toEqual({ ...known, source: "cached" });
  const silence = ["Ant does not say what a bitcoin costs", "Bee does not say what a bitcoin costs"];
  expect(told).toEqual([...silence, "the bitcoin price is the last known, 100100 USD"]);
  expect(errors).toEqual([
    new TypeError("fetch failed"),
    new TypeError("fetch failed"),
    new Error("fewer than two public sources agree on one: Cow 100100"),
  ]);
  for (let round = 3; round <= 31; round += 1) {
    clock.advance(MINUTE);
    await rounds(round);
  }
  expect(clock.now()).toBe(START + 30 * MINUTE);
  expect(feed.current()).toEqual({ ...known, source: "cached" });
  expect(told).toHaveLength(3);
  // At once, whether or not anybody is being asked.
  clock.advance(1);
  const operator = { usd: 90_000, source: "operator", names: [], at: START };
  expect(feed.current()).toEqual(operator);
  clock.advance(MINUTE);
  await rounds(32);
  clock.advance(MINUTE);
  await rounds(33);
  expect(feed.current()).toEqual(operator);
  expect(told.slice(3)).toEqual(["the bitcoin price is the operator's, 90000 USD"]);

  Object.assign(doing, { Ant: 105_000 });
  clock.advance(MINUTE);
  await rounds(34);
  expect(feed.current()).toMatchObject({
    usd: 102_550,
    source: "median",
    names: ["Ant", "Cow"],
    at: clock.now(),
  });
  expect(told).toHaveLength(4);

  // What was mended and breaks anew is told anew; Bee has been silent all the time.
  Object.assign(doing, { Ant: "fails" });
  clock.advance(MINUTE);
  await rounds(35);
  expect(feed.current()).toMatchObject({ usd: 102_550, source: "cached" });
  expect(told.slice(4)).toEqual([silence[0], "the bitcoin price is the last known, 102550 USD"]);
});

test("a tower that reaches nobody from the start has the operator's price and says so", async () => {
  const { feed, clock, told, rounds } = start({ Ant: "fails", Bee: 100_000 });
  await rounds(1);
  clock.advance(MINUTE);
  await rounds(2);
  expect(feed.current()).toEqual({ usd: 90_000, source: "operator", names: [], at: START });
  expect(told).toEqual([
    "Ant does not say what a bitcoin costs",
    "the bitcoin price is the operator's, 90000 USD",
  ]);
});

test("two that contradict each other give no price, and both are named", async () => {
  const { feed, errors, told, rounds } = start({ Ant: 100_000, Bee: 1_000_000 });
  await rounds(1);
  expect(feed.current().source).toBe("operator");
  expect(told).toEqual(["the bitcoin price is the operator's, 90000 USD"]);
  expect(errors).toEqual([new Error("fewer than two public sources agree on one: Ant 100000, Bee 1000000")]);
});

test("an outlier moves nothing", async () => {
  const { feed, doing, clock, rounds } = start({ Ant: 100_000, Bee: 100_200, Cow: 1 });
  await rounds(1);
  expect(feed.current()).toMatchObject({ usd: 100_100, names: ["Ant", "Bee"] });
  Object.assign(doing, { Cow: 999_999_999 });
  clock.advance(MINUTE);
  await rounds(2);
  expect(feed.current()).toMatchObject({ usd: 100_100, names: ["Ant", "Bee"] });
});

test.each(["hangs", "is deaf"] as const)("a source that %s is waited for five seconds", async (doing) => {
  const { feed, clock, delays, told, errors, answers, rounds } = start({
    Ant: 100_000,
    Bee: 100_000,
    Cow: doing,
  });
  await answers(2);
  clock.advance(4_999);
  expect([delays, told]).toEqual([[], []]);
  clock.advance(1);
  await rounds(1);
  expect(feed.current()).toMatchObject({ usd: 100_000, source: "median", names: ["Ant", "Bee"] });
  expect(told).toEqual(["Cow does not say what a bitcoin costs"]);
  expect(errors).toEqual([new Error("no whole answer came in 5 seconds")]);
});

test("a median that nobody has renewed is not called one, whatever holds the next round up", async () => {
  const { feed, clock, doing, rounds } = start({ Ant: 100_000, Bee: 100_000 });
  await rounds(1);
  Object.assign(doing, { Ant: "is deaf" });
  clock.advance(MINUTE);
  // The clock of a machine that slept jumps; the round that began before has not come to its end.
  clock.forgetTimers();
  clock.advance(90_000);
  expect(feed.current().source).toBe("median");
  clock.advance(1);
  expect(feed.current()).toMatchObject({ usd: 100_000, source: "cached" });
  clock.advance(28 * MINUTE);
  expect(feed.current()).toMatchObject({ usd: 90_000, source: "operator" });
});

test("once closed it asks nobody, tells nothing and leaves no timer", async () => {
  const { feed, clock, asked, told, delays, rounds } = start({ Ant: 100_000, Bee: 100_000 });
  await rounds(1);
  feed.close();
  clock.advance(60 * MINUTE);
  expect(asked()).toBe(2);
  expect(told).toEqual([]);
  expect(delays).toHaveLength(1);
});

test("closed while it asks, it stops asking", async () => {
  const signals: AbortSignal[] = [];
  const ended: Promise<void>[] = [];
  const { feed, clock, told, delays } = start(
    { Ant: "hangs", Bee: "hangs" },
    {
      fetch(_url, init) {
        const { promise, reject } = Promise.withResolvers<Response>();
        const { signal } = init ?? {};
        if (signal) {
          signals.push(signal);
          signal.addEventListener("abort", () => reject(signal.reason));
        }
        ended.push(
          promise.then(
            () => undefined,
            () => undefined,
          ),
        );
        return promise;
      },
    },
  );
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  feed.close();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  await Promise.all(ended);
  clock.advance(60 * MINUTE);
  expect([told, delays, signals.length]).toEqual([[], [], 2]);
});

/** A server on this machine; resolves with its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("over real connections: what is whole and in time counts, all else is told", async () => {
  const [coinbase, kraken, bitstamp] = SOURCES;
  if (coinbase === undefined || kraken === undefined || bitstamp === undefined) throw new Error("no sources");
  const ticker = JSON.stringify({ last: "100300.10" });
  let hanging = 0;
  const followed: string[] = [];
  const at = {
    coinbase: await serve((_, reply) =>
      reply.end('{"data":{"amount":"100100.10","base":"BTC","currency":"USD"}}'),
    ),
    kraken: await serve((_, reply) =>
      reply.end('{"error":[],"result":{"XXBTZUSD":{"c":["100200.10000","1"]}}}'),
    ),
    elsewhere: await serve((request, reply) => {
      followed.push(request.url ?? "");
      reply.end(ticker);
    }),
    endless: await serve((_, reply) => {
      reply.write('{"last":"');
      const more = (): void => {
        while (!reply.destroyed && reply.write("1".repeat(16_384)));
        if (!reply.destroyed) reply.once("drain", more);
      };
      more();
    }),
    busy: await serve((_, reply) => reply.writeHead(503).end(ticker)),
    page: await serve((_, reply) => reply.end("<html>Down for maintenance</html>")),
    slow: await serve((_, reply) => {
      reply.write('{"last":');
      hanging += 1;
    }),
  };
  const away = await serve((_, reply) => reply.writeHead(302, { location: `${at.elsewhere}/last` }).end());
  const clock = createTestClock();
  const told = new Map<string, unknown>();
  const feed = openBtcPrice(PUBLIC, {
    clock,
    failed: (what, error) => told.set(what, error),
    sources: [
      { ...coinbase, url: at.coinbase },
      { ...kraken, url: at.kraken },
      { ...bitstamp, name: "Away", url: away },
      { ...bitstamp, name: "Endless", url: at.endless },
      { ...bitstamp, name: "Busy", url: at.busy },
      { ...bitstamp, name: "Page", url: at.page },
      { ...bitstamp, name: "Slow", url: at.slow },
    ],
  });
  ends.push(feed.close);
  await expect.poll(() => [told.size, hanging]).toEqual([4, 1]);
  expect(feed.current().source).toBe("operator");
  clock.advance(5_000);
  await expect
    .poll(() => feed.current())
    .toEqual({
      usd: 100_150.1,
      source: "median",
      names: ["Coinbase", "Kraken"],
      at: START + 5_000,
    });
  const why = Object.fromEntries(
    [...told].map(([what, error]) => [what.split(" ")[0], error instanceof Error ? error.message : error]),
  );
  expect(why).toEqual({
    Away: "fetch failed",
    Endless: "its answer has more than 65536 bytes",
    Busy: "it answered with status 503",
    Page: expect.stringMatching(/^its answer holds no price: Invalid JSON/),
    Slow: "no whole answer came in 5 seconds",
  });
  expect(followed).toEqual([]);
});
