import type { NewFact } from "../../../protocol/facts.ts";
import type { AgentId, JobId, SessionId, TokenId } from "../../../protocol/ids.ts";
import type { InvoiceType, Price, SessionRecord } from "../../../protocol/records.ts";
import type { Msat, Sats } from "../../../protocol/units.ts";
import type { PriceTerms } from "../pricing.ts";

/** What pays for jobs without an invoice each. */
export type Fund =
  | { readonly kind: "session"; readonly sessionId: SessionId }
  | { readonly kind: "token"; readonly tokenId: TokenId }
  | { readonly kind: "treasury" };

/** What paid an invoice: somebody over Lightning, or a fund. */
export type PaidFrom = Fund | { readonly kind: "payer" };

/** What a payout is for: what a job's or a session's payer is owed, or the operator's withdrawal. */
export type PayoutFor =
  | { readonly kind: "refund"; readonly of: JobId | SessionId }
  | { readonly kind: "withdrawal" };

/**
 * Sats that change places because of what was decided. Each becomes one balanced transaction of the ledger,
 * named here by the business event, not by accounts.
 */
export type MoneyMove =
  /** A payment that was due arrived: the tower holds `due` for the job, and owes back what is beyond. */
  | { readonly kind: "settled"; readonly jobId: JobId; readonly due: Msat; readonly received: Msat }
  /** A payment arrived that was not due: all of it is owed back. */
  | { readonly kind: "settled_not_due"; readonly owedTo: JobId | SessionId; readonly received: Msat }
  /** The treasury paid what was due: the tower holds it for the job. */
  | { readonly kind: "treasury_paid"; readonly jobId: JobId; readonly due: Msat }
  /** A session or a token was paid for: what came is its balance. */
  | { readonly kind: "fund_received"; readonly fund: Fund; readonly received: Msat }
  /** A job that is funded ahead takes its eval fee, and sets aside what its work may cost at most. */
  | {
      readonly kind: "funds_reserved";
      readonly jobId: JobId;
      readonly fund: Fund;
      readonly fee: Msat;
      readonly most: Msat;
    }
  /** The price is known, 0 for none: it is held for the job, the rest of what was set aside goes back. */
  | {
      readonly kind: "reservation_priced";
      readonly jobId: JobId;
      readonly fund: Fund;
      readonly most: Msat;
      readonly price: Msat;
    }
  /** The verdict is in: the evaluation's fee is earned. */
  | { readonly kind: "eval_earned"; readonly jobId: JobId; readonly fee: Msat; readonly paidFrom: PaidFrom }
  /** The work is done: what it used is earned, the rest of what was paid goes back to where it came from. */
  | {
      readonly kind: "work_earned";
      readonly jobId: JobId;
      readonly paid: Msat;
      readonly used: Msat;
      readonly paidFrom: PaidFrom;
    }
  /** What was paid for something unfinished goes back to where it came from. */
  | {
      readonly kind: "held_given_back";
      readonly jobId: JobId;
      readonly paid: Msat;
      readonly paidFrom: PaidFrom;
    }
  /** A session is over: what is left on it is owed back. */
  | { readonly kind: "session_ended"; readonly sessionId: SessionId; readonly balance: Msat }
  /** What was owed for a job goes to its payer's session. */
  | { readonly kind: "refund_credited"; readonly jobId: JobId; readonly fund: Fund; readonly amount: Msat }
  /** The wallet kept something of a payment on its way in, for a channel. */
  | { readonly kind: "receiving_cost"; readonly cost: Msat }
  /** An operator put sats into the node. */
  | { readonly kind: "deposit_received"; readonly received: Msat }
  /** A brain used something: the agent's budget and the tower's expenses bear it. */
  | { readonly kind: "brain_used"; readonly jobId: JobId; readonly agentId: AgentId; readonly cost: Msat }
  | ({ readonly kind: "payout_started" } & Payout)
  | ({ readonly kind: "payout_succeeded"; readonly fee: Msat } & Payout)
  | ({ readonly kind: "payout_failed" } & Payout);

/** Sats on their way out. `feeReserve` is the most the route may cost. */
export interface Payout {
  readonly to: PayoutFor;
  readonly amount: Msat;
  readonly feeReserve: Msat;
}

/** Something to be done in the world outside. Its key is stable: written before it is tried, done once. */
export type Effect =
  | {
      readonly kind: "make_invoice";
      readonly key: string;
      readonly jobId: JobId;
      readonly invoiceType: InvoiceType;
      readonly amountSats: Sats;
      readonly description: string;
      readonly price?: Price;
    }
  | {
      readonly kind: "evaluate";
      readonly key: string;
      readonly jobId: JobId;
      /** Of a job that is funded ahead: the terms that what was set aside was worked out with. */
      readonly terms?: PriceTerms;
    }
  | { readonly kind: "execute"; readonly key: string; readonly jobId: JobId }
  /** Pays a job's refund. */
  | ({ readonly kind: "payout"; readonly jobId: JobId } & Outgoing)
  /** Pays what is left of a session that is over. */
  | ({ readonly kind: "session_payout"; readonly sessionId: SessionId } & Outgoing)
  /** Pays out of the treasury. */
  | ({ readonly kind: "withdrawal"; readonly withdrawalId: string } & Outgoing);

/** A payment to an invoice of somebody's. */
export interface Outgoing {
  readonly key: string;
  readonly paymentRequest: string;
  readonly paymentHash: string;
  readonly amountSats: Sats;
  /** The most the route may cost. */
  readonly feeLimitSats: Sats;
}

/** An effect's key: what it is, and for what. A payout's is its payment hash, so no invoice is paid twice. */
export const effectKey = {
  makeInvoice: (jobId: JobId, type: InvoiceType): string => `make_invoice:${jobId}:${type}`,
  evaluate: (jobId: JobId): string => `evaluate:${jobId}`,
  execute: (jobId: JobId): string => `execute:${jobId}`,
  payout: (paymentHash: string): string => `payout:${paymentHash}`,
} as const;

/** Everything that follows from one intent or one result, as data. Applied in one transaction or not at all. */
export interface Decision {
  readonly facts: readonly NewFact[];
  readonly moves: readonly MoneyMove[];
  readonly effects: readonly Effect[];
  /**
   * Sessions that were opened or moved on. What their balance, reserve and debt are is read from the books once the money has
   * moved, for these and for every session that money came from or went to.
   */
  readonly sessions: readonly SessionRecord[];
}

/** A decision with what it leaves out filled in. */
export const decision = (parts: Partial<Decision>): Decision => ({
  facts: [],
  moves: [],
  effects: [],
  sessions: [],
  ...parts,
});

/** Two decisions as one. */
export const both = (first: Decision, second: Decision): Decision => ({
  facts: [...first.facts, ...second.facts],
  moves: [...first.moves, ...second.moves],
  effects: [...first.effects, ...second.effects],
  sessions: [...first.sessions, ...second.sessions],
});
