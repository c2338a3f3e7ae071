import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { seq } from "../protocol/ids.ts";
import { type Msat, msat, satsDown, satsUp } from "../protocol/units.ts";
import { pendingEffects } from "../tower/economy/effects-table.ts";
import { auditLedger, type Gauges, walletGap } from "../tower/ledger/audit.ts";
import { createCalendar } from "../tower/ledger/day.ts";
import { readFigures } from "../tower/ledger/figures.ts";
import type { LogEntry } from "../tower/log/entry.ts";
import { readAfter } from "../tower/log/read.ts";
import type { Sql } from "../tower/storage/port.ts";
import { openConnection } from "../tower/storage/sqlite-connection.ts";

/** The gauges of books in which everything adds up. */
export const ALL_ZERO: Gauges = {
  imbalanceMsat: msat(0n),
  unbalancedTransactions: 0,
  wrongBalances: 0,
  negativeLiabilities: 0,
  negativeAssets: 0,
};

/** What a tower's data directory says, read without the tower. */
export interface Books {
  readonly gauges: Gauges;
  /** What the wallet holds beyond what the ledger says, in msat. */
  readonly walletGap: Msat;
  /** Everything the play network ever made, less everything that is somewhere: zero. */
  readonly lost: Msat;
  /** Purses by owner, in whole sats. */
  readonly purses: ReadonlyMap<string, number>;
  /** What is still held for jobs or owed back, in msat, of accounts that are not empty. */
  readonly owed: ReadonlyMap<string, Msat>;
  /** Effects that were written and not done. */
  readonly pending: number;
}

async function inTower<T>(dataDir: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const connection = openConnection(join(dataDir, "tower.db"), { readOnly: true });
  try {
    return await connection.within("BEGIN", work);
  } finally {
    connection.raw.close();
  }
}

/** Accounts of the play network and what they hold. The tower holds the file for itself: it must have stopped. */
function walletAccounts(dataDir: string): ReadonlyMap<string, bigint> {
  const wallet = new DatabaseSync(join(dataDir, "play-wallet.db"), { readOnly: true, readBigInts: true });
  try {
    const rows = wallet.prepare("SELECT name, msat FROM account").all() as { name: string; msat: bigint }[];
    return new Map(rows.map((row) => [row.name, row.msat]));
  } finally {
    wallet.close();
  }
}

const PURSE = "purse:";

/** Reads the books of a tower that has stopped. */
export async function readBooks(dataDir: string): Promise<Books> {
  const accounts = walletAccounts(dataDir);
  const node = msat(accounts.get("node") ?? 0n);
  const read = await inTower(dataDir, async (sql) => {
    const rows = await sql.all<{ account: string; balance_msat: bigint }>(
      "SELECT account, balance_msat FROM ledger_balance WHERE kind = 'liability' AND balance_msat <> 0 AND account <> 'model_payable'",
    );
    return {
      gauges: await auditLedger(sql),
      walletGap: await walletGap(sql, node),
      owed: new Map(rows.map((row) => [row.account, msat(-row.balance_msat)])),
      pending: (await pendingEffects(sql)).length,
    };
  });
  return {
    ...read,
    lost: msat([...accounts.values()].reduce((sum, amount) => sum + amount, 0n)),
    purses: new Map(
      [...accounts]
        .filter(([name]) => name.startsWith(PURSE))
        .map(([name, amount]) => [name.slice(PURSE.length), satsDown(msat(amount))]),
    ),
  };
}

/**
 * The panels' figures in whole sats as the ledger has them now: costs rounded up, all else down. The tower may run; `timeZone` is
 * the tower's.
 */
export async function readPanelFigures(dataDir: string, timeZone = "UTC") {
  const day = createCalendar(timeZone)(Date.now());
  const figures = await inTower(dataDir, (sql) => readFigures(sql, day));
  return {
    balance: satsDown(figures.balance),
    earned: satsDown(figures.earnedToday),
    spent: satsUp(figures.spentToday),
    treasury: satsDown(figures.treasury),
    burn: satsUp(figures.burnToday),
    net: satsDown(figures.netToday),
  };
}

/** The whole log; the tower may run. */
export const readLog = (dataDir: string): Promise<readonly LogEntry[]> =>
  inTower(dataDir, (sql) => readAfter(sql, seq(0), 1_000_000));
