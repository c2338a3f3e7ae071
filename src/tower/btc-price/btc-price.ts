import type { Clock } from "../clock.ts";
import { type AskPorts, askPrice } from "./ask.ts";
import { type Agreed, type Answer, agree } from "./median.ts";
import { type PriceSource, SOURCES } from "./sources.ts";

/** A price of bitcoin, and who answers for it. */
export interface BtcPrice {
  /** US dollars per bitcoin. */
  readonly usd: number;
  /** `operator`: as configured. `median`: what public sources say now. `cached`: what they said last. */
  readonly source: "operator" | "median" | "cached";
  /** The public sources that it is the median of; none for the operator's. */
  readonly names: readonly string[];
  /** When it was said, in milliseconds since 1970; for the operator's since when it stands. */
  readonly at: number;
}

/** Knows a price of bitcoin at any time. */
export interface BtcPriceFeed {
  /** The price now, at once: it never waits for anybody. */
  current(): BtcPrice;
  /** Asks nobody any more, and ends what is under way. */
  close(): void;
}

/** The sources are asked about every so many milliseconds, each time up to a fifth more or less: not all towers at once. */
const REFRESH_MS = 60_000;
const JITTER = 0.2;
/** A median counts as of now for so long: until two more rounds should have come to an end. */
const FRESH_MS = 150_000;
/** A price older than this is not used any more. */
const STALE_MS = 30 * 60_000;

/** What a feed needs. */
export interface BtcPriceParts {
  readonly clock: Clock;
  /** US dollars per bitcoin while no public price is known. */
  readonly operatorUsd: number;
  /** Told once when a source stops answering, and once when the price becomes a worse one. */
  readonly failed: (what: string, error: unknown) => void;
  readonly sources?: readonly PriceSource[];
  readonly fetch?: AskPorts["fetch"];
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/** The price that the configuration asks for. Whoever opens it closes it. */
export function openBtcPrice(
  config: { readonly btcPrice: "fixed" | "public"; readonly btcPriceUsd: number },
  parts: Omit<BtcPriceParts, "operatorUsd">,
): BtcPriceFeed {
  const { btcPrice, btcPriceUsd: operatorUsd } = config;
  return btcPrice === "fixed"
    ? fixedBtcPrice(operatorUsd, parts.clock)
    : publicBtcPrice({ ...parts, operatorUsd });
}

/** The operator's price, for ever. */
function fixedBtcPrice(usd: number, clock: Clock): BtcPriceFeed {
  const price: BtcPrice = { usd, source: "operator", names: [], at: clock.now() };
  return { current: () => price, close: () => undefined };
}

/**
 * The median of what public sources say, asked again every minute. While fewer than two of them agree, the last median for half an hour,
 * and then, as before the first, the operator's price.
 */
function publicBtcPrice(parts: BtcPriceParts): BtcPriceFeed {
  const { clock, failed, sources = SOURCES, fetch = globalThis.fetch, random = Math.random } = parts;
  const operator: BtcPrice = { usd: parts.operatorUsd, source: "operator", names: [], at: clock.now() };
  const closing = new AbortController();
  /** The sources that did not answer when they were asked last. */
  const silent = new Set<string>();
  let last: (Agreed & { readonly at: number }) | undefined;
  /** Whether {@link last} came of the round that ended last. */
  let isLatest = false;
  let told: BtcPrice["source"] = "median";
  let undoTimer: (() => void) | undefined;

  function current(): BtcPrice {
    if (last === undefined) return operator;
    const age = clock.now() - last.at;
    if (age > STALE_MS) return operator;
    return { ...last, source: isLatest && age <= FRESH_MS ? "median" : "cached" };
  }

  async function ask(source: PriceSource): Promise<Answer | undefined> {
    const { name } = source;
    try {
      const usd = await askPrice(source, { fetch, clock }, closing.signal);
      silent.delete(name);
      return { name, usd };
    } catch (error) {
      if (!closing.signal.aborted && !silent.has(name)) {
        silent.add(name);
        failed(`${name} does not say what a bitcoin costs`, error);
      }
      return undefined;
    }
  }

  /** Tells of a change for the worse. */
  function tell(answers: readonly Answer[]): void {
    const { source, usd } = current();
    if (source === told) return;
    told = source;
    if (source === "median") return;
    const heard = answers.map((answer) => `${answer.name} ${answer.usd}`).join(", ") || "nobody answers";
    failed(
      `the bitcoin price is ${source === "cached" ? "the last known" : "the operator's"}, ${usd} USD`,
      new Error(`fewer than two public sources agree on one: ${heard}`),
    );
  }

  async function refresh(): Promise<void> {
    const answers = (await Promise.all(sources.map(ask))).filter((answer) => answer !== undefined);
    if (closing.signal.aborted) return;
    const agreed = agree(answers);
    isLatest = agreed !== undefined;
    if (agreed !== undefined) last = { ...agreed, at: clock.now() };
    tell(answers);
    const jitter = 1 + JITTER * (2 * random() - 1);
    undoTimer = clock.after(REFRESH_MS * jitter, () => void refresh());
  }

  void refresh();
  return {
    current,
    close() {
      closing.abort();
      undoTimer?.();
    },
  };
}
