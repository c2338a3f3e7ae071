import { formatNumber, formatSats } from "../../../protocol/format.ts";
import { SESSION_LEAST_SATS, SESSION_MOST_SATS, SESSION_PAUSE_SATS } from "../../../protocol/limits.ts";
import type { SessionRecord } from "../../../protocol/records.ts";
import { type Sats, sats } from "../../../protocol/units.ts";
import type { HudContext } from "../context.ts";
import { COLOR } from "../kit/theme.ts";
import { isLow } from "../needs.ts";
import { type CardView, type Claim, owedView } from "./invoice-state.ts";

/** With less time than this a session says when it ends, in milliseconds. */
const SHORT = 3_600_000;
const NOTHING = sats(0);

/** What can be deposited, as people read it. */
export const DEPOSIT_RANGE = `${formatSats(SESSION_LEAST_SATS)}–${formatNumber(SESSION_MOST_SATS)}`;

/** The names that what is asked of a session is asked under. */
export const sessionAsk = (session: SessionRecord, what: "pay" | "topup" | "close"): string =>
  `session_${what}:${session.sessionId}`;

/** The amount that somebody wrote; a sentence when a session cannot take it. */
export function amountIn(text: string): Sats | string {
  const digits = text.replace(/[\s\u2009⚡.,]/g, "");
  const amount = /^\d{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
  if (amount >= SESSION_LEAST_SATS && amount <= SESSION_MOST_SATS) return sats(amount);
  return `A session takes ${DEPOSIT_RANGE} sats at a time.`;
}

/** The card of the invoice that a session waits for; undefined when it waits for none. */
export function sessionInvoice(
  session: SessionRecord,
  { asks, now }: Pick<HudContext, "asks" | "now">,
): CardView | undefined {
  const { paymentRequest, amountSats, invoiceExpiresAt, sessionId } = session;
  if (paymentRequest === undefined || amountSats === undefined) return undefined;
  const name = sessionAsk(session, "pay");
  const isFirst = session.state === "awaiting_payment";
  const expiresAt = invoiceExpiresAt === undefined ? undefined : Date.parse(invoiceExpiresAt);
  const common = {
    key: `session:${paymentRequest}`,
    subject: isFirst ? "NEW SESSION" : "SESSION",
    amountSats,
    expiresAt,
    claim: undefined,
  };
  if (expiresAt !== undefined && now() >= expiresAt) return { ...common, ...EXPIRED };
  return {
    ...common,
    kind: asks.isSending(name) ? "paying" : "new",
    title: isFirst ? "DEPOSIT" : "TOP-UP",
    words: isFirst
      ? "Pay once; each request takes what it costs, and the rest stays yours."
      : "It adds to what the session has.",
    color: COLOR.amber,
    paymentRequest,
    pay: { name, intent: { type: "session_pay", sessionId } },
  };
}

const EXPIRED = {
  kind: "expired",
  title: "EXPIRED",
  words: "It was not paid in time. Nothing was charged.",
  color: COLOR.line,
  paymentRequest: undefined,
  pay: undefined,
} as const;

const CALM = { expiresAt: undefined, paymentRequest: undefined, pay: undefined, claim: undefined } as const;

/** The card for the moment in which a session's invoice is paid. */
export const sessionPaid = (paymentRequest: string, amountSats: Sats): CardView => ({
  ...CALM,
  key: `session:${paymentRequest}`,
  subject: "SESSION",
  amountSats,
  kind: "paid",
  title: "PAID",
  words: "It is in your session.",
  color: COLOR.accent,
});

/** How what a session has is got out of it; closing it, where it is not over, is the same intent. */
export const sessionClaim = (session: SessionRecord): Claim => ({
  amountSats: session.owedSats > 0 ? session.owedSats : session.balanceSats,
  name: sessionAsk(session, "close"),
  isForSession: false,
  to: (payee) => ({ type: "session_close", ...payee, sessionId: session.sessionId }),
});

/** The card of a session that is over and owes something. */
export function sessionRefund(session: SessionRecord, asks: HudContext["asks"], isPlay: boolean): CardView {
  const end = session.state === "expired" ? "The session ended by itself." : "The session is closed.";
  const how = {
    owed:
      session.refundError === undefined
        ? "What was left of it waits to be claimed back."
        : `It could not be paid out: ${session.refundError}`,
    paying: `What was left of it is on its way back.`,
    unknown: `What was left of it may be on its way back; the wallet has not said.`,
    none: "",
    paid: "What was left of it went back.",
    credited: "What was left of it went back.",
  }[session.refund];
  return owedView(
    {
      key: `session-refund:${session.sessionId}`,
      subject: "SESSION",
      words: `${end} ${how}`.trim(),
      refund: session.refund,
      owedSats: session.owedSats,
      paidBackSats: session.owedSats,
      claim: session.owedSats > 0 ? sessionClaim(session) : undefined,
    },
    asks,
    isPlay,
  );
}

/** The card for a session that is not known any more, from what it was like at last. */
export function sessionGone(last: SessionRecord): CardView {
  const back = last.owedSats > 0 ? last.owedSats : last.balanceSats;
  const common = {
    ...CALM,
    key: `session-gone:${last.sessionId}`,
    subject: "SESSION",
    amountSats: back,
  };
  if (last.state === "awaiting_payment")
    return { ...common, ...EXPIRED, amountSats: last.amountSats ?? NOTHING };
  return {
    ...common,
    kind: "refunded",
    title: "CLOSED",
    words: back > 0 ? "The session is closed, and what was left of it went back." : "The session is closed.",
    color: COLOR.accent,
  };
}

/** What there is to worry about: that it takes no request, or soon takes none. */
export function lowText(session: SessionRecord): string | undefined {
  if (session.state === "paused")
    return `Paused: a request needs at least ${formatSats(SESSION_PAUSE_SATS)}. Top it up to go on.`;
  return isLow(session)
    ? `Running low: below ${formatSats(SESSION_PAUSE_SATS)} it takes no more requests.`
    : undefined;
}

/** When it ends, once that is near; asks to be looked at again when that changes. */
export function endText(
  { expiresAt }: SessionRecord,
  { now, wakeAt }: Pick<HudContext, "now" | "wakeAt">,
): string | undefined {
  if (expiresAt === undefined) return undefined;
  const left = Date.parse(expiresAt) - now();
  if (left > SHORT) {
    wakeAt(now() + left - SHORT);
    return undefined;
  }
  wakeAt(now() + 1000);
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `Ends in ${clock} if nothing happens in it. What is left stays yours.`;
}
