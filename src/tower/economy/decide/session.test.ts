import { expect, test } from "vitest";
import { ownerId, sessionId, timestamp } from "../../../protocol/ids.ts";
import type { SessionRecord, SessionState } from "../../../protocol/records.ts";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat, NO_SATS, sats, toMsat } from "../../../protocol/units.ts";
import type { Decision } from "./decision.ts";
import type { ClaimInvoice } from "./refund.ts";
import {
  assertSessionAmount,
  assertTakesRequests,
  closeSession,
  endSession,
  openSession,
  recoverSession,
  sessionPaid,
  sessionPayoutEnded,
  topUpSession,
} from "./session.ts";

const NOW = 1_000_000;
const ID = sessionId("session-1");
const FUND = { kind: "session", sessionId: ID };
const INVOICE = { amountSats: sats(500), paymentRequest: "lnbcrt-first", expiresAt: 900_000 };
const SHOWN = { paymentRequest: "lnbcrt-first", amountSats: 500, invoiceExpiresAt: timestamp(900_000) };
const UNTIL = timestamp(5_000_000);

function at(state: SessionState, changes: Partial<SessionRecord> = {}): SessionRecord {
  const isLive = state === "active" || state === "paused";
  const balanceSats = sats({ active: 500, paused: 20, awaiting_payment: 0, expired: 0, closed: 0 }[state]);
  const record: SessionRecord = {
    sessionId: ID,
    ownerId: ownerId("anna"),
    state,
    balanceSats,
    reservedSats: NO_SATS,
    owedSats: NO_SATS,
    refund: "none",
  };
  return {
    ...record,
    ...(isLive && { expiresAt: UNTIL }),
    ...(state === "awaiting_payment" && (SHOWN as Partial<SessionRecord>)),
    ...changes,
  };
}
const STATES = ["awaiting_payment", "active", "paused", "expired", "closed"] as const;
const plain = (session: SessionRecord): object => {
  const { paymentRequest: _p, amountSats: _a, invoiceExpiresAt: _i, ...rest } = session;
  return rest;
};
const without = (session: SessionRecord): object => {
  const { expiresAt: _e, ...rest } = plain(session) as SessionRecord;
  return rest;
};
const decided = (parts: object): object => ({ facts: [], moves: [], effects: [], sessions: [], ...parts });
/** What comes of trying: a decision, or a refusal's code. */
function outcome(decide: () => Decision): unknown {
  try {
    return decide();
  } catch (error) {
    if (error instanceof RefusalError) return error.code;
    throw error;
  }
}
/** Each state, and what an event comes to there. */
function inEachState(event: (session: SessionRecord) => Decision) {
  return Object.fromEntries(STATES.map((state) => [state, outcome(() => event(at(state)))]));
}

test("a session is opened with the invoice of its deposit", () => {
  expect(openSession({ sessionId: ID, ownerId: ownerId("anna") }, INVOICE)).toEqual(
    decided({ sessions: [at("awaiting_payment")] }),
  );
});

test("sessions take 100 to 10,000 sats at a time", () => {
  for (const amount of [100, 10_000]) expect(() => assertSessionAmount(sats(amount))).not.toThrow();
  for (const amount of [0, 99, 10_001]) {
    expect(() => assertSessionAmount(sats(amount))).toThrow(
      expect.objectContaining({
        code: "wrong_amount",
        message: "A session takes ⚡100 to ⚡10\u2009000 at a time.",
      }),
    );
  }
});

test("more is asked for on a session that lives", () => {
  const more = { amountSats: sats(200), paymentRequest: "lnbcrt-more", expiresAt: 950_000 };
  const shown = { paymentRequest: "lnbcrt-more", amountSats: 200, invoiceExpiresAt: timestamp(950_000) };
  expect(inEachState((session) => topUpSession(session, more))).toEqual({
    awaiting_payment: "session_not_active",
    active: decided({ sessions: [{ ...at("active"), ...shown }] }),
    paused: decided({ sessions: [{ ...at("paused"), ...shown }] }),
    expired: "session_not_active",
    closed: "session_not_active",
  });
});

test.for([
  [at("awaiting_payment"), "session_not_active", "The session waits for its deposit: pay its invoice first."],
  [at("paused"), "session_paused", "The session has ⚡20, and a request needs ⚡50 at least: top it up."],
  [at("expired"), "session_not_active", "The session is over: open another one."],
  [at("closed"), "session_not_active", "The session is over: open another one."],
] as const)("a session takes no request (%#)", ([session, code, message]) => {
  expect(() => assertTakesRequests(session)).toThrow(expect.objectContaining({ code, message }));
});

test("a session with 50 sats takes a request", () => {
  expect(() => assertTakesRequests(at("active", { balanceSats: sats(50) }))).not.toThrow();
  expect(() => assertTakesRequests(at("active", { balanceSats: sats(49) }))).toThrow(RefusalError);
});

const received = msat(500_300n);
const paid = (onTime: boolean, paymentRequest = "lnbcrt-first") => ({ received, onTime, paymentRequest });
const balance = { kind: "fund_received", fund: FUND, received };
const owed = { kind: "settled_not_due", owedTo: ID, received };

test("a payment in time begins a session or is more on it, and is owed back when it is over", () => {
  expect(inEachState((session) => sessionPaid(session, paid(true)))).toEqual({
    awaiting_payment: decided({
      sessions: [{ ...plain(at("awaiting_payment")), state: "active" }],
      moves: [balance],
    }),
    active: decided({ sessions: [at("active")], moves: [balance] }),
    paused: decided({ sessions: [{ ...at("paused"), state: "active" }], moves: [balance] }),
    expired: decided({ sessions: [at("expired")], moves: [owed] }),
    closed: decided({ sessions: [at("closed")], moves: [owed] }),
  });
});

test("a payment too late counts only on a session that lives, and ends one that never began", () => {
  expect(inEachState((session) => sessionPaid(session, paid(false)))).toEqual({
    awaiting_payment: decided({
      sessions: [{ ...plain(at("awaiting_payment")), state: "expired" }],
      moves: [owed],
    }),
    active: decided({ sessions: [at("active")], moves: [balance] }),
    paused: decided({ sessions: [{ ...at("paused"), state: "active" }], moves: [balance] }),
    expired: decided({ sessions: [at("expired")], moves: [owed] }),
    closed: decided({ sessions: [at("closed")], moves: [owed] }),
  });
});

test("the invoice that a session shows is taken away when it is paid, and no other", () => {
  const shows = at("active", SHOWN as Partial<SessionRecord>);
  expect(sessionPaid(shows, paid(true)).sessions).toEqual([at("active")]);
  expect(sessionPaid(shows, paid(true, "lnbcrt-older")).sessions).toEqual([shows]);
});

test.for(["closed", "expired"] as const)("a session ends as %s once: what is left on it is owed", (state) => {
  const left = msat(500_300n);
  const ended = { kind: "session_ended", sessionId: ID, balance: left };
  const over = (from: SessionState) =>
    decided({ sessions: [{ ...without(at(from)), state }], moves: [ended] });
  expect(inEachState((session) => endSession(session, state, left))).toEqual({
    awaiting_payment: over("awaiting_payment"),
    active: over("active"),
    paused: over("paused"),
    expired: decided({}),
    closed: decided({}),
  });
  expect(endSession(at("active"), state, msat(0n)).moves).toEqual([]);
  expect(() => endSession(at("active", { reservedSats: sats(1) }), state, left)).toThrow(
    expect.objectContaining({ code: "session_busy" }),
  );
});

const PAYEE: ClaimInvoice = {
  paymentRequest: "lnbcrt-out",
  paymentHash: "ab".repeat(32),
  prefix: "bcrt",
  amount: msat(500_000n),
  expiresAt: NOW,
  isOurs: false,
};
const WALLET = {
  prefix: "bcrt",
  leastSats: sats(3),
  feeLimitSats: sats(10),
  leastFeeSats: sats(4),
  dailyRoutingSats: sats(1_000),
  node: msat(1_000_000_000n),
};
const to = (changes: Partial<ClaimInvoice> = {}) => ({ invoice: { ...PAYEE, ...changes }, wallet: WALLET });
const gone = { to: { kind: "refund", of: ID }, amount: 500_000n, feeReserve: 10_000n };
const leaves = {
  kind: "session_payout",
  sessionId: ID,
  key: `payout:${PAYEE.paymentHash}`,
  paymentRequest: "lnbcrt-out",
  paymentHash: PAYEE.paymentHash,
  amountSats: 500,
  feeLimitSats: 10,
};

test("a session is closed and what is left of it leaves, to the whole sat", () => {
  expect(closeSession(at("active"), msat(500_300n), to(), NOW)).toEqual(
    decided({
      sessions: [{ ...without(at("active")), state: "closed", refund: "paying" }],
      moves: [
        { kind: "session_ended", sessionId: ID, balance: 500_300n },
        { kind: "payout_started", ...gone },
      ],
      effects: [leaves],
    }),
  );
});

test("what is owed of a session that is over leaves the same way, and it stays what it was", () => {
  const over = at("expired", { owedSats: sats(500), refund: "owed" });
  expect(closeSession(over, msat(0n), to(), NOW)).toEqual(
    decided({
      sessions: [{ ...over, refund: "paying" }],
      moves: [{ kind: "payout_started", ...gone }],
      effects: [leaves],
    }),
  );
});

test("where nowhere is named a session is only closed", () => {
  expect(closeSession(at("active"), msat(500_000n), undefined, NOW)).toEqual(
    endSession(at("active"), "closed", msat(500_000n)),
  );
  expect(closeSession(at("closed"), msat(0n), undefined, NOW)).toEqual(decided({}));
});

const owing = (refund: SessionRecord["refund"]) => at("closed", { owedSats: sats(500), refund });
test.for([
  ["busy", at("active", { reservedSats: sats(10) }), {}, "session_busy"],
  ["paid out already", at("closed", { refund: "paid" }), {}, "nothing_owed"],
  ["empty", at("active", { balanceSats: NO_SATS }), {}, "nothing_owed"],
  ["on its way", owing("paying"), {}, "payout_in_flight"],
  ["perhaps arrived", owing("unknown"), {}, "payout_in_flight"],
  ["not for that much", at("active"), { amount: msat(499_000n) }, "wrong_amount"],
  ["on another network", at("active"), { prefix: "bc" }, "wrong_network"],
  ["the tower's own", at("active"), { isOurs: true }, "own_invoice"],
  ["for no amount", at("active"), { amount: undefined }, "no_amount"],
  ["expired", at("active"), { expiresAt: NOW - 1 }, "invoice_expired"],
] as const)("closing to an invoice is refused: %s", ([, session, invoice, code]) => {
  const left = session.state === "active" ? toMsat(session.balanceSats) : msat(0n);
  expect(() => closeSession(session, left, to(invoice), NOW)).toThrow(expect.objectContaining({ code }));
});

test("less than Lightning pays out stays where it is", () => {
  const session = at("paused", { balanceSats: sats(2) });
  expect(() => closeSession(session, msat(2_999n), to({ amount: msat(2_000n) }), NOW)).toThrow(
    expect.objectContaining({ code: "below_minimum" }),
  );
});

test("the fate of what was paid out", () => {
  const sent = { amountSats: sats(500), feeLimitSats: sats(10) };
  const paying = owing("paying");
  expect(sessionPayoutEnded(paying, sent, { kind: "succeeded", fee: msat(1n) })).toEqual(
    decided({
      sessions: [{ ...paying, refund: "paid" }],
      moves: [{ kind: "payout_succeeded", ...gone, fee: 1n }],
    }),
  );
  expect(sessionPayoutEnded(paying, sent, { kind: "failed", reason: "No way." })).toEqual(
    decided({
      sessions: [{ ...paying, refund: "owed", refundError: "No way." }],
      moves: [{ kind: "payout_failed", ...gone }],
    }),
  );
  expect(sessionPayoutEnded(paying, sent, { kind: "unknown" })).toEqual(
    decided({ sessions: [{ ...paying, refund: "unknown" }] }),
  );
  expect(sessionPayoutEnded(owing("unknown"), sent, { kind: "unknown" })).toEqual(decided({}));
});

test("a recovery changes whose a session is, whatever its state, and tells whoever had it that it is over for them", () => {
  const { sessionId } = at("active");
  const farewell = {
    ...{ type: "session_state", sessionId, state: "closed", ownerId: at("active").ownerId },
    ...{ balanceSats: 0, reservedSats: 0, owedSats: 0, refund: "none" },
  };
  expect(inEachState((session) => recoverSession(session, ownerId("bert")))).toEqual(
    Object.fromEntries(
      STATES.map((state) => [
        state,
        decided({ facts: [farewell], sessions: [{ ...at(state), ownerId: "bert" }] }),
      ]),
    ),
  );
  const own = at("active");
  expect(recoverSession(own, own.ownerId ?? ownerId("nobody"))).toEqual(decided({ sessions: [own] }));
});
