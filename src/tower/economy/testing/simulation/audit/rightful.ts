import type { JobRecord } from "../../../../../protocol/records.ts";
import type { Wallet } from "../../../../lightning/wallet.ts";
import { type Sql, safeNumber } from "../../../../storage/port.ts";
import type { Thinking } from "../witness.ts";
import { expectSame } from "./same.ts";

/** What the test brain's prices come to, in sats: an evaluation, and work at its estimate. */
const EVAL = 10;
const ESTIMATE = 280;

/** What output tokens cost the payer at the test brain's rates, in sats: 1.4 each, and 140 once a job. */
const usedSats = (outputTokens: number): number => Math.ceil((outputTokens * 14 + 1_400) / 10);

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
  const rows = await sql.all<{ payment_hash: string; invoice_type: "eval" | "work"; expires_at_ms: bigint }>(
    "SELECT payment_hash, invoice_type, expires_at_ms FROM invoice WHERE job_id = ? AND credited_seq IS NOT NULL",
    job.jobId,
  );
  const received: Received[] = [];
  for (const row of rows) {
    const status = await wallet.lookupInvoice(row.payment_hash);
    if (status.state !== "settled") throw new Error(`job ${job.jobId} was credited what nobody paid`);
    received.push({
      type: row.invoice_type,
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
  const work = job.outcome === "completed" ? Math.min(ESTIMATE, usedSats(thinking.outputTokens)) : 0;
  return (isJudged ? EVAL : 0) + work;
}

/** What is held for what is under way. */
function held({ phase }: JobRecord): number {
  if (phase === "evaluating") return EVAL;
  return phase === "queued" || phase === "executing" ? ESTIMATE : 0;
}

/**
 * Whatever was paid for a job is earned, held or given back, and by the wallet's and the brain's own word, not by the
 * job's. Only what came in time moves a job on, and what came in time never lets it expire.
 */
export function expectRightful(job: JobRecord, received: readonly Received[], thinking: Thinking): void {
  for (const { type, inTime } of received) {
    const invoice = type === "eval" ? job.evalInvoice : job.workInvoice;
    if (invoice?.state === "settled" && !inTime)
      throw new Error(`job ${job.jobId} went on for a late payment`);
    const isLast = type === "work" || job.workInvoice === undefined;
    if (inTime && isLast && job.outcome === "expired")
      throw new Error(`job ${job.jobId} expired although it was paid in time`);
  }
  const total = received.reduce((sum, { sats }) => sum + sats, 0);
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
const MOST_TRIES = 4;

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
