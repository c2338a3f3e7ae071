import type { JobId, SessionId, TokenId } from "../../protocol/ids.ts";

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
  /** What operators put in, and took out. */
  deposits: "equity",
  withdrawals: "equity",
  "revenue:eval": "revenue",
  "revenue:work": "revenue",
  /** Parts of a sat that cannot be given back. */
  "revenue:rounding": "revenue",
  "expense:model": "expense",
  "expense:routing": "expense",
  /** What the wallet kept of payments on their way in, for channels. */
  "expense:receiving": "expense",
  /** Put into jobs by the treasury and not yet come back: the tower earns nothing from itself. */
  "expense:treasury_jobs": "expense",
} as const satisfies Record<string, AccountKind>;

type SingleAccount = keyof typeof SINGLE;

/** The accounts there is one of per job, session or token: all of them owed to somebody. */
type OwnedAccount = `${"escrow" | "reserved" | "session" | "token" | "refund"}:${string}`;

export type Account = SingleAccount | OwnedAccount;

export const NODE = "node" satisfies Account;
export const PAYOUTS_IN_FLIGHT = "payouts_in_flight" satisfies Account;
export const MODEL_PAYABLE = "model_payable" satisfies Account;
export const OPENING = "opening" satisfies Account;
export const DEPOSITS = "deposits" satisfies Account;
export const WITHDRAWALS = "withdrawals" satisfies Account;
export const EVAL_REVENUE = "revenue:eval" satisfies Account;
export const WORK_REVENUE = "revenue:work" satisfies Account;
export const ROUNDING_REVENUE = "revenue:rounding" satisfies Account;
export const MODEL_EXPENSE = "expense:model" satisfies Account;
export const ROUTING_EXPENSE = "expense:routing" satisfies Account;
export const RECEIVING_EXPENSE = "expense:receiving" satisfies Account;
export const TREASURY_JOBS = "expense:treasury_jobs" satisfies Account;

/** Paid for a job and neither earned nor given back yet. */
export const escrow = (job: JobId): Account => `escrow:${job}`;
/** Set aside for the work of a job that is funded ahead, until its price is known. */
export const reserved = (job: JobId): Account => `reserved:${job}`;
/** Owed back to whoever paid for the job, or whose session is over. */
export const refund = (of: JobId | SessionId): Account => `refund:${of}`;

/** What pays for jobs without an invoice each. The treasury's own is an expense that is undone with what comes back. */
export type Fund =
  | { readonly kind: "session"; readonly sessionId: SessionId }
  | { readonly kind: "token"; readonly tokenId: TokenId }
  | { readonly kind: "treasury" };

/** The account that a fund's sats come from and go back to. */
export function fundAccount(fund: Fund): Account {
  switch (fund.kind) {
    case "session":
      return `session:${fund.sessionId}`;
    case "token":
      return `token:${fund.tokenId}`;
    case "treasury":
      return TREASURY_JOBS;
  }
}

/** The accounts of the kinds asked for, those of jobs and sessions left out. */
export const singleAccounts = (...kinds: readonly AccountKind[]): readonly Account[] =>
  (Object.keys(SINGLE) as SingleAccount[]).filter((account) => kinds.includes(SINGLE[account]));

const isSingle = (account: Account): account is SingleAccount => Object.hasOwn(SINGLE, account);

export const kindOf = (account: Account): AccountKind => (isSingle(account) ? SINGLE[account] : "liability");

/** Whether what the account holds is money that payers are owed back or may still spend. */
export const belongsToPayer = (account: Account): boolean =>
  account.startsWith("refund:") || account.startsWith("session:") || account.startsWith("token:");
