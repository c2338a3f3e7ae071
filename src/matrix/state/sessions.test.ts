import { expect, test } from "vitest";
import { ownerId, requestId, seq, sessionId } from "../../protocol/ids.ts";
import type { SessionRecord } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import { createMatrix } from "./inbox.ts";
import type { SessionSecret } from "./model.ts";

const ME = ownerId("me");

const record = (change: Partial<SessionRecord> = {}): SessionRecord => ({
  sessionId: sessionId("s1"),
  state: "active",
  balanceSats: sats(500),
  reservedSats: sats(0),
  owedSats: sats(0),
  refund: "none",
  ownerId: ME,
  ...change,
});
const fact = (at: number, change: Partial<SessionRecord> = {}) =>
  ({ type: "session_state", seq: seq(at), ...record(change) }) as const;

/** A page of this owner's after a snapshot that was taken at `at`. */
function open(sessions: readonly SessionRecord[] = [], at = 10, role: "visitor" | "kiosk" = "visitor") {
  const { state, inbox, dispose } = createMatrix({
    schedule: () => () => {},
    onMisfit: () => {
      throw new Error("a session never misfits");
    },
  });
  const apply = (message: Parameters<typeof inbox.apply>[0]) => inbox.apply(message, { live: true });
  const subscribe = (place: number) =>
    apply({ type: "subscribed", role, mode: "snapshot", seq: seq(place), ownerId: ME } as Parameters<
      typeof apply
    >[0]);
  const snapshot = (records: readonly SessionRecord[]) =>
    apply({ type: "snapshot_part", part: 0, last: true, sessions: [...records] });
  subscribe(at);
  snapshot(sessions);
  return { state, apply, subscribe, snapshot, dispose };
}

test("sessions come with the snapshot and with facts, and the newest fact wins", () => {
  const it = open([record()]);
  it.apply(fact(9, { balanceSats: sats(1) }));
  expect(it.state.session.get()).toEqual(record());
  it.apply(fact(12, { balanceSats: sats(480) }));
  it.apply(fact(11, { balanceSats: sats(490) }));
  expect(it.state.sessions.get()).toEqual([record({ balanceSats: sats(480) })]);
  it.subscribe(20);
  it.apply(fact(21, { balanceSats: sats(400) }));
  it.snapshot([record({ balanceSats: sats(450) })]);
  expect(it.state.session.get(), "what came between the parts comes after them").toEqual(
    record({ balanceSats: sats(400) }),
  );
});

test("the current session is one that can pay, else one that waits to be paid; the newest of equals", () => {
  const it = open();
  const ids = () => [it.state.session.get()?.sessionId, it.state.sessions.get().map((one) => one.sessionId)];
  it.apply(fact(11, { sessionId: sessionId("old"), state: "expired", owedSats: sats(5), refund: "owed" }));
  expect(ids()).toEqual([undefined, ["old"]]);
  it.apply(fact(12, { sessionId: sessionId("new"), state: "awaiting_payment", balanceSats: sats(0) }));
  expect(ids()).toEqual(["new", ["new", "old"]]);
  it.apply(fact(13, { sessionId: sessionId("low"), state: "paused" }));
  it.apply(fact(14, { sessionId: sessionId("full") }));
  expect(ids()).toEqual(["full", ["full", "low", "new", "old"]]);
  // A snapshot names the newest first.
  it.subscribe(20);
  it.snapshot(["b", "a"].map((id) => record({ sessionId: sessionId(id), state: "awaiting_payment" })));
  expect(ids()).toEqual(["b", ["b", "a"]]);
});

test("a session that is over stays for as long as something is owed or on its way", () => {
  const it = open([record()]);
  const seen = (
    [
      { owedSats: sats(500), refund: "owed" },
      { owedSats: sats(500), refund: "paying" },
      { owedSats: sats(500), refund: "unknown" },
      { owedSats: sats(0), refund: "paid" },
    ] as const
  ).map((change, index) => {
    it.apply(fact(11 + index, { state: "closed", balanceSats: sats(0), ...change }));
    return it.state.sessions.get().map(({ refund }) => refund);
  });
  expect(seen).toEqual([["owed"], ["paying"], ["unknown"], []]);
});

test("others' sessions, which operators hear of, are not this person's; one that changes hands goes", () => {
  const it = open([record()]);
  it.apply(fact(11, { sessionId: sessionId("theirs"), ownerId: ownerId("somebody") }));
  expect(it.state.sessions.get()).toEqual([record()]);
  it.apply(fact(12, { ownerId: ownerId("somebody") }));
  expect(it.state.session.get()).toBeUndefined();
});

test("a secret is told once, answers its intent, and is kept nowhere", () => {
  const it = open();
  const heard: SessionSecret[] = [];
  const secret = { sessionId: sessionId("s1"), macaroon: "AgEGbWF0", recoveryCode: "k3uz-7qpa" };
  const undo = it.state.secrets.subscribe((told) => heard.push(told));
  it.apply({ type: "session_secret", requestId: requestId("r1"), ...secret });
  undo();
  it.apply({ type: "session_secret", requestId: requestId("r2"), ...secret });
  expect(heard).toEqual([secret]);
  const kept = Object.values(it.state).map((part) => ("get" in part ? part.get() : undefined));
  expect(JSON.stringify(kept)).not.toMatch(/AgEGbWF0|k3uz/);
});

test("a kiosk has no session and hears no secret", () => {
  const it = open([record()], 10, "kiosk");
  const heard: SessionSecret[] = [];
  it.state.secrets.subscribe((told) => heard.push(told));
  it.apply(fact(11));
  it.apply({
    type: "session_secret",
    requestId: requestId("r1"),
    sessionId: sessionId("s1"),
    macaroon: "AgEGbWF0",
    recoveryCode: "k3uz-7qpa",
  });
  expect([it.state.sessions.get(), it.state.session.get(), heard]).toEqual([[], undefined, []]);
});
