import { shortJobId } from "../../../job/chat.ts";
import type { InvoiceType, JobRecord, SessionRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sql } from "../../storage/port.ts";
import { isOver } from "../decide/session.ts";
import type { Performed } from "../economy.ts";
import { findInvoice, findJobInvoice, openSessionInvoices } from "../invoices.ts";
import { type IntentParts, ownSession, type Perform, payableJob } from "./intent.ts";
import { recallIntent, rememberBegun, rememberDone } from "./intent-table.ts";
import { payFromTreasury } from "./treasury-pay.ts";

/**
 * Pays an invoice from the caller's purse, outside the database; what the wallet then says is credited as any
 * payment is. Begun before and credited since, it is done: the tower stopped between the payment and its answer.
 */
export const payInvoice =
  (parts: IntentParts): Perform<"pay_invoice"> =>
  async (caller, intent) => {
    if (intent.from === "treasury") return payFromTreasury(parts, caller, intent);
    const { database, reconciler, purses, clock } = parts;
    if (purses === undefined) {
      refuse("unsupported", "This tower runs on a real wallet: pay the invoice with yours.");
    }
    const { jobId, invoiceType } = intent;
    const performed: Performed = { jobId };
    const wanted = async (sql: Sql) => ({
      job: await payableJob(sql, caller, jobId),
      invoice:
        (await findJobInvoice(sql, jobId, invoiceType)) ??
        refuse("unknown_invoice", `Job ${shortJobId(jobId)} has no ${invoiceType} invoice to pay.`),
    });
    let { before, job, invoice } = await database.transaction(async (sql) => {
      const before = await recallIntent(sql, caller.ownerId, intent);
      const found = await wanted(sql);
      if (before === undefined) await rememberBegun(sql, caller.ownerId, intent, clock.now());
      return { before, ...found };
    });
    if (before !== undefined) {
      await reconciler.reconcile(invoice.paymentHash);
      ({ job, invoice } = await database.read(wanted));
      if (invoice.creditedSeq !== undefined) return performed;
    }
    assertPayable(job, invoiceType, clock.now());
    purses.payFromPurse(caller.ownerId, invoice.paymentRequest);
    await reconciler.reconcile(invoice.paymentHash);
    return performed;
  };

/**
 * Pays the newest open invoice of the caller's session from its purse. Begun before it is about the same invoice, and credited since
 * it is done. Refuses with `session_not_active` when the session is over, with `unknown_invoice` when nothing waits to be paid, with
 * `invoice_expired`, and as a purse does.
 */
export const paySession =
  ({ database, reconciler, purses, clock }: IntentParts): Perform<"session_pay"> =>
  async (caller, intent) => {
    if (purses === undefined) {
      refuse("unsupported", "This tower runs on a real wallet: pay the invoice with yours.");
    }
    const { sessionId } = intent;
    const performed: Performed = { sessionId };
    const chosen = await database.transaction(async (sql) => {
      const before = await recallIntent(sql, caller.ownerId, intent);
      const session = await ownSession(sql, caller, sessionId);
      if (before?.state === "done") return undefined;
      if (before !== undefined) return before.about;
      assertNotOver(session);
      const payable = (await openSessionInvoices(sql, sessionId)).find((it) => it.expiresAt >= clock.now());
      if (payable === undefined) {
        return refuse("unknown_invoice", "The session has no invoice that can be paid: top it up for one.");
      }
      await rememberBegun(sql, caller.ownerId, intent, clock.now(), payable.paymentHash);
      return payable.paymentHash;
    });
    if (chosen === undefined) return performed;
    // Paid before the tower stopped, it must not be paid again, nor another invoice in its place.
    await reconciler.reconcile(chosen);
    const { invoice, session } = await database.read(async (sql) => ({
      invoice: await findInvoice(sql, chosen),
      session: await ownSession(sql, caller, sessionId),
    }));
    if (invoice === undefined) throw new Error("an invoice that was chosen is kept");
    if (invoice.creditedSeq === undefined) {
      assertNotOver(session);
      if (invoice.expiresAt < clock.now())
        refuse("invoice_expired", "That invoice has expired: ask for more anew.");
      purses.payFromPurse(caller.ownerId, invoice.paymentRequest);
      await reconciler.reconcile(chosen);
    }
    await database.transaction((sql) => rememberDone(sql, caller.ownerId, intent, performed, clock.now()));
    return performed;
  };

/**
 * Refuses with `session_not_active` to pay for a session that is over: one that was closed before its deposit came has an invoice
 * that could be paid still, and all of it would be owed back.
 */
function assertNotOver(session: SessionRecord): void {
  if (isOver(session)) refuse("session_not_active", "The session is over: open another one.");
}

/** Refuses to pay what the job does not wait for: `already_paid`, `invoice_expired` or `illegal_event`. */
function assertPayable(job: JobRecord, invoiceType: InvoiceType, now: number): void {
  const invoice = invoiceType === "eval" ? job.evalInvoice : job.workInvoice;
  if (invoice?.state === "settled" || invoice?.state === "settled_late") {
    refuse("already_paid", `The ${invoiceType} invoice of job ${shortJobId(job.jobId)} is paid already.`);
  }
  const expired = invoice?.expiresAt !== undefined && Date.parse(invoice.expiresAt) < now;
  if (invoice?.state === "expired" || expired) {
    refuse("invoice_expired", `The ${invoiceType} invoice of job ${shortJobId(job.jobId)} has expired.`);
  }
  if (job.phase === "closed") {
    refuse("illegal_event", `Job ${shortJobId(job.jobId)} has ended: nothing is due.`);
  }
}

/** Draws on the faucet for the caller's purse. */
export const topUpPurse =
  ({ database, purses, clock }: IntentParts): Perform<"purse_topup"> =>
  async (caller, intent) => {
    if (purses === undefined) refuse("unsupported", "This tower runs on a real wallet: it has no faucet.");
    const known = await database.read((sql) => recallIntent(sql, caller.ownerId, intent));
    if (known !== undefined) return {};
    // The faucet's own cap bounds what a crash between these two lines could give twice.
    purses.faucet(caller.ownerId);
    await database.transaction((sql) => rememberDone(sql, caller.ownerId, intent, {}, clock.now()));
    return {};
  };
