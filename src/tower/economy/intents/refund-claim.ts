import type { IntentOf } from "../../../protocol/intents.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { assertOwed, claimRefund, creditRefund } from "../decide/refund.ts";
import { assertLive } from "../decide/session.ts";
import { payeeInvoice, withOwnership } from "../payee.ts";
import { payingWallet } from "../paying-wallet.ts";
import { type IntentParts, once, ownJob, ownSession, type Perform } from "./intent.ts";
import { recallIntent } from "./intent-table.ts";

/**
 * Has what is owed back paid to an invoice or a Lightning Address of the caller's, put on a session of its own, or paid into its
 * purse when none is named and there are purses. Refuses as {@link claimRefund} and `payeeInvoice` do, and with `conflict` for an
 * invoice that was used before.
 */
export const claim =
  (parts: IntentParts): Perform<"refund_claim"> =>
  async (caller, intent) => {
    const { database, transactor } = parts;
    if (intent.sessionId !== undefined) return creditSession(parts)(caller, intent);
    const known = await database.read((sql) => recallIntent(sql, caller.ownerId, intent));
    if (known?.state === "done") return known.performed;
    const owed = await database.read((sql) => ownJob(sql, caller, intent.jobId));
    assertOwed(owed);
    const invoice = await payeeInvoice(parts, caller.ownerId, intent, owed.owedSats);
    return once(transactor, caller, intent, async (sql, moment) => {
      const job = await ownJob(sql, caller, intent.jobId);
      const payee = await withOwnership(sql, invoice);
      const paying = await payingWallet(sql, parts, job.owedSats, moment.now);
      const claimed = claimRefund(job, payee, paying, moment.now);
      return { decision: claimed, performed: { jobId: job.jobId } };
    });
  };

/** Puts what is owed on the caller's own session. */
const creditSession =
  ({ transactor }: IntentParts): Perform<"refund_claim"> =>
  (caller, intent: IntentOf<"refund_claim">) => {
    const { jobId, sessionId } = intent;
    if (intent.paymentRequest !== undefined || intent.lightningAddress !== undefined) {
      refuse("bad_request", "Name a session or somewhere to pay to, not both.");
    }
    return once(transactor, caller, intent, async (sql) => {
      const job = await ownJob(sql, caller, jobId);
      if (sessionId === undefined) return refuse("bad_request", "Say which session takes the refund.");
      assertLive(await ownSession(sql, caller, sessionId));
      return { decision: creditRefund(job, { kind: "session", sessionId }), performed: { jobId } };
    });
  };
