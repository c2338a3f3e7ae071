import type { SettlementHint, Wallet } from "../lightning/wallet.ts";
import { readMeta, writeMeta } from "../storage/meta.ts";
import type { Database } from "../storage/port.ts";
import type { Reconciler } from "./reconcile.ts";

/** Where the last settlement that was looked into stands in the wallet's own order. */
const CURSOR = "settlement_cursor";

/**
 * Follows what the wallet says was settled, from where a former run left off: each hint is looked into in its turn, and then the
 * place is kept. A hint that cannot be looked into keeps the place where it is, so that the next start is told of it again; its
 * invoice is asked about meanwhile as all are. Returns its own undo, which resolves when what is looked into has come to rest.
 */
export async function followSettlements(parts: {
  readonly database: Database;
  readonly wallet: Wallet;
  readonly reconciler: Reconciler;
  readonly failed: (error: unknown) => void;
}): Promise<() => Promise<void>> {
  const { database, wallet, reconciler, failed } = parts;
  let stuck = false;
  let closed = false;

  async function lookInto({ paymentHash, cursor }: SettlementHint): Promise<void> {
    if (closed) return;
    await reconciler.reconcile(paymentHash);
    if (cursor !== undefined && !stuck && !closed) {
      await database.transaction((sql) => writeMeta(sql, CURSOR, cursor));
    }
  }

  const after = await database.read((sql) => readMeta(sql, CURSOR));
  let before: Promise<void> = Promise.resolve();
  const undo = wallet.followSettlements((hint) => {
    before = before
      .then(() => lookInto(hint))
      .catch((error: unknown) => {
        stuck = true;
        if (!closed) failed(error);
      });
  }, after);
  return () => {
    closed = true;
    undo();
    return before;
  };
}
