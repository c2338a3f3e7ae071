/**
 * The books kept the simplest way there is, without anything of the ledger's own: a balance for each account and sums for
 * each day. Amounts are msat, debits positive.
 */
export interface Model {
  balanceOf(account: string): bigint;
  /** Every account that anything was ever entered to. */
  balances(): Record<string, bigint>;
  /**
   * What must become of a transaction: refused when it moves nothing, does not come to nothing together, or leaves somebody
   * with less than nothing; nothing more when its key is known.
   */
  outcomeOf(changes: Changes, key: string | undefined): "posted" | "repeated" | "refused";
  /** Enters what changes at an instant (ms since 1970), under a key that counts once. */
  enter(changes: Changes, at: number, key: string | undefined): void;
  /** The figures of the day (UTC) that an instant is in. */
  figures(at: number): object;
}

/** What an event does to each account: debits positive. */
export type Changes = Readonly<Record<string, bigint>>;

const DAY = 86_400_000;

const isAsset = (account: string): boolean => account === "node" || account === "payouts_in_flight";
const isOwed = (account: string): boolean =>
  /^(model_payable$|escrow:|reserved:|refund:|session:|token:)/.test(account);

/** A model of empty books. */
export function createModel(): Model {
  const held = new Map<string, bigint>();
  const keys = new Set<string>();
  const days = new Map<number, { earned: bigint; burnt: bigint; spent: bigint }>();
  const balanceOf = (account: string): bigint => held.get(account) ?? 0n;
  const dayOf = (at: number) => days.get(Math.floor(at / DAY)) ?? { earned: 0n, burnt: 0n, spent: 0n };
  const sum = (of: Iterable<readonly [string, bigint]>, where: (account: string) => boolean): bigint =>
    [...of].reduce((total, [account, amount]) => (where(account) ? total + amount : total), 0n);

  return {
    balanceOf,
    balances: () => Object.fromEntries(held),
    outcomeOf(changes, key) {
      const all = Object.entries(changes);
      if (all.every(([, change]) => change === 0n) || sum(all, () => true) !== 0n) return "refused";
      if (key !== undefined && keys.has(key)) return "repeated";
      const isSolvent = all.every(([account, change]) => {
        const after = balanceOf(account) + change;
        return !((isAsset(account) && after < 0n) || (isOwed(account) && after > 0n));
      });
      return isSolvent ? "posted" : "refused";
    },
    enter(changes, at, key) {
      if (key !== undefined) keys.add(key);
      const all = Object.entries(changes).filter(([, change]) => change !== 0n);
      for (const [account, change] of all) held.set(account, balanceOf(account) + change);
      const day = dayOf(at);
      days.set(Math.floor(at / DAY), {
        earned: day.earned - sum(all, (account) => account.startsWith("revenue:")),
        burnt:
          day.burnt + sum(all, (account) => account === "expense:model" || account === "expense:routing"),
        // Only withdrawals and the fees of routes leave for good without being somebody's who paid.
        spent: day.spent + sum(all, (account) => account === "expense:routing" || account === "withdrawals"),
      });
    },
    figures(at) {
      const { earned, burnt, spent } = dayOf(at);
      return {
        treasury: sum(held, (account) => isAsset(account) || isOwed(account)),
        balance: balanceOf("node"),
        earnedToday: earned,
        spentToday: spent,
        burnToday: burnt,
        netToday: earned - burnt,
      };
    },
  };
}
