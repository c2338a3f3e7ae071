import { setTimeout as wait } from "node:timers/promises";
import { type Brain, BrainError, type Topic, throwIfAborted } from "../brain.ts";
import { brainRates } from "../rates.ts";
import { answerLines, noteOf, outputBudget } from "./compose.ts";
import { createLanguage, type Language } from "./language.ts";
import { type Plan, planFor } from "./plan.ts";
import { type Pace, stream } from "./stream.ts";
import { countTokens } from "./tokens.ts";

const RATES = brainRates("built-in", "analysis", "evaluation");

/** A few words every 30 ms: about as fast as a person can follow. */
const PACE_MS = 30;
const defaultPace: Pace = () => wait(PACE_MS);

let shared: Language | undefined;
/** The language model is loaded once a process, at the first request. */
const sharedLanguage = (): Language => {
  shared ??= createLanguage();
  return shared;
};

const topicOf = (plan: Extract<Plan, { kind: "do" }>): Topic => {
  const [only] = plan.tasks;
  return plan.tasks.length === 1 && only !== undefined ? only : "analysis";
};

/** Runs a piece of work so that only a {@link BrainError} comes out. */
async function guarded<T>(signal: AbortSignal, work: () => Promise<T> | T): Promise<T> {
  throwIfAborted(signal);
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof BrainError) throw cause;
    throw new BrainError("failed", "The built-in brain stumbled over this request.", { cause });
  }
}

/**
 * The brain that needs no outside model: it analyses English text with a small language model inside this process. The same request gives
 * the same answer. `pace` is awaited before each piece of an answer.
 */
export function createBuiltinBrain(options: { readonly pace?: Pace } = {}): Brain {
  const pace = options.pace ?? defaultPace;
  return {
    name: "built-in",
    rates: RATES,
    // Planning takes a millisecond or two: what a request will be refused must not keep the sats of its work from others.
    estimate(request) {
      const plan = planFor(request, sharedLanguage());
      return {
        inputTokens: countTokens(request),
        outputTokens: plan.kind === "refuse" ? 0 : outputBudget(plan),
      };
    },
    evaluate: (request, { signal }) =>
      guarded(signal, () => {
        const plan = planFor(request, sharedLanguage());
        const inputTokens = countTokens(request);
        if (plan.kind === "refuse") {
          const usage = { inputTokens, outputTokens: countTokens(plan.reason) };
          return { kind: "rejected", reason: plan.reason, usage };
        }
        const note = noteOf(plan);
        return {
          kind: "accepted",
          topic: topicOf(plan),
          note,
          maxInputTokens: inputTokens,
          maxOutputTokens: outputBudget(plan),
          usage: { inputTokens, outputTokens: countTokens(note) },
        };
      }),
    execute: (request, { maxOutputTokens, signal, onText }) =>
      guarded(signal, async () => {
        const language = sharedLanguage();
        const plan = planFor(request, language);
        if (plan.kind === "refuse") throw new BrainError("not_accepted", plan.reason);
        const lines = answerLines(plan, language);
        const text = await stream(lines, { maxTokens: maxOutputTokens, pace, signal, onText });
        return { text, usage: { inputTokens: countTokens(request), outputTokens: countTokens(text) } };
      }),
  };
}
