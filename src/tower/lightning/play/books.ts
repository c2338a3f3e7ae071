import type { OwnerId } from "../../../protocol/ids.ts";
import { type Msat, msat } from "../../../protocol/units.ts";
import type { Database } from "./database.ts";

/** A place sats can be. `mint` is where all play sats come from: what it has given out, it is below zero by. */
export type Account = "mint" | "node" | "outside" | `purse:${string}`;

const PURSE = "purse:";

export const purseAccount = (owner: OwnerId): Account => `${PURSE}${owner}`;

/** Whose purse an account is, if it is one. */
export const purseOwner = (account: Account): OwnerId | null =>
  account.startsWith(PURSE) ? (account.slice(PURSE.length) as OwnerId) : null;

/** Where all play sats are. `minted` is what ever came into being; it equals the other three together. */
export interface Holdings {
  readonly node: Msat;
  readonly purses: Msat;
  readonly outside: Msat;
  readonly minted: Msat;
}

export type Books = ReturnType<typeof createBooks>;

/**
 * Who has how much. Sats only ever move from one account to another, so that their sum, `mint` included, is always 0.
 * Runs inside the caller's transaction.
 */
export function createBooks({ sql }: Database) {
  const select = sql.prepare("SELECT msat FROM account WHERE name = ?");
  const add = sql.prepare("UPDATE account SET msat = msat + ? WHERE name = ?");
  const open = sql.prepare("INSERT OR IGNORE INTO account (name, msat) VALUES (?, 0)");
  const sumOfPurses = sql.prepare(
    `SELECT coalesce(sum(msat), 0) AS msat FROM account WHERE name GLOB '${PURSE}*'`,
  );

  const balance = (account: Account): Msat => msat((select.get(account)?.["msat"] ?? 0n) as bigint);

  return {
    balance,
    exists: (account: Account): boolean => select.get(account) !== undefined,

    /** Throws when `from` has less, except the mint. */
    move(from: Account, to: Account, amount: Msat): void {
      if (amount < 0n) throw new RangeError(`an amount to move is not negative: ${amount} msat`);
      open.run(from);
      open.run(to);
      add.run(-amount, from);
      add.run(amount, to);
    },

    holdings: (): Holdings => ({
      node: balance("node"),
      purses: msat(sumOfPurses.get()?.["msat"] as bigint),
      outside: balance("outside"),
      minted: msat(-balance("mint")),
    }),
  };
}
