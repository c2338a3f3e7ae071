import { shortJobId } from "../../../job/chat.ts";
import { invoiceOf } from "../../../job/context.ts";
import type { NewFact } from "../../../protocol/facts.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { NO_MSAT, NO_SATS, type Sats, sats, toMsat } from "../../../protocol/units.ts";
import {
  type Decision,
  decision,
  type Effect,
  effectKey,
  type MoneyMove,
  type PaidFrom,
} from "./decision.ts";
import { fundOf, heldInvoice, heldSats, paidFrom } from "./held.ts";

/** How work ends. `usedSats` is what a completed job's work really cost its payer. */
export type Ending =
  | { readonly outcome: "completed"; readonly result: string; readonly usedSats: Sats }
  | { readonly outcome: "rejected" | "failed"; readonly error: string }
  | { readonly outcome: "expired" | "cancelled" };

/** How many of a queue are told their new place at each turn; the others' place counts down when they come near. */
const TOLD_THEIR_PLACE = 10;

/**
 * Ends the work of a job, gives back what was paid for unfinished work, and lets the agent's next job begin
 * when this one held it. `queue` is the agent's queue in order.
 */
export function endWork(job: JobRecord, ending: Ending, queue: readonly JobRecord[]): Decision {
  const held = heldSats(job);
  const earned = earnedSats(job, ending, held);
  const refund = sats(held - earned);
  const from = paidFrom(job, heldInvoice(job));
  const fact: NewFact = {
    type: "job_completed",
    jobId: job.jobId,
    agentId: job.agentId,
    outcome: ending.outcome,
    refundSats: refund,
    ...("result" in ending && { result: ending.result, actualCostSats: earned }),
    ...("error" in ending && { error: ending.error }),
    ...(job.estimatedCostSats !== undefined && { estimatedCostSats: job.estimatedCostSats }),
  };
  const others = queue.filter(({ jobId }) => jobId !== job.jobId);
  const next = job.phase === "executing" ? nextTurn(others) : { facts: [], effects: [] };
  const requeued = job.phase === "queued" ? newPlaces(others) : [];
  return decision({
    facts: [fact, ...creditedAtOnce(job, refund, from), ...next.facts, ...requeued],
    moves: [...(held > 0 ? [moneyMove(job, ending, { held, earned, from })] : []), ...setFree(job)],
    effects: next.effects,
  });
}

/** What did not come over Lightning is back where it came from with the end of the work: nobody has to claim it. */
const creditedAtOnce = (job: JobRecord, refund: Sats, from: PaidFrom): readonly NewFact[] =>
  refund > 0 && from.kind !== "payer"
    ? [{ type: "refund_settled", jobId: job.jobId, amountSats: refund, method: "credit" }]
    : [];

/** What was set aside for work that never got its price goes back. */
function setFree(job: JobRecord): readonly MoneyMove[] {
  const fund = fundOf(job);
  const most = toMsat(job.reservedSats ?? NO_SATS);
  if (fund === undefined || most === 0n) return [];
  return [{ kind: "reservation_priced", jobId: job.jobId, fund, most, price: NO_MSAT }];
}

interface Held {
  readonly held: Sats;
  readonly earned: Sats;
  readonly from: PaidFrom;
}

function moneyMove(job: JobRecord, ending: Ending, { held, earned, from }: Held): MoneyMove {
  const { jobId } = job;
  if (ending.outcome === "completed") {
    return { kind: "work_earned", jobId, paid: toMsat(held), used: toMsat(earned), paidFrom: from };
  }
  return earned > 0
    ? { kind: "eval_earned", jobId, fee: toMsat(earned), paidFrom: from }
    : { kind: "held_given_back", jobId, paid: toMsat(held), paidFrom: from };
}

function earnedSats(job: JobRecord, ending: Ending, held: Sats): Sats {
  if (ending.outcome === "completed") return ending.usedSats < held ? ending.usedSats : held;
  // A rejection is a verdict: the evaluation was done and keeps its fee.
  return ending.outcome === "rejected" && job.phase === "evaluating" ? held : NO_SATS;
}

function nextTurn(queue: readonly JobRecord[]): { readonly facts: NewFact[]; readonly effects: Effect[] } {
  const [next, ...waiting] = queue;
  if (next === undefined) return { facts: [], effects: [] };
  return {
    facts: [{ type: "job_dequeued", jobId: next.jobId, agentId: next.agentId }, ...newPlaces(waiting)],
    effects: [{ kind: "execute", key: effectKey.execute(next.jobId), jobId: next.jobId }],
  };
}

/** Facts for those near the front whose place has changed. */
function newPlaces(waiting: readonly JobRecord[]): NewFact[] {
  return waiting
    .slice(0, TOLD_THEIR_PLACE)
    .map((job, index) => ({ job, place: index + 1 }))
    .filter(({ job, place }) => job.queuePlace !== place)
    .map(({ job, place }) => ({
      type: "job_queued",
      jobId: job.jobId,
      agentId: job.agentId,
      queuePlace: place,
    }));
}

/**
 * An invoice's time is over and nothing came, or what came was too late: the invoice expires, unless a late payment
 * has closed it, and the job with it.
 */
export function expireInvoice(job: JobRecord): Decision {
  const invoiceType = job.phase === "awaiting_eval_payment" ? "eval" : "work";
  const ended = endWork(job, { outcome: "expired" }, []);
  if (invoiceOf(job, invoiceType)?.state !== "open") return ended;
  return { ...ended, facts: [{ type: "invoice_expired", jobId: job.jobId, invoiceType }, ...ended.facts] };
}

/** The owner cancels. Refuses `illegal_event` once the job no longer waits for a payment. */
export function cancelJob(job: JobRecord): Decision {
  if (job.phase !== "awaiting_eval_payment" && job.phase !== "awaiting_work_payment") {
    const why = job.phase === "closed" ? "it has ended" : "it is paid for and under way";
    refuse("illegal_event", `Job ${shortJobId(job.jobId)} cannot be cancelled: ${why}.`);
  }
  return endWork(job, { outcome: "cancelled" }, []);
}

/** Ends an open job that cannot go on, whatever its phase; what was paid for unfinished work is owed back. */
export function failJob(job: JobRecord, error: string, queue: readonly JobRecord[]): Decision {
  if (job.phase === "closed") {
    refuse("illegal_event", `Job ${shortJobId(job.jobId)} has ended.`);
  }
  return endWork(job, { outcome: "failed", error }, queue);
}
