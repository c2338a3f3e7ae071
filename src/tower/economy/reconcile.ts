import type { Wallet } from "../lightning/wallet.ts";
import { lastSeq } from "../log/read.ts";
import type { Database, Sql } from "../storage/port.ts";
import { both, type Decision, decision } from "./decide/decision.ts";
import { invoiceSettled } from "./decide/invoice.ts";
import { sessionPaid } from "./decide/session.ts";
import { eachOf } from "./each-of.ts";
import { findInvoice, type StoredInvoice, takeCredit, watchedHashes } from "./invoices.ts";
import { queueBefore, readJobRecord } from "./jobs.ts";
import { readSession } from "./sessions.ts";
import type { Transactor } from "./transactor.ts";

/** How many invoices a start asks about at a time: a wallet answers each in some milliseconds, or, far away, in a second. */
const AT_ONCE = 16;

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
  /** Told of what a sweep could not ask; the next hint, look or deadline asks again. */
  readonly failed: (error: unknown) => void;
}): Reconciler {
  const { database, transactor, wallet, failed } = parts;

  async function reconcile(paymentHash: string): Promise<void> {
    const invoice = await database.read((sql) => findInvoice(sql, paymentHash));
    if (invoice === undefined || invoice.creditedSeq !== undefined) return;
    const status = await wallet.lookupInvoice(paymentHash);
    if (status.state !== "settled") return;
    await transactor.run(async (sql) => {
      // The fact that says it comes first, right after the log's last: that is the place that credits it.
      const creditedBy = (await lastSeq(sql)) + 1;
      if (!(await takeCredit(sql, paymentHash, status.settledAt, creditedBy))) {
        return { decision: decision({}), result: undefined };
      }
      const { cost } = status;
      const arrived = await settled(sql, invoice, status);
      const kept = decision({ moves: cost === undefined ? [] : [{ kind: "receiving_cost", cost }] });
      return { decision: both(arrived, kept), result: undefined };
    });
  }

  return {
    reconcile,
    async sweep() {
      const watched = await database.read(watchedHashes);
      // One invoice the wallet cannot be asked about must not keep the tower from the others.
      await eachOf(watched, AT_ONCE, (paymentHash) => reconcile(paymentHash).catch(failed));
    },
  };
}

/** What follows from a payment that has just been given the right to be credited. */
async function settled(
  sql: Sql,
  invoice: StoredInvoice,
  { amount, settledAt }: Extract<Awaited<ReturnType<Wallet["lookupInvoice"]>>, { state: "settled" }>,
): Promise<Decision> {
  const { expiresAt, paymentRequest, subject } = invoice;
  switch (subject.kind) {
    case "eval":
    case "work": {
      const job = await readJobRecord(sql, subject.jobId);
      const settlement = { invoiceType: subject.kind, amount, settledAt, expiresAt };
      return invoiceSettled(job, settlement, await queueBefore(sql, job.agentId));
    }
    case "session": {
      const session = await readSession(sql, subject.sessionId);
      return sessionPaid(session, { paymentRequest, received: amount, onTime: settledAt <= expiresAt });
    }
    case "token":
      // A token has no time of its own: what was paid for it is its credit whenever it comes.
      return decision({
        moves: [
          { kind: "fund_received", fund: { kind: "token", tokenId: subject.tokenId }, received: amount },
        ],
      });
    case "deposit":
      return decision({ moves: [{ kind: "deposit_received", received: amount }] });
  }
}
