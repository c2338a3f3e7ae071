import type { AgentId, JobId, OwnerId } from "../../protocol/ids.ts";
import type { JobRecord, Phase } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import { type Brain, BrainError, type Topic, type Verdict } from "../agents/brain.ts";
import type { Database, Sql } from "../storage/port.ts";
import {
  attemptLost,
  crashedTooOften,
  type PricedVerdict,
  verdictIn,
  workDone,
} from "./decide/brain-result.ts";
import { both, type Decision, decision } from "./decide/decision.ts";
import { failJob } from "./decide/end-work.ts";
import type { Performer } from "./effects.ts";
import { beginAttempt, completeEffect, returnAttempt } from "./effects-table.ts";
import { queueOf, readJobRecord } from "./jobs.ts";
import { actualSats, expenseMsat, MARGIN_PERCENT, priceBreakdown, priceSats } from "./pricing.ts";
import type { Transactor } from "./transactor.ts";

/** How often a brain may break off on one job before the job fails. */
const MAX_ATTEMPTS = 3;

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

interface Parts {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly brainOf: (agentId: AgentId) => Brain;
  /** US dollars per bitcoin, now. */
  readonly btcPriceUsd: () => number;
  readonly watcher: BrainWatcher;
  /** The signal that stops work on a job: it has ended, or the tower is going down. */
  readonly signalFor: (jobId: JobId) => AbortSignal;
}

type Begun = { readonly job: JobRecord; readonly attempt: number };

/**
 * Counts an attempt before it is begun. Undefined when there is nothing to do: the effect is done, the job has
 * moved on, or it crashed too often and has been failed here.
 */
async function beginOn(
  parts: Parts,
  effect: { readonly key: string; readonly jobId: JobId },
  phase: Phase,
): Promise<Begun | undefined> {
  return parts.transactor.run<Begun | undefined>(async (sql) => {
    const attempt = await beginAttempt(sql, effect.key);
    const job = await readJobRecord(sql, effect.jobId);
    if (attempt === undefined) return { decision: decision({}), result: undefined };
    if (job.phase !== phase) {
      await completeEffect(sql, effect.key);
      return { decision: decision({}), result: undefined };
    }
    const lost = attempt > 1 ? attemptLost(job, lostExpense(parts, job)) : decision({});
    if (attempt <= MAX_ATTEMPTS) return { decision: lost, result: { job, attempt } };
    await completeEffect(sql, effect.key);
    const failed = failJob(job, crashedTooOften(job, MAX_ATTEMPTS), await queueOf(sql, job.agentId));
    return { decision: both(lost, failed), result: undefined };
  });
}

/** What an attempt that was cut off may have used at most: what it really used went with it. */
function lostExpense({ brainOf, btcPriceUsd }: Parts, job: JobRecord) {
  const { rates } = brainOf(job.agentId);
  const tokens = job.price ?? { inputTokens: job.request?.length ?? 0, outputTokens: 0 };
  return expenseMsat(tokens, rates, job.price?.btcPriceUsd ?? btcPriceUsd());
}

/** Applies a result once; one that comes after the job has moved on still costs the tower what it used. */
async function finish(
  parts: Parts,
  effect: { readonly key: string; readonly jobId: JobId },
  phase: Phase,
  decide: (job: JobRecord, sql: Sql) => Promise<Decision>,
  tooLate: (job: JobRecord) => Decision,
): Promise<void> {
  await parts.transactor.run(async (sql) => {
    if (!(await completeEffect(sql, effect.key))) return { decision: decision({}), result: undefined };
    const job = await readJobRecord(sql, effect.jobId);
    return { decision: job.phase === phase ? await decide(job, sql) : tooLate(job), result: undefined };
  });
}

/** A brain's failure as the job's end; anything else is a fault of ours and is tried again. */
async function failUnlessAborted(
  parts: Parts,
  effect: { readonly key: string; readonly jobId: JobId },
  phase: Phase,
  error: unknown,
): Promise<"done" | "later"> {
  if (!(error instanceof BrainError)) throw error;
  if (error.code === "aborted") {
    // Stopped from outside: the job has ended, or the tower goes down and the next start begins again.
    await parts.database.transaction((sql) => returnAttempt(sql, effect.key));
    return "done";
  }
  const message = `The agent could not finish: ${error.message}`;
  await finish(
    parts,
    effect,
    phase,
    async (job, sql) => failJob(job, message, await queueOf(sql, job.agentId)),
    () => decision({}),
  );
  return "done";
}

function pricedVerdict(verdict: Verdict, { rates }: Brain, btcPriceUsd: number): PricedVerdict {
  if (verdict.kind === "rejected") return verdict;
  // The estimate is for the most tokens the brain may use: its output is capped there.
  const tokens = { inputTokens: verdict.maxInputTokens, outputTokens: verdict.maxOutputTokens };
  return {
    kind: "accepted",
    note: verdict.note,
    amountSats: priceSats(tokens, rates, MARGIN_PERCENT, btcPriceUsd),
    price: priceBreakdown(tokens, rates, btcPriceUsd),
  };
}

/** Has an agent judge a request, and prices the work it offers. */
export function evaluatePerformer(parts: Parts): Performer<"evaluate"> {
  return async (effect) => {
    const begun = await beginOn(parts, effect, "evaluating");
    if (begun === undefined) return "done";
    const { job } = begun;
    const brain = parts.brainOf(job.agentId);
    try {
      const verdict = await brain.evaluate(job.request ?? "", { signal: parts.signalFor(job.jobId) });
      const btcPriceUsd = parts.btcPriceUsd();
      // Infrastructure is paid once a job, with the work.
      const expense = expenseMsat(verdict.usage, { ...brain.rates, infrastructureMicroUsd: 0n }, btcPriceUsd);
      if (verdict.kind === "accepted") parts.watcher.topic(job.jobId, job.agentId, verdict.topic);
      const priced = pricedVerdict(verdict, brain, btcPriceUsd);
      await finish(
        parts,
        effect,
        "evaluating",
        async (now) => verdictIn(now, priced, expense),
        (now) => attemptLost(now, expense),
      );
      return "done";
    } catch (error) {
      return failUnlessAborted(parts, effect, "evaluating", error);
    }
  };
}

/** Has an agent do the work, streaming it to its owner, and charges what it really used. */
export function executePerformer(parts: Parts): Performer<"execute"> {
  return async (effect) => {
    const begun = await beginOn(parts, effect, "executing");
    if (begun === undefined) return "done";
    const { job, attempt } = begun;
    const { price, workInvoice, ownerId } = job;
    if (price === undefined || workInvoice === undefined) {
      throw new Error(`job ${job.jobId} executes without a priced work invoice`);
    }
    const brain = parts.brainOf(job.agentId);
    let offset = 0;
    try {
      const work = await brain.execute(job.request ?? "", {
        maxOutputTokens: price.outputTokens,
        signal: parts.signalFor(job.jobId),
        onText(text) {
          parts.watcher.progress({ jobId: job.jobId, ownerId, attempt, offset, text });
          offset += text.length;
        },
      });
      const expense = expenseMsat(work.usage, brain.rates, price.btcPriceUsd);
      const usedSats = actualSats(work.usage, brain.rates, price, sats(workInvoice.amountSats));
      await finish(
        parts,
        effect,
        "executing",
        async (now, sql) =>
          workDone(now, { text: work.text, usedSats }, expense, await queueOf(sql, now.agentId)),
        (now) => attemptLost(now, expense),
      );
      return "done";
    } catch (error) {
      return failUnlessAborted(parts, effect, "executing", error);
    }
  };
}
