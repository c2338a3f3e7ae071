import { type Msat, msat, NO_MSAT } from "../../protocol/units.ts";
import { type Account, kindOf } from "./accounts.ts";
import { LedgerError } from "./ledger-error.ts";

/** One line of a transaction. A debit is positive, a credit negative. */
export interface Posting {
  readonly account: Account;
  readonly amount: Msat;
}

const positive = (amount: Msat): Msat => {
  if (amount < 0n) throw new RangeError(`a debit or credit is not negative: ${amount} msat`);
  return amount;
};

export const debit = (account: Account, amount: Msat): Posting => ({ account, amount: positive(amount) });
export const credit = (account: Account, amount: Msat): Posting => ({
  account,
  amount: msat(-positive(amount)),
});

/** The postings that move something. */
export const lines = (...postings: readonly Posting[]): readonly Posting[] =>
  postings.filter(({ amount }) => amount !== 0n);

/** What a transaction does to each account it touches. */
export function changes(postings: readonly Posting[]): ReadonlyMap<Account, Msat> {
  const byAccount = new Map<Account, Msat>();
  for (const { account, amount } of postings)
    byAccount.set(account, msat((byAccount.get(account) ?? NO_MSAT) + amount));
  return byAccount;
}

/** Throws a {@link LedgerError} unless there are two lines at least, none of nothing, and debits equal credits. */
export function assertBalanced(postings: readonly Posting[]): void {
  if (postings.length < 2)
    throw new LedgerError(
      "too_few_postings",
      `a transaction has two postings at least, not ${postings.length}`,
    );
  const empty = postings.find(({ amount }) => amount === 0n);
  if (empty) throw new LedgerError("empty_posting", `nothing is posted to ${empty.account}`);
  const sum = postings.reduce((total, { amount }) => total + amount, 0n);
  if (sum !== 0n) throw new LedgerError("unbalanced", `debits exceed credits by ${sum} msat`);
}

/** Throws a {@link LedgerError} when an asset or a liability would hold less than nothing. */
export function assertSolvent(account: Account, balance: Msat): void {
  const kind = kindOf(account);
  if (kind === "asset" && balance < 0n)
    throw new LedgerError("negative_asset", `${account} would hold ${balance} msat`);
  if (kind === "liability" && balance > 0n)
    throw new LedgerError("negative_liability", `${account} would hold ${-balance} msat`);
}
