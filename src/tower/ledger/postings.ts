import type { JobId, SessionId } from "../../protocol/ids.ts";
import { type Msat, msat } from "../../protocol/units.ts";
import {
  DEPOSITS,
  EVAL_REVENUE,
  escrow,
  type Fund,
  fundAccount,
  MODEL_EXPENSE,
  MODEL_PAYABLE,
  NODE,
  OPENING,
  PAYOUTS_IN_FLIGHT,
  RECEIVING_EXPENSE,
  ROUNDING_REVENUE,
  ROUTING_EXPENSE,
  refund,
  reserved,
  TREASURY_JOBS,
  WITHDRAWALS,
  WORK_REVENUE,
} from "./accounts.ts";
import { credit, debit, lines, type Posting } from "./double-entry.ts";

/**
 * What each thing that happens does to the books: pure, one function each. Lists may be joined into one transaction,
 * for each is balanced by itself. What moves nothing gives an empty list, which cannot be posted.
 */
export type Postings = readonly Posting[];

/** What paid the invoice in question: somebody over Lightning, or a fund. */
export type PaidFrom = Fund | { readonly kind: "payer" };

/** Parts of a sat cannot travel as a refund: they stay as revenue. */
function owed(to: JobId | SessionId, amount: Msat): Postings {
  const part = msat(amount % 1000n);
  return [credit(refund(to), msat(amount - part)), credit(ROUNDING_REVENUE, part)];
}

/** Gives back to whoever paid: a payer is owed whole sats, a fund has all of it again. */
const givenBack = (jobId: JobId, amount: Msat, paidFrom: PaidFrom): Postings =>
  paidFrom.kind === "payer" ? owed(jobId, amount) : [credit(fundAccount(paidFrom), amount)];

/** The treasury's own payment is no revenue: it cancels the expense it was. */
const earned = (
  account: typeof EVAL_REVENUE | typeof WORK_REVENUE,
  amount: Msat,
  paidFrom: PaidFrom,
): Posting => credit(paidFrom.kind === "treasury" ? TREASURY_JOBS : account, amount);

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
export const settledTooLate = ({
  owedTo,
  received,
}: {
  owedTo: JobId | SessionId;
  received: Msat;
}): Postings => lines(debit(NODE, received), ...owed(owedTo, received));

/** The wallet kept something of what it received: the payer has all of it, so the tower bears it. */
export const receivingCost = ({ cost }: { cost: Msat }): Postings =>
  lines(debit(RECEIVING_EXPENSE, cost), credit(NODE, cost));

/** A session or a token was paid for: what came is its balance. */
export const fundReceived = ({ fund, received }: { fund: Fund; received: Msat }): Postings =>
  lines(debit(NODE, received), credit(fundAccount(fund), received));

/** A job that is funded ahead takes its eval fee, and sets aside what its work may cost at most. */
export const fundsReserved = (ahead: { jobId: JobId; fund: Fund; fee: Msat; most: Msat }): Postings =>
  lines(
    debit(fundAccount(ahead.fund), msat(ahead.fee + ahead.most)),
    credit(escrow(ahead.jobId), ahead.fee),
    credit(reserved(ahead.jobId), ahead.most),
  );

/**
 * The price is known: it is held for the job, the rest of what was set aside goes back. A price of 0 sets all of it free: the work
 * does not come about. Throws a `RangeError` for a price above what was set aside.
 */
export function reservationPriced(priced: { jobId: JobId; fund: Fund; most: Msat; price: Msat }): Postings {
  const { jobId, fund, most, price } = priced;
  if (price > most) throw new RangeError(`a price of ${price} msat is above the ${most} msat set aside`);
  return lines(
    debit(reserved(jobId), most),
    credit(escrow(jobId), price),
    credit(fundAccount(fund), msat(most - price)),
  );
}

/** A session is over: what is left on it is owed back. */
export const sessionEnded = ({ sessionId, balance }: { sessionId: SessionId; balance: Msat }): Postings =>
  lines(debit(fundAccount({ kind: "session", sessionId }), balance), ...owed(sessionId, balance));

/** What was owed for a job goes to its payer's session. */
export const refundCredited = (refunded: { jobId: JobId; fund: Fund; amount: Msat }): Postings =>
  lines(debit(refund(refunded.jobId), refunded.amount), credit(fundAccount(refunded.fund), refunded.amount));

/** An operator put sats into the node. */
export const depositReceived = ({ received }: { received: Msat }): Postings =>
  lines(debit(NODE, received), credit(DEPOSITS, received));

/** The treasury pays a job's invoice: no Lightning, the sats are only set aside. */
export const treasuryPaid = ({ jobId, due }: { jobId: JobId; due: Msat }): Postings =>
  lines(debit(TREASURY_JOBS, due), credit(escrow(jobId), due));

/** The agent gave its verdict, yes or no: the eval fee is earned. */
export const evalRecognised = (verdict: { jobId: JobId; fee: Msat; paidFrom: PaidFrom }): Postings =>
  lines(debit(escrow(verdict.jobId), verdict.fee), earned(EVAL_REVENUE, verdict.fee, verdict.paidFrom));

/**
 * The work is done: what was used is earned, the rest of what was paid goes back. Never more than `paid` is earned.
 */
export function workCompleted(completed: {
  jobId: JobId;
  paid: Msat;
  used: Msat;
  paidFrom: PaidFrom;
}): Postings {
  const { jobId, paid, used, paidFrom } = completed;
  const rest = msat(paid > used ? paid - used : 0n);
  return lines(
    debit(escrow(jobId), paid),
    earned(WORK_REVENUE, msat(paid - rest), paidFrom),
    ...givenBack(jobId, rest, paidFrom),
  );
}

/** Work that was paid for ended without a result, by failure, abort or cancellation: all of it goes back. */
export const workUnfinished = (ended: { jobId: JobId; paid: Msat; paidFrom: PaidFrom }): Postings =>
  lines(debit(escrow(ended.jobId), ended.paid), ...givenBack(ended.jobId, ended.paid, ended.paidFrom));

/** An attempt of a brain cost this much, whether it came to anything or not. */
export const modelExpense = (cost: Msat): Postings =>
  lines(debit(MODEL_EXPENSE, cost), credit(MODEL_PAYABLE, cost));

/** Sats on their way out over Lightning. `feeReserve` is the most the route may cost. */
export interface Payout {
  readonly amount: Msat;
  readonly feeReserve: Msat;
}

const held = ({ amount, feeReserve }: Payout): Msat => msat(amount + feeReserve);

/** What a payout is for: a refund of a job's or a session's payer, or the operator's withdrawal. */
export type PayoutFor =
  | { readonly kind: "refund"; readonly of: JobId | SessionId }
  | { readonly kind: "withdrawal" };

/** The wallet is asked to pay: from now on the money counts as gone, though it is still owed. */
export const payoutStarted = (payout: Payout): Postings =>
  lines(debit(PAYOUTS_IN_FLIGHT, held(payout)), credit(NODE, held(payout)));

/** The wallet paid: the refund is no longer owed, the fee is ours, what was held too much comes back. */
export function payoutSucceeded(payout: Payout & { to: PayoutFor; fee: Msat }): Postings {
  const { to, amount, feeReserve, fee } = payout;
  return lines(
    debit(to.kind === "withdrawal" ? WITHDRAWALS : refund(to.of), amount),
    debit(ROUTING_EXPENSE, fee),
    credit(PAYOUTS_IN_FLIGHT, held(payout)),
    fee <= feeReserve ? debit(NODE, msat(feeReserve - fee)) : credit(NODE, msat(fee - feeReserve)),
  );
}

/** The wallet says for certain that it did not pay: the refund is owed as before. */
export const payoutFailed = (payout: Payout): Postings =>
  lines(debit(NODE, held(payout)), credit(PAYOUTS_IN_FLIGHT, held(payout)));
