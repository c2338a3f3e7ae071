import type { Wallet } from "../lightning/wallet.ts";
import { lastSeq } from "../log/read.ts";
import type { Database } from "../storage/port.ts";
import { decision } from "./decide/decision.ts";
import { invoiceSettled } from "./decide/invoice.ts";
import { findInvoice, takeCredit, uncreditedHashes } from "./invoices.ts";
import { queueBefore, readJobRecord } from "./jobs.ts";
import type { Transactor } from "./transactor.ts";

/** Where every hint of a payment ends: the wallet is asked, and only what it says is credited, once. */
export interface Reconciler {
  /** Asks about one invoice. Does nothing when it is not ours, not paid, or credited already. */
  reconcile(paymentHash: string): Promise<void>;
  /** Asks about every invoice nothing was credited for: what may have happened while nobody looked. */
  sweep(): Promise<void>;
}

/** A reconciler between the wallet's word and the ledger. */
export function createReconciler(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly wallet: Wallet;
  /** Told of what a sweep could not ask; the next hint or deadline asks again. */
  readonly failed: (error: unknown) => void;
}): Reconciler {
  const { database, transactor, wallet, failed } = parts;

  async function reconcile(paymentHash: string): Promise<void> {
    const invoice = await database.read((sql) => findInvoice(sql, paymentHash));
    if (invoice === undefined || invoice.creditedSeq !== undefined) return;
    const status = await wallet.lookupInvoice(paymentHash);
    if (status.state !== "settled") return;
    await transactor.run(async (sql) => {
      // The invoice_settled fact comes first, right after the log's last: that is the place that credits it.
      const creditedBy = (await lastSeq(sql)) + 1;
      if (!(await takeCredit(sql, paymentHash, status.settledAt, creditedBy))) {
        return { decision: decision({}), result: undefined };
      }
      const job = await readJobRecord(sql, invoice.jobId);
      const settlement = {
        invoiceType: invoice.invoiceType,
        amount: status.amount,
        settledAt: status.settledAt,
        expiresAt: invoice.expiresAt,
      };
      const queue = await queueBefore(sql, job.agentId);
      return { decision: invoiceSettled(job, settlement, queue), result: undefined };
    });
  }

  return {
    reconcile,
    async sweep() {
      for (const paymentHash of await database.read(uncreditedHashes)) {
        // One invoice the wallet cannot be asked about must not keep the tower from the others.
        await reconcile(paymentHash).catch(failed);
      }
    },
  };
}
