import type { JobId } from "../../protocol/ids.ts";
import { type Msat, msat } from "../../protocol/units.ts";
import {
  EVAL_REVENUE,
  escrow,
  MODEL_EXPENSE,
  MODEL_PAYABLE,
  NODE,
  OPENING,
  PAYOUTS_IN_FLIGHT,
  ROUNDING_REVENUE,
  ROUTING_EXPENSE,
  refund,
  TREASURY_JOBS,
  WORK_REVENUE,
} from "./accounts.ts";
import { credit, debit, lines, type Posting } from "./double-entry.ts";

/**
 * What each thing that happens does to the books: pure, one function each. Lists may be joined into one transaction,
 * for each is balanced by itself. What moves nothing gives an empty list, which cannot be posted.
 */
export type Postings = readonly Posting[];

/** Who paid the invoice in question: a payer over Lightning, or the treasury by {@link treasuryPaid}. */
export type PaidBy = "payer" | "treasury";

/** Parts of a sat cannot travel as a refund: they stay as revenue. */
function owed(jobId: JobId, amount: Msat): Postings {
  const part = msat(amount % 1000n);
  return [credit(refund(jobId), msat(amount - part)), credit(ROUNDING_REVENUE, part)];
}

/** Gives back to whoever paid: a payer is owed whole sats, the treasury has the expense undone. */
const givenBack = (jobId: JobId, amount: Msat, paidBy: PaidBy): Postings =>
  paidBy === "treasury" ? [credit(TREASURY_JOBS, amount)] : owed(jobId, amount);

/** The treasury's own payment is no revenue: it cancels the expense it was. */
const earned = (account: typeof EVAL_REVENUE | typeof WORK_REVENUE, amount: Msat, paidBy: PaidBy): Posting =>
  credit(paidBy === "treasury" ? TREASURY_JOBS : account, amount);

/** The books begin with what the wallet already holds. */
export const openingBalance = (amount: Msat): Postings => lines(debit(NODE, amount), credit(OPENING, amount));

/**
 * An invoice was paid in time. What came beyond `due` is owed back at once.
 * Throws a `RangeError` when less came than was due: Lightning settles no such payment.
 */
export function invoiceSettled(settled: { jobId: JobId; due: Msat; received: Msat }): Postings {
  const { jobId, due, received } = settled;
  if (received < due) throw new RangeError(`${received} msat settled an invoice of ${due} msat`);
  return lines(debit(NODE, received), credit(escrow(jobId), due), ...owed(jobId, msat(received - due)));
}

/** A payment came when nothing was due any more: all of it is owed back. */
export const settledTooLate = ({ jobId, received }: { jobId: JobId; received: Msat }): Postings =>
  lines(debit(NODE, received), ...owed(jobId, received));

/** The treasury pays a job's invoice: no Lightning, the sats are only set aside. */
export const treasuryPaid = ({ jobId, due }: { jobId: JobId; due: Msat }): Postings =>
  lines(debit(TREASURY_JOBS, due), credit(escrow(jobId), due));

/** The agent gave its verdict, yes or no: the eval fee is earned. */
export const evalRecognised = (verdict: { jobId: JobId; fee: Msat; paidBy: PaidBy }): Postings =>
  lines(debit(escrow(verdict.jobId), verdict.fee), earned(EVAL_REVENUE, verdict.fee, verdict.paidBy));

/** The evaluation broke down, so there is no verdict to pay for. */
export const evaluationFailed = (failure: { jobId: JobId; fee: Msat; paidBy: PaidBy }): Postings =>
  lines(debit(escrow(failure.jobId), failure.fee), ...givenBack(failure.jobId, failure.fee, failure.paidBy));

/**
 * The work is done: what was used is earned, the rest of what was paid goes back. Never more than `paid` is earned.
 * `modelCost` is the expense of the attempt that succeeded.
 */
export function workCompleted(completed: {
  jobId: JobId;
  paid: Msat;
  used: Msat;
  modelCost: Msat;
  paidBy: PaidBy;
}): Postings {
  const { jobId, paid, used, modelCost, paidBy } = completed;
  const rest = msat(paid > used ? paid - used : 0n);
  return lines(
    debit(escrow(jobId), paid),
    earned(WORK_REVENUE, msat(paid - rest), paidBy),
    ...givenBack(jobId, rest, paidBy),
    ...modelExpense(modelCost),
  );
}

/** Work that was paid for ended without a result, by failure, abort or cancellation: all of it goes back. */
export const workUnfinished = (ended: { jobId: JobId; paid: Msat; paidBy: PaidBy }): Postings =>
  lines(debit(escrow(ended.jobId), ended.paid), ...givenBack(ended.jobId, ended.paid, ended.paidBy));

/** An attempt of a brain cost this much, whether it came to anything or not. */
export const modelExpense = (cost: Msat): Postings =>
  lines(debit(MODEL_EXPENSE, cost), credit(MODEL_PAYABLE, cost));

/** A refund on its way over Lightning. `feeReserve` is the most the route may cost. */
export interface Payout {
  readonly amount: Msat;
  readonly feeReserve: Msat;
}

const held = ({ amount, feeReserve }: Payout): Msat => msat(amount + feeReserve);

/** The wallet is asked to pay: from now on the money counts as gone, though it is still owed. */
export const payoutStarted = (payout: Payout): Postings =>
  lines(debit(PAYOUTS_IN_FLIGHT, held(payout)), credit(NODE, held(payout)));

/** The wallet paid: the refund is no longer owed, the fee is ours, what was held too much comes back. */
export function payoutSucceeded(payout: Payout & { jobId: JobId; fee: Msat }): Postings {
  const { jobId, amount, feeReserve, fee } = payout;
  return lines(
    debit(refund(jobId), amount),
    debit(ROUTING_EXPENSE, fee),
    credit(PAYOUTS_IN_FLIGHT, held(payout)),
    fee <= feeReserve ? debit(NODE, msat(feeReserve - fee)) : credit(NODE, msat(fee - feeReserve)),
  );
}

/** The wallet says for certain that it did not pay: the refund is owed as before. */
export const payoutFailed = (payout: Payout): Postings =>
  lines(debit(NODE, held(payout)), credit(PAYOUTS_IN_FLIGHT, held(payout)));
