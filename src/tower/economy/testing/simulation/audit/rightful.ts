import type { JobRecord } from "../../../../../protocol/records.ts";
import type { Wallet } from "../../../../lightning/wallet.ts";
import { type Sql, safeNumber } from "../../../../storage/port.ts";
import type { Thinking } from "../witness.ts";
import { expectSame } from "./same.ts";

/** What an evaluation costs, in sats. */
const EVAL = 10;

/** What output tokens cost the payer at the test brain's rates, in sats: 1 each and 100 once a job, and the margin. */
const workSats = (outputTokens: number, marginPercent: number): number =>
  Math.ceil(((outputTokens + 100) * (100 + marginPercent)) / 100);

/** Work at its price, which is for 100 output tokens; and what is set aside for it ahead, which is for 120. In sats. */
const priceOf = ({ price }: JobRecord): number =>
  price === undefined ? 0 : workSats(100, price.marginPercent);
const setAsideAt = (marginPercent: number): number => workSats(120, marginPercent);

/** A payment that was credited, as the wallet tells it. */
interface Received {
  readonly type: "eval" | "work";
  readonly sats: number;
  readonly inTime: boolean;
}

/** What was received for a job, by the wallet's own word. */
export async function receivedFor(
  sql: Sql,
  wallet: Pick<Wallet, "lookupInvoice">,
  job: JobRecord,
): Promise<readonly Received[]> {
  const rows = await sql.all<{ payment_hash: string; kind: "eval" | "work"; expires_at_ms: bigint }>(
    "SELECT payment_hash, kind, expires_at_ms FROM invoice WHERE job_id = ? AND credited_seq IS NOT NULL",
    job.jobId,
  );
  const received: Received[] = [];
  for (const row of rows) {
    const status = await wallet.lookupInvoice(row.payment_hash);
    if (status.state !== "settled") throw new Error(`job ${job.jobId} was credited what nobody paid`);
    received.push({
      type: row.kind,
      // Parts of a sat cannot travel back.
      sats: Number(status.amount / 1_000n),
      inTime: status.settledAt <= safeNumber(row.expires_at_ms),
    });
  }
  return received;
}

/** What is the tower's to keep: the evaluation once its verdict is out, the work once it is done, at what it used. */
function earned(job: JobRecord, thinking: Thinking): number {
  const isJudged = job.workInvoice !== undefined || job.outcome === "rejected";
  const work =
    job.outcome === "completed"
      ? Math.min(priceOf(job), workSats(thinking.outputTokens, job.price?.marginPercent ?? 0))
      : 0;
  return (isJudged ? EVAL : 0) + work;
}

/** What is held for what is under way. */
function held(job: JobRecord): number {
  const { phase } = job;
  if (phase === "evaluating") return EVAL;
  return phase === "queued" || phase === "executing" ? priceOf(job) : 0;
}

/** What a session, a token or the treasury has put in. */
function paidWithoutLightning(job: JobRecord): number {
  const { evalInvoice, workInvoice } = job;
  return (
    (evalInvoice?.paidBy === undefined ? 0 : EVAL) + (workInvoice?.paidBy === undefined ? 0 : priceOf(job))
  );
}

/**
 * What a job that is funded ahead has of its fund for good or for now, in sats: earned, held, and set aside until its price is
 * known. `setAside` is what it had set aside at first.
 */
export function takenFromFund(job: JobRecord, setAside: number, thinking: Thinking): number {
  return earned(job, thinking) + held(job) + (job.phase === "evaluating" ? setAside : 0);
}

/** What of the treasury's is in a job just now, in sats: what it paid and neither cancelled nor had back. */
export function heldForTreasury(job: JobRecord, setAside: number): number {
  if (job.funding === "treasury") return held(job) + (job.phase === "evaluating" ? setAside : 0);
  const invoice = job.phase === "evaluating" ? job.evalInvoice : job.workInvoice;
  return invoice?.paidBy === "treasury" ? held(job) : 0;
}

/** Prices have a margin that operators allowed, and what was set aside ahead was worked out with the very same. */
export function expectPricedAsAllowed(
  job: JobRecord,
  setAside: number | undefined,
  margins: ReadonlySet<number>,
): void {
  const { price } = job;
  if (price !== undefined && !margins.has(price.marginPercent))
    throw new Error(`job ${job.jobId} has a margin of ${price.marginPercent}, which nobody allowed`);
  if (setAside === undefined) return;
  const allowed = price === undefined ? [...margins] : [price.marginPercent];
  if (!allowed.some((margin) => setAsideAt(margin) === setAside))
    throw new Error(`job ${job.jobId} has ${setAside} sats set aside, not what its margin comes to`);
}

/**
 * Whatever was paid for a job is earned, held or given back, and by the wallet's and the brain's own word, not by the
 * job's. Only what came in time moves a job on, and what came in time never lets it expire.
 */
export function expectRightful(job: JobRecord, received: readonly Received[], thinking: Thinking): void {
  for (const { type, inTime } of received) {
    const invoice = type === "eval" ? job.evalInvoice : job.workInvoice;
    // What paid it ahead or from the treasury was in time, whatever came after.
    if (invoice?.state === "settled" && invoice.paidBy === undefined && !inTime)
      throw new Error(`job ${job.jobId} went on for a late payment`);
    const isLast = type === "work" || job.workInvoice === undefined;
    if (inTime && isLast && job.outcome === "expired")
      throw new Error(`job ${job.jobId} expired although it was paid in time`);
  }
  const total = received.reduce((sum, { sats }) => sum + sats, 0) + paidWithoutLightning(job);
  expectSame(
    `what job ${job.jobId} (${job.phase}, ${job.outcome}) gives back`,
    job.owedSats + job.paidBackSats,
    total - earned(job, thinking) - held(job),
  );
}

/** How often the tower began to think about a job. */
export interface Attempts {
  readonly evaluate: number;
  readonly execute: number;
  /** The most that broke off by themselves in one of the two, the last one counted whatever came of it. */
  readonly notStopped: number;
}

/** What an execution that came to nothing is taken to have cost at most, and what one that overran cost. In msat. */
const LOST = 100_000n;
const OVERRUN = 250_000n;
const VERDICT = 1_000n;

/** How often a brain may be begun on a job that breaks off by itself: the fourth time only to be told that it is over. */
export const MOST_TRIES = 4;

/** Every try of a brain is an expense, once: what it used where that is known, else what it may have used at most. */
export function expectExpensed(job: JobRecord, expense: bigint, thinking: Thinking, tries: Attempts): void {
  if (tries.notStopped > MOST_TRIES) throw new Error(`job ${job.jobId} was tried ${tries.notStopped} times`);
  const isJudged = job.workInvoice !== undefined || job.outcome === "rejected";
  const isDone = job.outcome === "completed";
  const others = (all: number): bigint => BigInt(Math.max(0, isDone ? all - 1 : all));
  const done = isDone ? BigInt(thinking.outputTokens) * 1_000n + 100_000n : 0n;
  const least = (isJudged ? VERDICT : 0n) + done + others(thinking.executions) * LOST;
  // An answer that came too late may have overrun.
  const most = BigInt(tries.evaluate) * VERDICT + done + others(tries.execute) * (isDone ? LOST : OVERRUN);
  if (expense >= least && expense <= most) return;
  throw new Error(`job ${job.jobId} cost ${expense} msat, not ${least} to ${most}`);
}
