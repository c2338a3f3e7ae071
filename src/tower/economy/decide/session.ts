import { formatSats } from "../../../protocol/format.ts";
import type { OwnerId, SessionId } from "../../../protocol/ids.ts";
import { timestamp } from "../../../protocol/ids.ts";
import { SESSION_LEAST_SATS, SESSION_MOST_SATS, SESSION_PAUSE_SATS } from "../../../protocol/limits.ts";
import type { SessionRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, NO_SATS, type Sats, satsDown, toMsat } from "../../../protocol/units.ts";
import { both, type Decision, decision, type Payout } from "./decision.ts";
import {
  assertNodeCanPay,
  assertPayableTo,
  type ClaimInvoice,
  outgoing,
  type PayingWallet,
  type PayoutFate,
} from "./refund.ts";

/** An invoice that the wallet has made for a session. */
export interface SessionInvoice {
  readonly amountSats: Sats;
  readonly paymentRequest: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const shown = (invoice: SessionInvoice): Partial<SessionRecord> => ({
  paymentRequest: invoice.paymentRequest,
  amountSats: invoice.amountSats,
  invoiceExpiresAt: timestamp(invoice.expiresAt),
});

/** The record without the invoice that it shows. */
export function withoutInvoice(session: SessionRecord): SessionRecord {
  const { paymentRequest: _request, amountSats: _amount, invoiceExpiresAt: _until, ...rest } = session;
  return rest;
}

/** Whether the session can be spent from, or could be if more were on it. */
export const isLive = ({ state }: SessionRecord): boolean => state === "active" || state === "paused";
/** Whether the session has ended: nothing is asked of it or paid for it any more. */
export const isOver = ({ state }: SessionRecord): boolean => state === "expired" || state === "closed";

/** Refuses an amount that no session is opened with or topped up by: `wrong_amount`. */
export function assertSessionAmount(amount: Sats): void {
  if (amount >= SESSION_LEAST_SATS && amount <= SESSION_MOST_SATS) return;
  refuse(
    "wrong_amount",
    `A session takes ${formatSats(SESSION_LEAST_SATS)} to ${formatSats(SESSION_MOST_SATS)} at a time.`,
  );
}

/** Opens a session that waits for its deposit. */
export const openSession = (
  ids: { readonly sessionId: SessionId; readonly ownerId: OwnerId },
  invoice: SessionInvoice,
): Decision =>
  decision({
    sessions: [
      {
        ...ids,
        state: "awaiting_payment",
        balanceSats: NO_SATS,
        reservedSats: NO_SATS,
        owedSats: NO_SATS,
        refund: "none",
        ...shown(invoice),
      },
    ],
  });

/** Asks for more. Refuses with `session_not_active` when the session never began or is over. */
export function topUpSession(session: SessionRecord, invoice: SessionInvoice): Decision {
  assertLive(session);
  return decision({ sessions: [{ ...session, ...shown(invoice) }] });
}

/** Refuses with `session_not_active`. */
export function assertLive(session: SessionRecord): void {
  if (isLive(session)) return;
  refuse(
    "session_not_active",
    session.state === "awaiting_payment"
      ? "The session waits for its deposit: pay its invoice first."
      : "The session is over: open another one.",
  );
}

/** Refuses a session that takes no request: as {@link assertLive}, and with `session_paused` when its balance is too low. */
export function assertTakesRequests(session: SessionRecord): void {
  assertLive(session);
  if (session.balanceSats < SESSION_PAUSE_SATS) {
    refuse(
      "session_paused",
      `The session has ${formatSats(session.balanceSats)}, and a request needs ${formatSats(SESSION_PAUSE_SATS)} at least: top it up.`,
    );
  }
}

/**
 * A payment for a session arrived: on a session that lives, or that waits for it in time, it is balance; otherwise it is owed
 * back. `paymentRequest` is the invoice that was paid.
 */
export function sessionPaid(
  session: SessionRecord,
  payment: { readonly paymentRequest: string; readonly received: Msat; readonly onTime: boolean },
): Decision {
  const { sessionId } = session;
  const { received } = payment;
  const now = session.paymentRequest === payment.paymentRequest ? withoutInvoice(session) : session;
  const counts = isLive(session) || (session.state === "awaiting_payment" && payment.onTime);
  if (!counts) {
    // Too late for a session that never began: it ends here, so that nobody can go on as if it had.
    const ended: SessionRecord = isOver(session) ? now : { ...withoutInvoice(session), state: "expired" };
    return decision({
      sessions: [ended],
      moves: [{ kind: "settled_not_due", owedTo: sessionId, received }],
    });
  }
  return decision({
    sessions: [{ ...now, state: "active" }],
    moves: [{ kind: "fund_received", fund: { kind: "session", sessionId }, received }],
  });
}

/**
 * Ends a session. What is left on it is owed back. Refuses with `session_busy` while a request has something of it set aside;
 * ending one that is over already changes nothing.
 */
export function endSession(session: SessionRecord, state: "closed" | "expired", balance: Msat): Decision {
  if (isOver(session)) return decision({});
  if (session.reservedSats > 0) {
    refuse("session_busy", "A request of this session is under way: close it when that is done.");
  }
  const { expiresAt: _until, ...ended } = withoutInvoice(session);
  return decision({
    sessions: [{ ...ended, state }],
    moves: balance > 0n ? [{ kind: "session_ended", sessionId: session.sessionId, balance }] : [],
  });
}

/** What is owed once a session with this balance is over. Refuses with `payout_in_flight` and `nothing_owed`. */
export function restOf(session: SessionRecord, balance: Msat): Sats {
  if (session.refund === "paying" || session.refund === "unknown") {
    refuse("payout_in_flight", "What is left of this session is already on its way.");
  }
  const amountSats = isOver(session) ? session.owedSats : satsDown(balance);
  if (amountSats <= 0) refuse("nothing_owed", "Nothing is left of this session.");
  return amountSats;
}

/**
 * Closes a session, and has what is owed of it paid to an invoice when one is given. Refuses as {@link endSession} does, with
 * `payout_in_flight` and `nothing_owed`, and as `assertPayableTo` does; the session then stays as it is.
 */
export function closeSession(
  session: SessionRecord,
  balance: Msat,
  payee: { readonly invoice: ClaimInvoice; readonly wallet: PayingWallet } | undefined,
  now: number,
): Decision {
  const ended = endSession(session, "closed", balance);
  if (payee === undefined) return ended;
  const { invoice, wallet } = payee;
  const amountSats = restOf(session, balance);
  assertPayableTo(invoice, amountSats, wallet, now);
  assertNodeCanPay(amountSats, wallet);
  const { refundError: _before, ...over } = ended.sessions[0] ?? session;
  return {
    ...both(
      ended,
      decision({
        moves: [{ kind: "payout_started", ...payoutOf(session.sessionId, amountSats, wallet.feeLimitSats) }],
        effects: [
          {
            kind: "session_payout",
            sessionId: session.sessionId,
            ...outgoing(invoice, amountSats, wallet),
          },
        ],
      }),
    ),
    sessions: [{ ...over, refund: "paying" }],
  };
}

const payoutOf = (of: SessionId, amountSats: Sats, feeLimitSats: Sats): Payout => ({
  to: { kind: "refund", of },
  amount: toMsat(amountSats),
  feeReserve: toMsat(feeLimitSats),
});

/** The fate of what was paid out of a session is known, or known to be unknown. */
export function sessionPayoutEnded(
  session: SessionRecord,
  sent: { readonly amountSats: Sats; readonly feeLimitSats: Sats },
  fate: PayoutFate,
): Decision {
  const gone = payoutOf(session.sessionId, sent.amountSats, sent.feeLimitSats);
  switch (fate.kind) {
    case "succeeded":
      return decision({
        sessions: [{ ...session, refund: "paid" }],
        moves: [{ kind: "payout_succeeded", ...gone, fee: fate.fee }],
      });
    case "failed":
      return decision({
        sessions: [{ ...session, refund: "owed", refundError: fate.reason }],
        moves: [{ kind: "payout_failed", ...gone }],
      });
    case "unknown":
      return session.refund === "unknown"
        ? decision({})
        : decision({ sessions: [{ ...session, refund: "unknown" }] });
  }
}

/**
 * Somebody proved with its recovery code that a session is its own. Whoever had it until now is told that it is over for them:
 * their screens would show it for ever otherwise.
 */
export function recoverSession(session: SessionRecord, ownerId: OwnerId): Decision {
  const { sessionId, ownerId: former } = session;
  if (former === ownerId) return decision({ sessions: [session] });
  const nothing = { balanceSats: NO_SATS, reservedSats: NO_SATS, owedSats: NO_SATS, refund: "none" } as const;
  return decision({
    facts:
      former === undefined
        ? []
        : [{ type: "session_state", sessionId, state: "closed", ...nothing, ownerId: former }],
    sessions: [{ ...session, ownerId }],
  });
}
