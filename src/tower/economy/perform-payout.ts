import { type RefusalCode, RefusalError } from "../../protocol/refusal.ts";
import { type Msat, msat, NO_MSAT, toMsat } from "../../protocol/units.ts";
import type { Clock } from "../clock.ts";
import { NODE } from "../ledger/accounts.ts";
import { balanceOf } from "../ledger/post.ts";
import { PAYMENT_FAILURES, type PaymentLookup, type Wallet } from "../lightning/wallet.ts";
import type { Sql } from "../storage/port.ts";
import { type Decision, decision, type Effect, type Outgoing } from "./decide/decision.ts";
import { type PayoutFate, payoutEnded } from "./decide/refund.ts";
import { sessionPayoutEnded } from "./decide/session.ts";
import { type Attempt, beginAttempt, completeEffect, inDoubtSince, noteInDoubt } from "./effects-table.ts";
import { readJobRecord } from "./jobs.ts";
import { readSession } from "./sessions.ts";
import type { Transactor } from "./transactor.ts";

/** What the wallet refuses before it sends anything. */
const NOTHING_SENT: ReadonlySet<RefusalCode> = new Set([
  "malformed_invoice",
  "wrong_network",
  "no_amount",
  "already_paid",
]);

/**
 * How long a try that got no answer may still be at work in the wallet, in milliseconds: until then a later try that is refused
 * proves nothing, for the earlier one may be what emptied the wallet.
 */
const IN_DOUBT = 600_000;

/** What follows from a payment's fate, decided inside the transaction that learns of it. */
export type PaymentEnded<Payment extends Outgoing> = (
  sql: Sql,
  sent: Payment,
  fate: PayoutFate,
) => Promise<Decision>;

/**
 * Pays somebody's invoice: a refund, the rest of a session, a withdrawal; `ended` says what its fate means. Tried before, the wallet
 * is asked first what became of it; only what the wallet never heard of is sent, and always the same invoice. Unknown is not failed.
 */
export function payoutPerformer<Payment extends Outgoing>(
  {
    transactor,
    wallet,
    clock,
    failed,
  }: {
    readonly transactor: Transactor;
    readonly wallet: Wallet;
    readonly clock: Pick<Clock, "now">;
    /** Told of a route that cost more than the books have for it. */
    readonly failed: (error: unknown) => void;
  },
  ended: PaymentEnded<Payment>,
): (payment: Payment) => Promise<"done" | "later"> {
  async function send(payment: Payment): Promise<PaymentLookup> {
    try {
      return await wallet.pay({
        paymentRequest: payment.paymentRequest,
        feeLimit: toMsat(payment.feeLimitSats),
      });
    } catch (error) {
      if (error instanceof RefusalError && NOTHING_SENT.has(error.code)) {
        return { state: "failed", reason: "rejected" };
      }
      // Whether it left is not known here: the next try asks the wallet before it sends anything.
      return { state: "pending" };
    }
  }

  async function paid(payment: Payment, { before, number }: Begun): Promise<Tried> {
    if (number === 1) return atWork(await send(payment));
    const earlier = await wallet.lookupPayment(payment.paymentHash);
    if (earlier.state !== "unknown") return { status: earlier, isAtWork: false };
    const status = await send(payment);
    if (status.state !== "failed") return atWork(status);
    const after = await wallet.lookupPayment(payment.paymentHash);
    if (after.state !== "unknown") return { status: after, isAtWork: false };
    const inDoubt = before !== undefined && clock.now() - before < IN_DOUBT;
    return { status: inDoubt ? { state: "pending" } : status, isAtWork: false };
  }

  return async (payment) => {
    const begun = await transactor.run(async (sql, { now }) => ({
      decision: decision({}),
      result: await begin(sql, payment.key, now),
    }));
    if (begun === undefined) return "done";
    const { status, isAtWork } = await paid(payment, begun);
    const fate = fateOf(status);
    const unbooked = await transactor.run(async (sql) => {
      if (!isAtWork) await noteInDoubt(sql, payment.key, begun.before);
      if (fate.kind !== "unknown" && !(await completeEffect(sql, payment.key))) {
        return { decision: decision({}), result: NO_MSAT };
      }
      const booked = await bookable(sql, payment, fate);
      return { decision: await ended(sql, payment, booked), result: msat(feeOf(fate) - feeOf(booked)) };
    });
    if (unbooked > 0n) {
      failed(
        new Error(`A route cost ${unbooked} msat more than the books have: the wallet holds that much less.`),
      );
    }
    return fate.kind === "unknown" ? "later" : "done";
  };
}

/** A try that was begun. `before`: when one before it was, that may still be at work. */
interface Begun extends Attempt {
  readonly before: number | undefined;
}

/** What a try came to, and whether it may still be at work in the wallet itself. */
interface Tried {
  readonly status: PaymentLookup;
  readonly isAtWork: boolean;
}

const atWork = (status: PaymentLookup): Tried => ({ status, isAtWork: status.state === "pending" });

/** Counts a try. Whatever becomes of the tower in the middle of it, it counts as one that may be at work. */
async function begin(sql: Sql, key: string, now: number): Promise<Begun | undefined> {
  const attempt = await beginAttempt(sql, key);
  if (attempt === undefined) return undefined;
  const before = await inDoubtSince(sql, key);
  await noteInDoubt(sql, key, now);
  return { ...attempt, before };
}

/**
 * What a wallet charges beyond the limit it was given is booked as far as the node has it. A payment that went out must be booked
 * whatever it cost: it would be owed a second time otherwise.
 */
async function bookable(sql: Sql, { feeLimitSats }: Outgoing, fate: PayoutFate): Promise<PayoutFate> {
  if (fate.kind !== "succeeded") return fate;
  const most = msat(toMsat(feeLimitSats) + (await balanceOf(sql, NODE)));
  return fate.fee > most ? { kind: "succeeded", fee: most } : fate;
}

const feeOf = (fate: PayoutFate): Msat => (fate.kind === "succeeded" ? fate.fee : NO_MSAT);

/** What a job's refund came to. */
export const refundEnded: PaymentEnded<Extract<Effect, { kind: "payout" }>> = async (sql, sent, fate) =>
  payoutEnded(await readJobRecord(sql, sent.jobId), sent, fate);

/** What paying the rest of a session came to. */
export const sessionRestEnded: PaymentEnded<Extract<Effect, { kind: "session_payout" }>> = async (
  sql,
  sent,
  fate,
) => sessionPayoutEnded(await readSession(sql, sent.sessionId), sent, fate);

function fateOf(status: PaymentLookup): PayoutFate {
  switch (status.state) {
    case "succeeded":
      return { kind: "succeeded", fee: status.fee };
    case "failed":
      return { kind: "failed", reason: PAYMENT_FAILURES[status.reason] };
    case "pending":
    case "unknown":
      return { kind: "unknown" };
  }
}
