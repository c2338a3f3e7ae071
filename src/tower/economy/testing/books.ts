import { NO_MSAT } from "../../../protocol/units.ts";
import { auditLedger, type Gauges, walletGap } from "../../ledger/audit.ts";
import { type Figures, readFigures } from "../../ledger/figures.ts";
import { type TestEconomy, utc } from "./economy.ts";

/** Everything the books say of themselves, and how far the wallet is from them. */
export interface BooksInOrder extends Gauges {
  readonly walletGapMsat: bigint;
  /** Play sats that came from nowhere, or went there. */
  readonly strayMsat: bigint;
}

/** What {@link audit} reads when nothing is wrong. */
export const IN_ORDER: BooksInOrder = {
  imbalanceMsat: NO_MSAT,
  unbalancedTransactions: 0,
  wrongBalances: 0,
  negativeLiabilities: 0,
  negativeAssets: 0,
  walletGapMsat: 0n,
  strayMsat: 0n,
};

/** The gauges of the books, of the books beside the wallet, and of the play network itself: all zero. */
export async function audit(tower: Pick<TestEconomy, "database" | "wallet">): Promise<BooksInOrder> {
  const balance = await tower.wallet.balance();
  const { node, purses, outside, minted } = tower.wallet.holdings();
  return tower.database.read(async (sql) => ({
    ...(await auditLedger(sql)),
    walletGapMsat: await walletGap(sql, balance),
    strayMsat: minted - node - purses - outside,
  }));
}

/** What each account holds, in msat as the books hold it: debits positive, credits negative; empty ones left out. */
export function balances(tower: Pick<TestEconomy, "database">): Promise<Record<string, bigint>> {
  return tower.database.read(async (sql) => {
    const rows = await sql.all<{ account: string; balance_msat: bigint }>(
      "SELECT account, balance_msat FROM ledger_balance WHERE balance_msat <> 0 ORDER BY account",
    );
    return Object.fromEntries(rows.map((row) => [row.account, row.balance_msat]));
  });
}

/** Today's figures, in msat. */
export const figures = (tower: Pick<TestEconomy, "database" | "clock">): Promise<Figures> =>
  tower.database.read((sql) => readFigures(sql, utc(tower.clock.now())));
