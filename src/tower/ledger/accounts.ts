import type { JobId } from "../../protocol/ids.ts";

/** A debit raises assets and expenses, a credit raises the other three. */
export type AccountKind = "asset" | "liability" | "equity" | "revenue" | "expense";

/** The accounts that are there once, and their kinds. */
const SINGLE = {
  /** What the Lightning wallet can spend. */
  node: "asset",
  /** Sent to the wallet to be paid, its fate not yet known; fee reserve included. */
  payouts_in_flight: "asset",
  /** Owed to the providers of models. */
  model_payable: "liability",
  /** What the wallet held when the books were opened. */
  opening: "equity",
  deposits: "equity",
  withdrawals: "equity",
  "revenue:eval": "revenue",
  "revenue:work": "revenue",
  /** Parts of a sat that cannot be given back. */
  "revenue:rounding": "revenue",
  "expense:model": "expense",
  "expense:routing": "expense",
  /** Put into jobs by the treasury and not yet come back: the tower earns nothing from itself. */
  "expense:treasury_jobs": "expense",
} as const satisfies Record<string, AccountKind>;

type SingleAccount = keyof typeof SINGLE;

/** The accounts there is one of per job or session: all of them owed to somebody. */
type OwnedAccount = `${"escrow" | "session" | "refund"}:${string}`;

export type Account = SingleAccount | OwnedAccount;

export const NODE = "node" satisfies Account;
export const PAYOUTS_IN_FLIGHT = "payouts_in_flight" satisfies Account;
export const MODEL_PAYABLE = "model_payable" satisfies Account;
export const OPENING = "opening" satisfies Account;
export const EVAL_REVENUE = "revenue:eval" satisfies Account;
export const WORK_REVENUE = "revenue:work" satisfies Account;
export const ROUNDING_REVENUE = "revenue:rounding" satisfies Account;
export const MODEL_EXPENSE = "expense:model" satisfies Account;
export const ROUTING_EXPENSE = "expense:routing" satisfies Account;
export const TREASURY_JOBS = "expense:treasury_jobs" satisfies Account;

/** Paid for a job and neither earned nor given back yet. */
export const escrow = (job: JobId): Account => `escrow:${job}`;
/** Owed back to whoever paid for the job. */
export const refund = (job: JobId): Account => `refund:${job}`;

/** The accounts of the kinds asked for, those of jobs and sessions left out. */
export const singleAccounts = (...kinds: readonly AccountKind[]): readonly Account[] =>
  (Object.keys(SINGLE) as SingleAccount[]).filter((account) => kinds.includes(SINGLE[account]));

const isSingle = (account: Account): account is SingleAccount => Object.hasOwn(SINGLE, account);

export const kindOf = (account: Account): AccountKind => (isSingle(account) ? SINGLE[account] : "liability");

/** Whether what the account holds is money that payers are owed back or may still spend. */
export const belongsToPayer = (account: Account): boolean =>
  account.startsWith("refund:") || account.startsWith("session:");
