import type { NewFact } from "../../../protocol/facts.ts";
import type { AgentId, JobId } from "../../../protocol/ids.ts";
import type { InvoiceType, Price } from "../../../protocol/records.ts";
import type { Msat, Sats } from "../../../protocol/units.ts";

/**
 * Sats that change places because of what was decided. Each becomes one balanced transaction of the ledger,
 * named here by the business event, not by accounts.
 */
export type MoneyMove =
  /** A payment that was due arrived: the tower holds `due` for the job, and owes back what is beyond. */
  | { readonly kind: "settled"; readonly jobId: JobId; readonly due: Msat; readonly received: Msat }
  /** A payment arrived that was not due: all of it is owed back. */
  | { readonly kind: "settled_not_due"; readonly jobId: JobId; readonly received: Msat }
  /** The verdict is in: the evaluation's fee is earned. */
  | { readonly kind: "eval_earned"; readonly jobId: JobId; readonly fee: Msat }
  /** The work is done: what it used is earned, the rest of what was paid is owed back. */
  | { readonly kind: "work_earned"; readonly jobId: JobId; readonly paid: Msat; readonly used: Msat }
  /** What was paid for something unfinished is owed back. */
  | { readonly kind: "held_is_owed"; readonly jobId: JobId; readonly paid: Msat }
  /** A brain used something: the agent's budget and the tower's expenses bear it. */
  | { readonly kind: "brain_used"; readonly jobId: JobId; readonly agentId: AgentId; readonly cost: Msat }
  | ({ readonly kind: "payout_started" } & Payout)
  | ({ readonly kind: "payout_succeeded"; readonly fee: Msat } & Payout)
  | ({ readonly kind: "payout_failed" } & Payout);

/** A refund on its way. `feeReserve` is the most its route may cost. */
export interface Payout {
  readonly jobId: JobId;
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
  | { readonly kind: "evaluate"; readonly key: string; readonly jobId: JobId }
  | { readonly kind: "execute"; readonly key: string; readonly jobId: JobId }
  | {
      readonly kind: "payout";
      readonly key: string;
      readonly jobId: JobId;
      readonly paymentRequest: string;
      readonly paymentHash: string;
      readonly amountSats: Sats;
      /** The most the route may cost. */
      readonly feeLimitSats: Sats;
    };

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
}

/** A decision with what it leaves out filled in. */
export const decision = (parts: Partial<Decision>): Decision => ({
  facts: [],
  moves: [],
  effects: [],
  ...parts,
});

/** Two decisions as one. */
export const both = (first: Decision, second: Decision): Decision => ({
  facts: [...first.facts, ...second.facts],
  moves: [...first.moves, ...second.moves],
  effects: [...first.effects, ...second.effects],
});
