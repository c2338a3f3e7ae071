import type { SessionRecord } from "../../../protocol/records.ts";
import { type Sats, satsDown } from "../../../protocol/units.ts";
import type { Sql } from "../../storage/port.ts";
import * as decide from "../decide/session.ts";
import { payeeInvoice, withOwnership } from "../payee.ts";
import { payingWallet } from "../paying-wallet.ts";
import { onSession } from "../session-books.ts";
import { type IntentParts, once, ownSession, type Perform } from "./intent.ts";
import { recallIntent } from "./intent-table.ts";

/**
 * Closes a session and has what is left on it paid out: to an invoice or a Lightning Address of the caller's, on play sats to its
 * purse. Where nowhere is named it is only closed, and what is left waits to be claimed by the same intent. Refuses as
 * {@link decide.closeSession} and `payeeInvoice` do.
 */
export const closeSession =
  (parts: IntentParts): Perform<"session_close"> =>
  async (caller, intent) => {
    const { database, purses, transactor } = parts;
    const { sessionId } = intent;
    const { known, left } = await database.read(async (sql) => {
      const known = await recallIntent(sql, caller.ownerId, intent);
      const session = await ownSession(sql, caller, sessionId);
      return { known, left: await leftOn(sql, session) };
    });
    if (known?.state === "done") return known.performed;
    const isNamed = intent.paymentRequest !== undefined || intent.lightningAddress !== undefined;
    const isPaidOut = isNamed || (purses !== undefined && left > 0);
    const invoice = isPaidOut ? await payeeInvoice(parts, caller.ownerId, intent, left) : undefined;
    return once(transactor, caller, intent, async (sql, { now }) => {
      const session = await ownSession(sql, caller, sessionId);
      const payee = invoice && {
        invoice: await withOwnership(sql, invoice),
        wallet: await payingWallet(sql, parts, await leftOn(sql, session), now),
      };
      const closed = decide.closeSession(session, await onSession(sql, session), payee, now);
      return { decision: closed, performed: { sessionId } };
    });
  };

/** What a session gives back when it is closed, or owes since it is over. */
async function leftOn(sql: Sql, session: SessionRecord): Promise<Sats> {
  return session.owedSats > 0 ? session.owedSats : satsDown(await onSession(sql, session));
}
