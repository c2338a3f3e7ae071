import { randomBytes } from "node:crypto";
import { type SessionId, sessionId } from "../../../protocol/ids.ts";
import type { IntentOf } from "../../../protocol/intents.ts";
import { UNPAID_PER_OWNER } from "../../../protocol/limits.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sats } from "../../../protocol/units.ts";
import { mintCredential, revokeCredentials } from "../../access/macaroons/credentials.ts";
import type { Sql } from "../../storage/port.ts";
import { decision } from "../decide/decision.ts";
import * as decide from "../decide/session.ts";
import { assertLive, assertSessionAmount } from "../decide/session.ts";
import type { Caller, Performed, SessionBill, SessionSecret } from "../economy.ts";
import { firstLook } from "../invoice-watch.ts";
import { insertInvoice, openSessionInvoicesOf } from "../invoices.ts";
import { newRecoveryCode } from "../recovery-code.ts";
import { findSessionByCode, noteCodeUsed, setRecoveryCode } from "../sessions.ts";
import { type IntentParts, once, ownSession, type Perform } from "./intent.ts";
import { recallIntent } from "./intent-table.ts";

/** A session's macaroon came with no payment in particular: sessions are paid for many times. */
const NO_PAYMENT = "00".repeat(32);

/** Makes what a session's owner is shown once, in the place of whatever was made before. */
async function newSecret(sql: Sql, id: SessionId, now: number): Promise<SessionSecret> {
  const recoveryCode = newRecoveryCode();
  await revokeCredentials(sql, id, now);
  await setRecoveryCode(sql, id, recoveryCode);
  const macaroon = await mintCredential(sql, {
    kind: "session",
    subjectId: id,
    paymentHash: NO_PAYMENT,
    now,
  });
  return { macaroon, recoveryCode };
}

async function assertFewUnpaid(sql: Sql, caller: Caller, now: number): Promise<void> {
  const unpaid = await openSessionInvoicesOf(sql, caller.ownerId, now);
  if (unpaid >= UNPAID_PER_OWNER) {
    refuse("too_many_open", `You have ${unpaid} unpaid invoices of sessions: pay one, or let them expire.`);
  }
}

async function makeInvoice(
  { wallet, sessionInvoiceSeconds }: IntentParts,
  amountSats: Sats,
  description: string,
): Promise<SessionBill> {
  const { expiresAt, paymentHash, paymentRequest } = await wallet.makeInvoice({
    amount: amountSats,
    description,
    expirySeconds: sessionInvoiceSeconds,
  });
  return { paymentRequest, paymentHash, amountSats, expiresAt };
}

/**
 * Opens a session and has the invoice of its deposit made; an invoice that could not be recorded is abandoned. Refuses with
 * `wrong_amount` and `too_many_open`.
 */
export const openSession =
  (parts: IntentParts): Perform<"session_open"> =>
  async (caller, intent) => {
    const { database, transactor, clock } = parts;
    const { amountSats } = intent;
    assertSessionAmount(amountSats);
    const known = await database.read(async (sql) => {
      const known = await recallIntent(sql, caller.ownerId, intent);
      if (known === undefined) await assertFewUnpaid(sql, caller, clock.now());
      return known;
    });
    if (known?.state === "done") return known.performed;
    const made = await makeInvoice(parts, amountSats, "Deposit for a session");
    const performed = await once(transactor, caller, intent, async (sql, { now }) => {
      await assertFewUnpaid(sql, caller, now);
      const id = sessionId(`session_${randomBytes(8).toString("hex")}`);
      const subject = { kind: "session", sessionId: id } as const;
      await insertInvoice(sql, { ...made, subject }, firstLook(now));
      const opened = decide.openSession({ sessionId: id, ownerId: caller.ownerId }, made);
      return {
        decision: opened,
        performed: { sessionId: id, invoice: made },
        secret: await newSecret(sql, id, now),
      };
    });
    parts.invoiceMade();
    return performed;
  };

/** Has an invoice made for more on a session. Refuses with `wrong_amount`, `session_not_active` and `too_many_open`. */
export const topUpSession =
  (parts: IntentParts): Perform<"session_topup"> =>
  async (caller, intent) => {
    const { database, transactor, clock } = parts;
    const { amountSats, sessionId } = intent;
    assertSessionAmount(amountSats);
    const known = await database.read(async (sql) => {
      const known = await recallIntent(sql, caller.ownerId, intent);
      if (known !== undefined) return known;
      assertLive(await ownSession(sql, caller, sessionId));
      await assertFewUnpaid(sql, caller, clock.now());
      return undefined;
    });
    if (known?.state === "done") return known.performed;
    const made = await makeInvoice(parts, amountSats, "More for a session");
    const performed = await once(transactor, caller, intent, async (sql, { now }) => {
      await assertFewUnpaid(sql, caller, now);
      const session = await ownSession(sql, caller, sessionId);
      const topped = decide.topUpSession(session, made);
      const subject = { kind: "session", sessionId } as const;
      await insertInvoice(sql, { ...made, subject }, firstLook(now));
      return { decision: topped, performed: { sessionId, invoice: made } };
    });
    parts.invoiceMade();
    return performed;
  };

/**
 * Makes a session the caller's by its recovery code, and its old macaroon and code worthless. The same request
 * does it again for some minutes, from whomever: the owner's token may have been in the answer that was lost. Refuses with `unauthorized`, in the same
 * sentence for every code that opens nothing.
 */
export const recoverSession =
  (parts: IntentParts): Perform<"session_recover"> =>
  async (caller, intent) => {
    const { database, transactor } = parts;
    const known = await database.read((sql) => recallIntent(sql, caller.ownerId, intent));
    if (known?.state === "done") return recoverAgain(parts, caller, intent, known.performed);
    return once(transactor, caller, intent, async (sql, { now }) => {
      const session = await findSessionByCode(sql, intent, now);
      if (session === undefined) {
        return refuse("unauthorized", "That recovery code opens nothing: it was mistyped, or used already.");
      }
      const { sessionId } = session;
      await noteCodeUsed(sql, sessionId, intent, now);
      return {
        decision: decide.recoverSession(session, caller.ownerId),
        performed: { sessionId },
        secret: await newSecret(sql, sessionId, now),
      };
    });
  };

/** Makes new secrets for an owner who asks again in time; later what was done is said without them, as of any intent. */
const recoverAgain = (
  { transactor }: IntentParts,
  caller: Caller,
  intent: IntentOf<"session_recover">,
  performed: Performed,
): Promise<Performed> =>
  transactor.run(async (sql, { now }) => {
    const session = await findSessionByCode(sql, intent, now);
    if (session?.ownerId !== caller.ownerId) return { decision: decision({}), result: performed };
    const secret = await newSecret(sql, session.sessionId, now);
    return { decision: decision({}), result: { ...performed, secret } };
  });
