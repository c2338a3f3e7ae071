import type { BrainRates } from "./brain.ts";

/** Who runs a model. */
export type RunBy = "built-in" | "anthropic" | "openai";

/** What one model costs. Token rates in micro-dollars per million tokens, as {@link BrainRates} has them. */
export interface RateRow {
  readonly runBy: RunBy;
  /** The name its interface takes. */
  readonly model: string;
  readonly inputMicroUsdPerMillion: bigint;
  readonly outputMicroUsdPerMillion: bigint;
  /** What a job costs besides tokens, once, whatever its length: the tower's own charge, no provider's. */
  readonly infrastructureMicroUsd: bigint;
  /** Where people can look the rates up. */
  readonly source: string;
  /** A day on which the source said so, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** US dollars per million tokens in micro-dollars. Cents are the finest step that anybody publishes. */
const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 100)) * 10_000n;

/** 1.4 cents: at 100,000 USD per bitcoin and a margin of 40% about 20 sats a job. */
const INFRASTRUCTURE_MICRO_USD = 14_000n;

const BUILT_IN = "published rate of the built-in brain";
/** The page names a model that came out on the day given here, and is no older. */
const ANTHROPIC = { source: "https://platform.claude.com/docs/en/models/overview", asOf: "2026-11-09" };
const OPENAI = { source: "https://developers.openai.com/api/docs/models", asOf: "2026-11-17" };

const row = (
  runBy: RunBy,
  model: string,
  [input, output]: readonly [number, number],
  published: { readonly source: string; readonly asOf: string },
): RateRow => ({
  runBy,
  model,
  inputMicroUsdPerMillion: usd(input),
  outputMicroUsdPerMillion: usd(output),
  infrastructureMicroUsd: INFRASTRUCTURE_MICRO_USD,
  ...published,
});

/**
 * Every model whose price the tower knows, with its standard rates. Where a provider asks more for long requests (Claude Haiku 5.5
 * past 100,000 tokens, OpenAI's past 272,000), it is the rate below that: a request has 500 characters.
 *
 * The built-in brain's 400 USD each way are about 0.56 sats a token at 100,000 USD per bitcoin and a margin of 40%, so that a request
 * of 60 words is estimated at 100 to 500 sats.
 */
export const RATES: readonly RateRow[] = [
  row("built-in", "analysis", [400, 400], { source: BUILT_IN, asOf: "2026-11-22" }),
  row("built-in", "evaluation", [40, 40], { source: BUILT_IN, asOf: "2026-11-22" }),
  row("anthropic", "claude-fable-5-2", [8, 40], ANTHROPIC),
  row("anthropic", "claude-opus-5-5", [4, 20], ANTHROPIC),
  row("anthropic", "claude-sonnet-5-5", [2, 10], ANTHROPIC),
  row("anthropic", "claude-haiku-5-5", [0.1, 0.5], ANTHROPIC),
  row("openai", "gpt-6.2-astra", [8, 40], OPENAI),
  row("openai", "gpt-6.2-sol", [2, 10], OPENAI),
  row("openai", "gpt-6.1-terra", [1, 5], OPENAI),
  // Read from an older copy of the page than the others: the day is that of the newest model named there.
  row("openai", "gpt-6-luna", [0.1, 0.5], { ...OPENAI, asOf: "2026-09-29" }),
];

function rowOf(runBy: RunBy, model: string): RateRow {
  const found = RATES.find((one) => one.runBy === runBy && one.model === model);
  if (found === undefined) throw new RangeError(`no rates are known for the model ${model} of ${runBy}`);
  return found;
}

/**
 * The rates of a brain that works with one model and judges requests with another (by default the same) of the same provider. Throws a
 * `RangeError` for a model that is not in {@link RATES}: nobody can be quoted a price for it.
 */
export function brainRates(runBy: RunBy, model: string, evaluationModel = model): BrainRates {
  const work = rowOf(runBy, model);
  const evaluation = rowOf(runBy, evaluationModel);
  return {
    source: work.source,
    asOf: work.asOf,
    inputMicroUsdPerMillion: work.inputMicroUsdPerMillion,
    outputMicroUsdPerMillion: work.outputMicroUsdPerMillion,
    infrastructureMicroUsd: work.infrastructureMicroUsd,
    evaluation: {
      inputMicroUsdPerMillion: evaluation.inputMicroUsdPerMillion,
      outputMicroUsdPerMillion: evaluation.outputMicroUsdPerMillion,
    },
  };
}
