import type { AgentId, JobId, OwnerId } from "../../protocol/ids.ts";
import type { JobRecord, Phase } from "../../protocol/records.ts";
import { type Msat, sats } from "../../protocol/units.ts";
import { type Brain, BrainError, type Topic, type Verdict } from "../agents/brain.ts";
import type { Sql } from "../storage/port.ts";
import {
  attemptLost,
  crashedTooOften,
  type PricedVerdict,
  verdictIn,
  workDone,
} from "./decide/brain-result.ts";
import { both, type Decision, decision, type Effect } from "./decide/decision.ts";
import { failJob } from "./decide/end-work.ts";
import type { Performer } from "./effects.ts";
import { beginAttempt, completeEffect, noteStopped } from "./effects-table.ts";
import { queueBefore, queueOf, readJobRecord } from "./jobs.ts";
import { actualSats, expenseMsat, type PriceTerms } from "./pricing.ts";
import { priceWork } from "./quote.ts";
import type { Stops } from "./stops.ts";
import type { Transactor } from "./transactor.ts";

/** How often a brain may break off on one job before the job fails. */
const MAX_CRASHES = 3;

/** What is told while a brain works; none of it is a fact. */
export interface BrainWatcher {
  topic(jobId: JobId, agentId: AgentId, topic: Topic): void;
  progress(piece: {
    readonly jobId: JobId;
    readonly ownerId: OwnerId | undefined;
    readonly attempt: number;
    readonly offset: number;
    readonly text: string;
  }): void;
}

/** What the performers of brains' work need. */
export interface BrainParts {
  readonly transactor: Transactor;
  readonly brainOf: (agentId: AgentId) => Brain;
  /** What work is priced with, now. */
  readonly terms: () => PriceTerms;
  readonly watcher: BrainWatcher;
  readonly stops: Stops;
}

type BrainEffect = Extract<Effect, { kind: "evaluate" | "execute" }>;

/** Work that was begun, and may be stopped. */
interface Begun {
  readonly job: JobRecord;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** What came of a brain's work: what it cost the tower, and what follows while the job still waits for it. */
interface Thought {
  readonly expense: Msat;
  readonly decide: (job: JobRecord, sql: Sql) => Promise<Decision>;
  /** Called once the decision is durable. */
  readonly decided?: () => void;
}

/**
 * One attempt of a brain: counted before it is begun, applied once, and expensed whatever comes of it. A result that
 * comes after its job has moved on still costs the tower what it used.
 */
async function attemptWork(
  parts: BrainParts,
  effect: BrainEffect,
  phase: Phase,
  think: (begun: Begun) => Promise<Thought>,
): Promise<"done"> {
  const { transactor, stops } = parts;
  const stoppable = stops.open(effect.jobId);
  const { signal } = stoppable;
  try {
    const begun = await begin(parts, effect, phase);
    if (begun === undefined) return "done";
    const thought = await think({ ...begun, signal });
    const counted = await transactor.run(async (sql) => {
      if (!(await completeEffect(sql, effect.key))) return { decision: decision({}), result: false };
      const job = await readJobRecord(sql, effect.jobId);
      const counts = job.phase === phase;
      const decided = counts ? await thought.decide(job, sql) : attemptLost(job, thought.expense);
      return { decision: decided, result: counts };
    });
    if (counted) thought.decided?.();
  } catch (error) {
    // Anything but a brain's own failure is a fault of ours and is tried again.
    if (!(error instanceof BrainError)) throw error;
    await brokeOff(parts, effect, phase, error, signal);
  } finally {
    stoppable.release();
  }
  return "done";
}

/**
 * Counts an attempt. Undefined when there is nothing to do: the effect is done, the job has moved on, or the agent
 * crashed too often on it and it has been failed here. An attempt before it went without a word and is expensed now.
 */
async function begin(
  parts: BrainParts,
  effect: BrainEffect,
  phase: Phase,
): Promise<Omit<Begun, "signal"> | undefined> {
  return parts.transactor.run<Omit<Begun, "signal"> | undefined>(async (sql) => {
    const attempt = await beginAttempt(sql, effect.key);
    if (attempt === undefined) return { decision: decision({}), result: undefined };
    const job = await readJobRecord(sql, effect.jobId);
    const lost = attempt.number > 1 ? attemptLost(job, lostExpense(parts, job)) : decision({});
    if (job.phase === phase && attempt.crashes < MAX_CRASHES) {
      return { decision: lost, result: { job, attempt: attempt.number } };
    }
    await completeEffect(sql, effect.key);
    if (job.phase !== phase) return { decision: lost, result: undefined };
    const failed = failJob(job, crashedTooOften(job, MAX_CRASHES), await queueOf(sql, job.agentId));
    return { decision: both(lost, failed), result: undefined };
  });
}

/** A brain could not finish. Stopped as the tower goes down, the next start begins again; else the job fails. */
async function brokeOff(
  parts: BrainParts,
  effect: BrainEffect,
  phase: Phase,
  error: BrainError,
  signal: AbortSignal,
): Promise<void> {
  await parts.transactor.run(async (sql) => {
    const job = await readJobRecord(sql, effect.jobId);
    if (job.phase === phase && signal.aborted) {
      await noteStopped(sql, effect.key);
      return { decision: decision({}), result: undefined };
    }
    if (!(await completeEffect(sql, effect.key))) return { decision: decision({}), result: undefined };
    const lost = attemptLost(job, lostExpense(parts, job));
    if (job.phase !== phase) return { decision: lost, result: undefined };
    const message = `The agent could not finish: ${error.message}`;
    const failed = failJob(job, message, await queueOf(sql, job.agentId));
    return { decision: both(lost, failed), result: undefined };
  });
}

/**
 * What an attempt without a result may have used at most: what it really used is not known. Infrastructure is left
 * out, as it is paid once a job, with the work that was finished.
 */
function lostExpense({ brainOf, terms }: BrainParts, job: JobRecord): Msat {
  const { rates } = brainOf(job.agentId);
  const { price } = job;
  return price === undefined
    ? expenseMsat(
        { inputTokens: job.request?.length ?? 0, outputTokens: 0 },
        { ...rates.evaluation, infrastructureMicroUsd: 0n },
        terms().btcPriceUsd,
      )
    : expenseMsat(price, { ...rates, infrastructureMicroUsd: 0n }, price.btcPriceUsd);
}

/** A verdict with its price. The price is for the most tokens the brain may use: its output is capped there. */
export function pricedVerdict(verdict: Verdict, { rates }: Brain, terms: PriceTerms): PricedVerdict {
  if (verdict.kind === "rejected") return verdict;
  const tokens = { inputTokens: verdict.maxInputTokens, outputTokens: verdict.maxOutputTokens };
  const { workSats, price } = priceWork(tokens, rates, terms);
  return { kind: "accepted", note: verdict.note, amountSats: workSats, price };
}

/** Has an agent judge a request, and prices the work it offers. */
export function evaluatePerformer(parts: BrainParts): Performer<"evaluate"> {
  return (effect) =>
    attemptWork(parts, effect, "evaluating", async ({ job, signal }) => {
      const brain = parts.brainOf(job.agentId);
      const verdict = await brain.evaluate(job.request ?? "", { signal });
      // What was set aside ahead was worked out at a price that stays as it was.
      const terms = effect.terms ?? parts.terms();
      // Infrastructure is paid once a job, with the work.
      const expense = expenseMsat(
        verdict.usage,
        { ...brain.rates.evaluation, infrastructureMicroUsd: 0n },
        terms.btcPriceUsd,
      );
      const priced = pricedVerdict(verdict, brain, terms);
      return {
        expense,
        decide: async (now, sql) => verdictIn(now, priced, expense, await queueBefore(sql, now.agentId)),
        decided() {
          if (verdict.kind === "accepted") parts.watcher.topic(job.jobId, job.agentId, verdict.topic);
        },
      };
    });
}

/** Has an agent do the work, streaming it to its owner, and charges what it really used. */
export function executePerformer(parts: BrainParts): Performer<"execute"> {
  return (effect) =>
    attemptWork(parts, effect, "executing", async ({ job, attempt, signal }) => {
      const { jobId, ownerId, price, workInvoice } = job;
      if (price === undefined || workInvoice === undefined) {
        throw new Error(`job ${jobId} executes without a priced work invoice`);
      }
      const brain = parts.brainOf(job.agentId);
      let offset = 0;
      const work = await brain.execute(job.request ?? "", {
        maxOutputTokens: price.outputTokens,
        signal,
        onText(text) {
          // What is said after the stop is nobody's any more.
          if (signal.aborted) return;
          parts.watcher.progress({ jobId, ownerId, attempt, offset, text });
          offset += text.length;
        },
      });
      const expense = expenseMsat(work.usage, brain.rates, price.btcPriceUsd);
      const usedSats = actualSats(work.usage, brain.rates, price, sats(workInvoice.amountSats));
      return {
        expense,
        decide: async (now, sql) =>
          workDone(now, { text: work.text, usedSats }, expense, await queueOf(sql, now.agentId)),
      };
    });
}
