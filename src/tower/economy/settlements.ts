import type { SettlementHint, Wallet } from "../lightning/wallet.ts";
import { readMeta, writeMeta } from "../storage/meta.ts";
import type { Database } from "../storage/port.ts";
import type { Reconciler } from "./reconcile.ts";

/** Where the last settlement that was looked into stands in the wallet's own order. */
const CURSOR = "settlement_cursor";

/**
 * Follows what the wallet says was settled, from where a former run left off: each hint is looked into in its turn, and then the
 * place is kept. A hint that cannot be looked into keeps the place where it is, so that the next start is told of it again; until
 * then it is looked into once more with each that follows. Returns its own undo, which resolves when what is looked into has come to rest.
 */
export async function followSettlements(parts: {
  readonly database: Database;
  readonly wallet: Wallet;
  readonly reconciler: Reconciler;
  readonly failed: (error: unknown) => void;
}): Promise<() => Promise<void>> {
  const { database, wallet, reconciler, failed } = parts;
  /** What could not be looked into yet. */
  const stuck = new Set<string>();
  let closed = false;

  async function lookInto({ paymentHash, cursor }: SettlementHint): Promise<void> {
    for (const hash of new Set([paymentHash, ...stuck])) {
      if (closed) return;
      stuck.add(hash);
      try {
        await reconciler.reconcile(hash);
        stuck.delete(hash);
      } catch (error) {
        if (!closed) failed(error);
      }
    }
    if (cursor !== undefined && stuck.size === 0 && !closed) {
      await database.transaction((sql) => writeMeta(sql, CURSOR, cursor));
    }
  }

  const after = await database.read((sql) => readMeta(sql, CURSOR));
  let before: Promise<void> = Promise.resolve();
  const undo = wallet.followSettlements((hint) => {
    before = before
      .then(() => lookInto(hint))
      .catch((error: unknown) => {
        if (!closed) failed(error);
      });
  }, after);
  return () => {
    closed = true;
    undo();
    return before;
  };
}
