import { type Brain, BrainError } from "../../agents/brain.ts";

/** A brain that does what a test tells it. */
export interface TestBrain extends Brain {
  /**
   * What the next evaluations and executions do; unset, they accept and answer at once. `hold`: until
   * {@link TestBrain.release}.
   */
  behaviour: {
    evaluate?: "reject" | "fail" | "hang" | "hold";
    /** `overrun`: uses more than was estimated. */
    execute?: "fail" | "hang" | "hold" | "overrun";
  };
  /** Lets everything that is held come to its end. */
  release(): void;
}

const untilStopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new BrainError("aborted", "stopped"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

/**
 * 1,000 USD a million tokens and a tenth of a dollar a job: at 100,000 USD per bitcoin an estimate of 280 sats, 210
 * used, and an expense of 1 sat to evaluate and 150 to execute.
 */
export function createTestBrain(): TestBrain {
  const held = new Set<() => void>();
  async function untilReleased(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.add(resolve);
    await Promise.race([promise, untilStopped(signal)]);
  }
  const brain: TestBrain = {
    name: "test",
    behaviour: {},
    rates: {
      source: "made up for tests",
      asOf: "2026-01-15",
      inputMicroUsdPerMillion: 0n,
      outputMicroUsdPerMillion: 1_000_000_000n,
      infrastructureMicroUsd: 100_000n,
      evaluation: { inputMicroUsdPerMillion: 0n, outputMicroUsdPerMillion: 1_000_000_000n },
    },
    estimate: () => ({ inputTokens: 20, outputTokens: 120 }),
    async evaluate(_request, { signal }) {
      const usage = { inputTokens: 5, outputTokens: 1 };
      if (brain.behaviour.evaluate === "hang") return untilStopped(signal);
      if (brain.behaviour.evaluate === "hold") await untilReleased(signal);
      if (brain.behaviour.evaluate === "fail") throw new BrainError("failed", "the brain broke");
      if (brain.behaviour.evaluate === "reject")
        return { kind: "rejected", reason: "I cannot do that.", usage };
      return {
        kind: "accepted",
        topic: "summary",
        note: "I can do that.",
        maxInputTokens: 10,
        maxOutputTokens: 100,
        usage,
      };
    },
    async execute(_request, { signal, onText }) {
      onText("Half ");
      if (brain.behaviour.execute === "hang") return untilStopped(signal);
      if (brain.behaviour.execute === "fail") throw new BrainError("failed", "the brain broke");
      const outputTokens = brain.behaviour.execute === "overrun" ? 150 : 50;
      if (brain.behaviour.execute === "hold") await untilReleased(signal);
      onText("and whole.");
      return { text: "Half and whole.", usage: { inputTokens: 10, outputTokens } };
    },
    release() {
      for (const resolve of held) resolve();
      held.clear();
    },
  };
  return brain;
}
