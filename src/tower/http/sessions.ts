import * as v from "valibot";
import { type SessionId, SessionIdSchema } from "../../protocol/ids.ts";
import { RecoveryCodeSchema } from "../../protocol/intents.ts";
import { type SessionRecord, SessionRecordSchema } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import type { Intake } from "../access/intake.ts";
import type { Limits } from "../access/limiter.ts";
import { assertSessionAmount } from "../economy/decide/session.ts";
import type { Economy, Performed } from "../economy/economy.ts";
import { type Callers, IdempotencyHeaders, requestIdOf } from "./callers.ts";
import { declare } from "./declaration.ts";
import { BillSchema, billOf, payee } from "./invoices.ts";
import { type AddRoute, answer } from "./route.ts";
import type { SessionDoor } from "./session-entry.ts";
import { AmountBody, amountIn, byOwnerOrMacaroon, ofOneSession } from "./session-shapes.ts";
import type { Waiting } from "./waiting.ts";

/** What somebody is given with a session, once. */
const secret = {
  /** Absent for operators: their secret is not sent back. */
  ownerToken: v.exactOptional(v.string()),
  macaroon: v.exactOptional(v.string()),
  recoveryCode: v.exactOptional(v.string()),
};

const openSession = declare({
  id: "openSession",
  method: "POST",
  path: "/api/sessions",
  summary:
    "Opens a session, which pays for requests once its deposit is paid. Who has no token becomes an owner by it.",
  description:
    "Macaroon and recovery code are shown this once: the same request again, under one Idempotency-Key and with the owner's token, is answered without them.",
  tag: "sessions",
  callableBy: "anybody",
  headers: IdempotencyHeaders,
  body: AmountBody,
  answers: {
    201: {
      description: "The session, with the invoice of its deposit.",
      schema: v.object({ sessionId: SessionIdSchema, ...secret, invoice: BillSchema }),
    },
  },
  refusals: [
    "unauthorized",
    "read_only",
    "wrong_amount",
    "conflict",
    "too_many_open",
    "draining",
    "wallet_unavailable",
  ],
});

const showSession = declare({
  ...ofOneSession,
  ...byOwnerOrMacaroon,
  id: "showSession",
  method: "GET",
  path: "/api/sessions/:id",
  summary: "A session, for its owner, operators, and who has its macaroon.",
  answers: { 200: { description: "The session as it is now.", schema: SessionRecordSchema } },
  refusals: ["unauthorized", "forbidden", "read_only"],
});

const topUpSession = declare({
  ...ofOneSession,
  ...byOwnerOrMacaroon,
  id: "topUpSession",
  method: "POST",
  path: "/api/sessions/:id/topup",
  summary: "Makes an invoice for more on a session.",
  headers: IdempotencyHeaders,
  body: AmountBody,
  answers: {
    201: {
      description: "The invoice.",
      schema: v.object({ sessionId: SessionIdSchema, invoice: BillSchema }),
    },
  },
  refusals: [
    "unauthorized",
    "read_only",
    "wrong_amount",
    "conflict",
    "session_not_active",
    "too_many_open",
    "draining",
    "wallet_unavailable",
  ],
});

const closeSession = declare({
  ...ofOneSession,
  ...byOwnerOrMacaroon,
  id: "closeSession",
  method: "POST",
  path: "/api/sessions/:id/close",
  summary:
    "Ends a session and has what is left paid to an invoice for exactly that amount, or to a Lightning Address.",
  description:
    "Where nowhere is named, play sats go to the owner's purse; real sats wait until they are asked for by the same request again.",
  headers: IdempotencyHeaders,
  body: v.strictObject(payee),
  answers: {
    200: { description: "The session, and how far its refund is.", schema: SessionRecordSchema },
    202: {
      description: "What is left is on its way; look at the session for what comes of it.",
      schema: SessionRecordSchema,
    },
  },
  refusals: [
    "unauthorized",
    "read_only",
    "malformed_invoice",
    "wrong_amount",
    "wrong_network",
    "no_amount",
    "own_invoice",
    "bad_address",
    "conflict",
    "session_busy",
    "payout_in_flight",
    "nothing_owed",
    "below_minimum",
    "invoice_expired",
    "address_refused",
    "draining",
    "wallet_low",
    "wallet_unavailable",
    "address_unreachable",
  ],
});

const recoverSession = declare({
  id: "recoverSession",
  method: "POST",
  path: "/api/sessions/recover",
  summary: "Makes a session the caller's by its recovery code. Who has no token becomes an owner by it.",
  description:
    "The macaroon and the code that it had are worthless from then on; the new ones are shown this once. Where the answer was lost, the same code with the same Idempotency-Key, of 16 characters or more, makes new ones again for ten minutes.",
  tag: "sessions",
  callableBy: "anybody",
  headers: IdempotencyHeaders,
  body: v.strictObject({ recoveryCode: RecoveryCodeSchema }),
  answers: {
    200: {
      description: "The session is the caller's.",
      schema: v.object({ sessionId: SessionIdSchema, ...secret }),
    },
  },
  refusals: ["unauthorized", "read_only", "conflict", "draining"],
});

const paySession = declare({
  ...ofOneSession,
  callableBy: "owner",
  id: "paySession",
  method: "POST",
  path: "/api/sessions/:id/pay",
  summary: "Pays the newest invoice of an own session from the caller's purse.",
  headers: IdempotencyHeaders,
  body: v.strictObject({}),
  answers: { 200: { description: "The session, with the sats on it.", schema: SessionRecordSchema } },
  refusals: [
    "unknown_invoice",
    "conflict",
    "already_paid",
    "session_not_active",
    "invoice_expired",
    "purse_empty",
    "draining",
    "wallet_unavailable",
  ],
});

/** What the sessions' routes ask of the rest of the tower. */
export interface SessionRoutesOptions {
  readonly economy: Pick<Economy, "session" | "waitForSession">;
  readonly intake: Pick<Intake, "perform">;
  readonly callers: Callers;
  readonly limits: Limits;
  readonly door: SessionDoor;
  readonly waiting: Waiting;
  /** How long a closed session's answer waits for the wallet, in milliseconds. */
  readonly patienceMs: number;
  /** Whether there are purses: only with the play wallet. */
  readonly hasPurses: boolean;
}

/** What an intent about a session always comes to. */
function whole({ invoice, sessionId }: Performed) {
  if (sessionId === undefined) throw new Error("an intent about a session was performed and names none");
  return {
    sessionId,
    bill() {
      if (invoice === undefined)
        return refuse("conflict", "That request was done before: look at the session.");
      return billOf(invoice, invoice.amountSats);
    },
  };
}

/** The routes by which sessions are opened, filled, looked at and ended. What they pay for has a route of its own. */
export function addSessionRoutes(add: AddRoute, options: SessionRoutesOptions): void {
  const { callers, door, economy, hasPurses, intake, limits, patienceMs, waiting } = options;

  const known = async (id: SessionId): Promise<SessionRecord> =>
    (await economy.session(id)) ?? refuse("unknown_session", "There is no such session.");

  add(openSession, async ({ body, headers, request }) => {
    const amountSats = amountIn(body);
    // Before anybody becomes an owner by it.
    assertSessionAmount(amountSats);
    const { caller, ownerToken } = await callers.actingOrNew(request);
    const intent = { type: "session_open", requestId: requestIdOf(headers), amountSats } as const;
    const performed = await intake.perform(caller, intent, request.ip);
    const { bill, sessionId } = whole(performed);
    return answer(201, {
      sessionId,
      ...(ownerToken !== undefined && { ownerToken }),
      ...performed.secret,
      invoice: bill(),
    });
  });

  add(showSession, async ({ params: { id }, request }) => answer(200, await door.look(request, id)));

  add(topUpSession, async ({ body, headers, params: { id }, request }) => {
    const entry = await door.enter(request, id);
    const topUp = {
      type: "session_topup",
      requestId: requestIdOf(headers),
      sessionId: id,
      amountSats: amountIn(body),
    } as const;
    const { bill, sessionId } = whole(
      await intake.perform(entry.callerFor({ action: "topup" }), topUp, request.ip),
    );
    return answer(201, { sessionId, invoice: bill() });
  });

  add(closeSession, async ({ body, headers, params: { id }, request }) => {
    const entry = await door.enter(request, id);
    const close = { type: "session_close", requestId: requestIdOf(headers), sessionId: id, ...body } as const;
    await intake.perform(entry.callerFor({ action: "close" }), close, request.ip);
    const settled = await waiting.upTo(patienceMs, (signal) =>
      economy.waitForSession(id, ({ refund }) => refund !== "paying", signal),
    );
    return settled === undefined ? answer(202, await known(id)) : answer(200, settled);
  });

  add(recoverSession, async ({ body: { recoveryCode }, headers, request }) => {
    limits.recovery(request.ip);
    const { caller, ownerToken } = await callers.actingOrNew(request);
    const recover = { type: "session_recover", requestId: requestIdOf(headers), recoveryCode } as const;
    const performed = await intake.perform(caller, recover, request.ip);
    return answer(200, {
      sessionId: whole(performed).sessionId,
      ...(ownerToken !== undefined && { ownerToken }),
      ...performed.secret,
    });
  });

  if (!hasPurses) return;
  add(paySession, async ({ acting: { caller }, headers, params: { id }, request }) => {
    const pay = { type: "session_pay", requestId: requestIdOf(headers), sessionId: id } as const;
    await intake.perform(caller, pay, request.ip);
    return answer(200, await known(id));
  });
}
