import { type Msat, msat } from "../../../protocol/units.ts";
import { NODE, PAYOUTS_IN_FLIGHT } from "../../ledger/accounts.ts";
import { balanceOf } from "../../ledger/post.ts";
import type { Wallet } from "../../lightning/wallet.ts";
import type { Database, Sql } from "../../storage/port.ts";

/** What the wallet lacks of what the books say it holds: somebody spent from it past the tower. */
export interface Shortfall {
  /** Asks the wallet; what is given back says in a transaction how much is missing. Refuses with `wallet_unavailable`. */
  look(): Promise<(sql: Sql) => Promise<Msat>>;
}

/**
 * The books set aside what is on its way out before the wallet sends it, so nothing certain can be said while anything is in flight:
 * until nothing is, what was missing last still counts as missing.
 */
export function createShortfall(parts: {
  readonly database: Database;
  readonly wallet: Pick<Wallet, "balance">;
}): Shortfall {
  const { database, wallet } = parts;
  let last = 0n;
  const booked = async (sql: Sql) => ({
    node: await balanceOf(sql, NODE),
    isCertain: (await balanceOf(sql, PAYOUTS_IN_FLIGHT)) === 0n,
  });
  return {
    async look() {
      const before = await database.read(booked);
      const held = await wallet.balance();
      return async (sql) => {
        const after = await booked(sql);
        // What came in while the wallet was asked may or may not be in its answer.
        const arrived = after.node > before.node ? after.node - before.node : 0n;
        const expected = after.node - arrived;
        const seen = expected > held ? expected - held : 0n;
        if (before.isCertain && after.isCertain) last = seen;
        return msat(seen > last ? seen : last);
      };
    },
  };
}
