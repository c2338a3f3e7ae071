import { expect, test } from "vitest";
import { brainRates, RATES } from "./rates.ts";

test("every row says what it costs, who says so and when", () => {
  const names = RATES.map(({ runBy, model }) => `${runBy}/${model}`);
  expect(new Set(names).size).toBe(names.length);
  for (const row of RATES) {
    expect(row.inputMicroUsdPerMillion).toBeGreaterThan(0n);
    expect(row.outputMicroUsdPerMillion).toBeGreaterThanOrEqual(row.inputMicroUsdPerMillion);
    expect(row.infrastructureMicroUsd).toBeGreaterThanOrEqual(0n);
    expect(row.source === "published rate of the built-in brain" || URL.canParse(row.source)).toBe(true);
    expect(row.source === "published rate of the built-in brain").toBe(row.runBy === "built-in");
    expect(new Date(row.asOf).toISOString()).toBe(`${row.asOf}T00:00:00.000Z`);
  }
});

test("rates as published become whole micro-dollars", () => {
  expect(RATES.find(({ model }) => model === "claude-haiku-5-5")).toEqual({
    runBy: "anthropic",
    model: "claude-haiku-5-5",
    inputMicroUsdPerMillion: 100_000n,
    outputMicroUsdPerMillion: 500_000n,
    infrastructureMicroUsd: 14_000n,
    source: "https://platform.claude.com/docs/en/models/overview",
    asOf: "2026-11-09",
  });
});

test("a brain may judge with a cheaper model than it works with", () => {
  expect(brainRates("openai", "gpt-6.2-astra", "gpt-6.2-sol")).toEqual({
    source: "https://developers.openai.com/api/docs/models",
    asOf: "2026-11-17",
    inputMicroUsdPerMillion: 8_000_000n,
    outputMicroUsdPerMillion: 40_000_000n,
    infrastructureMicroUsd: 14_000n,
    evaluation: { inputMicroUsdPerMillion: 2_000_000n, outputMicroUsdPerMillion: 10_000_000n },
  });
  expect(brainRates("openai", "gpt-6.2-sol").evaluation).toEqual({
    inputMicroUsdPerMillion: 2_000_000n,
    outputMicroUsdPerMillion: 10_000_000n,
  });
});

test("a model without a row has no price, nor has another provider's", () => {
  expect(() => brainRates("openai", "gpt-9")).toThrow(RangeError);
  expect(() => brainRates("openai", "claude-opus-5-5")).toThrow(RangeError);
  expect(() => brainRates("openai", "gpt-6.2-sol", "gpt-9")).toThrow(RangeError);
});
