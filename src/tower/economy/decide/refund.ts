import { shortJobId } from "../../../job/chat.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, type Sats, sats, toMsat } from "../../../protocol/units.ts";
import { type Decision, decision, effectKey, type Fund, type Outgoing, type Payout } from "./decision.ts";

/** What the economy needs to know of an invoice that somebody wants a refund paid to. */
export interface ClaimInvoice {
  readonly paymentRequest: string;
  readonly paymentHash: string;
  readonly prefix: string;
  readonly amount: Msat | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Made by this tower's own wallet: paying it would send the sats in a circle. */
  readonly isOurs: boolean;
}

/** The wallet that withdrawals leave from, as far as they need it. */
export interface WithdrawingWallet {
  readonly prefix: string;
  /** The least that goes out over Lightning. */
  readonly leastSats: Sats;
  /** The most the route may cost. */
  readonly feeLimitSats: Sats;
}

/** The wallet that refunds leave from, as far as they need it. */
export interface PayingWallet extends WithdrawingWallet {
  /** With a lower {@link WithdrawingWallet.feeLimitSats} the wallet is not expected to even try. */
  readonly leastFeeSats: Sats;
  /** The most that the routes of all refunds may cost in a day. */
  readonly dailyRoutingSats: Sats;
  /** What the node can spend just now. */
  readonly node: Msat;
}

/**
 * Refuses with `wallet_low` what cannot be paid just now, its route included: it stays owed, and its invoice can be used later.
 * `instead` says what can be done.
 */
export function assertNodeCanPay(amount: Sats, wallet: PayingWallet, instead: string = LATER): void {
  const { dailyRoutingSats, feeLimitSats, leastFeeSats, node } = wallet;
  if (leastFeeSats > dailyRoutingSats) {
    refuse(
      "wallet_low",
      `The way of ${formatSats(amount)} may cost ${formatSats(leastFeeSats)}, and this tower pays ${formatSats(dailyRoutingSats)} a day for such ways: ask its operator for more. It stays yours.`,
    );
  }
  if (feeLimitSats < leastFeeSats) {
    refuse(
      "wallet_low",
      `The tower has ${formatSats(feeLimitSats)} for the way of ${formatSats(amount)} just now, and its wallet wants ${formatSats(leastFeeSats)}. ${instead}`,
    );
  }
  if (toMsat(sats(amount + feeLimitSats)) <= node) return;
  refuse("wallet_low", `The tower's wallet cannot pay ${formatSats(amount)} just now. ${instead}`);
}

/** What there is to do when a payout is refused for now, and what else where a job owes it. */
const LATER = "It stays yours: try again later.";
export const LATER_OR_SESSION = "It stays yours: try again later, or put it on a session.";

/**
 * The payer claims what is owed back, to an invoice for exactly that amount. Refuses with `nothing_owed` or `payout_in_flight`, then as
 * {@link assertPayableTo} and {@link assertNodeCanPay} do.
 */
export function claimRefund(
  job: JobRecord,
  invoice: ClaimInvoice,
  wallet: PayingWallet,
  now: number,
): Decision {
  assertOwed(job);
  assertPayableTo(invoice, job.owedSats, wallet, now);
  assertNodeCanPay(job.owedSats, wallet, LATER_OR_SESSION);
  return decision({
    facts: [{ type: "refund_claimed", jobId: job.jobId, amountSats: job.owedSats }],
    moves: [{ kind: "payout_started", ...payout(job, job.owedSats, wallet.feeLimitSats) }],
    effects: [{ kind: "payout", jobId: job.jobId, ...outgoing(invoice, job.owedSats, wallet) }],
  });
}

/** The payer has what is owed put on its own session, at once and whole. Refuses like {@link assertOwed}. */
export function creditRefund(job: JobRecord, fund: Fund): Decision {
  assertOwed(job);
  const { jobId, owedSats } = job;
  return decision({
    facts: [{ type: "refund_settled", jobId, amountSats: owedSats, method: "credit" }],
    moves: [{ kind: "refund_credited", jobId, fund, amount: toMsat(owedSats) }],
  });
}

/** A payment of `amountSats` to an invoice that was checked. */
export const outgoing = (
  invoice: ClaimInvoice,
  amountSats: Sats,
  wallet: Pick<WithdrawingWallet, "feeLimitSats">,
): Outgoing => ({
  key: effectKey.payout(invoice.paymentHash),
  paymentRequest: invoice.paymentRequest,
  paymentHash: invoice.paymentHash,
  amountSats,
  feeLimitSats: wallet.feeLimitSats,
});

/** Refuses with `below_minimum` what the route would cost more than. */
export function assertAboveLeast(amount: Sats, { leastSats }: Pick<WithdrawingWallet, "leastSats">): void {
  if (amount >= leastSats) return;
  refuse(
    "below_minimum",
    `${formatSats(amount)} is less than Lightning pays out (${formatSats(leastSats)}): it stays as your credit. What a job owes can be put on a session.`,
  );
}

/**
 * Refuses an invoice that cannot be paid exactly what is to go out: `below_minimum`, `wrong_network`, `own_invoice`, `no_amount`,
 * `wrong_amount`, `invoice_expired`, in this order.
 */
export function assertPayableTo(
  invoice: ClaimInvoice,
  amount: Sats,
  wallet: WithdrawingWallet,
  now: number,
): void {
  assertAboveLeast(amount, wallet);
  if (invoice.prefix !== wallet.prefix) {
    refuse(
      "wrong_network",
      `That invoice is for another Lightning network (ln${invoice.prefix}…): this tower pays ln${wallet.prefix}… invoices.`,
    );
  }
  if (invoice.isOurs) refuse("own_invoice", "That invoice is this tower's own: make one with your wallet.");
  if (invoice.amount === undefined) {
    refuse("no_amount", `That invoice names no amount: make one for exactly ${formatSats(amount)}.`);
  }
  if (invoice.amount !== toMsat(amount)) {
    refuse(
      "wrong_amount",
      `That invoice is not for what is owed: make one for exactly ${formatSats(amount)}.`,
    );
  }
  if (invoice.expiresAt < now) refuse("invoice_expired", "That invoice has expired: make a new one.");
}

const payout = (job: JobRecord, amountSats: Sats, feeLimitSats: Sats): Payout => ({
  to: { kind: "refund", of: job.jobId },
  amount: toMsat(amountSats),
  feeReserve: toMsat(feeLimitSats),
});

/** Refuses when there is nothing to claim now: `nothing_owed`, or `payout_in_flight` while a claim is under way. */
export function assertOwed(job: JobRecord): void {
  if (job.refund === "paying" || job.refund === "unknown") {
    refuse("payout_in_flight", `The refund of job ${shortJobId(job.jobId)} is already on its way.`);
  }
  if (job.refund !== "owed") {
    refuse(
      "nothing_owed",
      job.paidBackSats > 0
        ? `The refund of job ${shortJobId(job.jobId)} was paid already.`
        : `Job ${shortJobId(job.jobId)} owes nothing back.`,
    );
  }
}

/** What the wallet says became of a payout. `unknown`: it may still arrive, so it is never retried otherwise. */
export type PayoutFate =
  | { readonly kind: "succeeded"; readonly fee: Msat }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "unknown" };

/** A payout's fate is known, or known to be unknown. */
export function payoutEnded(
  job: JobRecord,
  sent: { readonly amountSats: Sats; readonly feeLimitSats: Sats },
  fate: PayoutFate,
): Decision {
  const { amountSats } = sent;
  const gone = payout(job, amountSats, sent.feeLimitSats);
  switch (fate.kind) {
    case "succeeded":
      return decision({
        facts: [{ type: "refund_settled", jobId: job.jobId, amountSats, method: "invoice" }],
        moves: [{ kind: "payout_succeeded", ...gone, fee: fate.fee }],
      });
    case "failed":
      return decision({
        facts: [{ type: "refund_failed", jobId: job.jobId, amountSats, fate: "failed", error: fate.reason }],
        moves: [{ kind: "payout_failed", ...gone }],
      });
    case "unknown":
      return job.refund === "unknown"
        ? decision({})
        : decision({ facts: [{ type: "refund_failed", jobId: job.jobId, amountSats, fate: "unknown" }] });
  }
}
