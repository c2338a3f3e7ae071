import { expect, test } from "vitest";
import type { Fact } from "../../protocol/facts.ts";
import type { TowerReplyOf } from "../../protocol/handshake.ts";
import { epoch, jobId, ownerId, type Seq, seq, sessionId } from "../../protocol/ids.ts";
import { CLOSES } from "../../protocol/limits.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import { sats } from "../../protocol/units.ts";
import type { LinkView } from "../state/model.ts";
import { loadCredentials } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import { createLink, type LinkFault } from "./link.ts";
import { createFakeStorage, createFakeWorld, type TowerEnd } from "./testing/fake-world.ts";

const TOWER: Gateway = { kind: "tower", url: "ws://tower/ws/matrix" };
const TOKEN = "q7Zt0mXcV3uYh1sLr8wKp5nBd9eGf2aJ4iTo6yUxC0E";
const EPOCH = epoch("log-1");

function open(gateway: Gateway = TOWER, hash = "") {
  const world = createFakeWorld();
  const local = createFakeStorage();
  const session = createFakeStorage();
  const views: LinkView[] = [];
  const received: { readonly message: TowerMessage; readonly live: boolean }[] = [];
  const faults: LinkFault[] = [];
  const sent: string[] = [];
  const link = createLink({
    gateway,
    credentials: loadCredentials({
      gateway: "ws://tower/ws/matrix",
      local,
      session,
      address: { hash, stripHash() {} },
      newId: () => "client-1",
    }),
    ports: world.ports,
    receive: (message, { live }) => received.push({ message, live }),
    onSend: ({ requestId }) => sent.push(requestId),
    onView: (view) => views.push(view),
    onFault: (fault) => faults.push(fault),
  });
  return { ...world, link, local, session, views, received, faults, sent };
}
type Opened = ReturnType<typeof open>;

const hello = (at: number): TowerReplyOf<"connection"> => ({
  type: "connection",
  status: "connected",
  agents: [],
  agentCount: 0,
  epoch: EPOCH,
  seq: seq(at),
});
const subscribed = (mode: "resume" | "snapshot", at: number, of = EPOCH): TowerReplyOf<"subscribed"> => ({
  type: "subscribed",
  role: "visitor",
  mode,
  epoch: of,
  seq: seq(at),
  ownerId: ownerId("owner-1"),
});
const lastPart: TowerMessage = { type: "snapshot_part", part: 0, last: true };
const fact = (at: number, prev = at - 1): Fact => ({
  type: "chat",
  seq: seq(at),
  prev: seq(prev),
  speaker: { kind: "system" },
  text: `fact ${at}`,
});
const payment = { type: "pay_invoice", jobId: jobId("job-1"), invoiceType: "eval" } as const;

/** Lets a connection go through its handshake to a snapshot as of `at`. */
function goLive(tower: TowerEnd, at: number): void {
  tower.say(hello(at), subscribed("snapshot", at), lastPart);
  tower.taken();
}
const facts = ({ received }: Opened): readonly [Seq | undefined, boolean][] =>
  received.flatMap(({ message, live }) => (message.type === "chat" ? [[message.seq, live]] : []));
const statuses = ({ views }: Opened) => views.map(({ status }) => status);

test("shakes hands, keeps the secret it is given, and is live after the snapshot", () => {
  const it = open();
  expect(it.socket().url).toBe("ws://tower/ws/matrix");
  it.socket().say(hello(7));
  expect(it.socket().taken()).toEqual([{ type: "subscribe", clientId: "client-1" }]);
  it.socket().say({ ...subscribed("snapshot", 7), ownerToken: TOKEN });
  expect(statuses(it)).toEqual(["connecting", "catching_up"]);
  it.socket().say(lastPart, fact(8));
  expect(statuses(it)).toEqual(["connecting", "catching_up", "live"]);
  expect(it.received.map(({ message, live }) => [message.type, live])).toEqual([
    ["connection", false],
    ["subscribed", false],
    ["snapshot_part", false],
    ["chat", true],
  ]);
  expect(it.local.kept.get("matrix.owner ws://tower/ws/matrix")).toBe(TOKEN);
});

test("shows the token of the page's link and the owner's secret to the tower only in `subscribe`", () => {
  const it = open(TOWER, "#token=operator-token-123456");
  it.local.kept.set("matrix.owner ws://tower/ws/matrix", TOKEN);
  it.socket().close();
  it.pass(1_000);
  it.socket().say(hello(7));
  expect(it.socket().taken()).toEqual([
    { type: "subscribe", clientId: "client-1", ownerToken: TOKEN, token: "operator-token-123456" },
  ]);
});

test("resumes after the last good fact; what it missed is not live, what comes after is", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.socket().say(fact(8), fact(9));
  it.socket().close();
  it.pass(500);
  it.socket().say(hello(12));
  expect(it.socket().taken()).toEqual([
    { type: "subscribe", clientId: "client-1", since: { epoch: EPOCH, seq: 9 } },
  ]);
  it.socket().say(subscribed("resume", 12), fact(10), fact(11));
  expect(statuses(it).at(-1)).toBe("catching_up");
  it.socket().say(fact(12), fact(13));
  expect(statuses(it).at(-1)).toBe("live");
  expect(facts(it)).toEqual([
    [8, true],
    [9, true],
    [10, false],
    [11, false],
    [12, false],
    [13, true],
  ]);
});

test("is live when nothing was missed, when the rest is hidden, and when the tower tells current values", () => {
  const resume = (at: number) => {
    const it = open();
    goLive(it.socket(), 7);
    it.socket().close();
    it.pass(500);
    it.socket().say(hello(at), subscribed("resume", at));
    return it;
  };
  expect(statuses(resume(7)).at(-1)).toBe("live");

  const hidden = resume(9);
  hidden.socket().say(fact(8));
  hidden.pass(499);
  expect(statuses(hidden).at(-1)).toBe("catching_up");
  hidden.pass(1);
  expect(statuses(hidden).at(-1)).toBe("live");

  const valued = resume(9);
  valued.socket().say({ type: "agent_count", count: 5 });
  expect(statuses(valued).at(-1)).toBe("live");
});

test("hidden facts are no loss", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.socket().say(fact(9, 7), fact(20, 9));
  expect(facts(it)).toEqual([
    [9, true],
    [20, true],
  ]);
  expect(it.faults).toEqual([]);
});

test("a lost fact is asked for at once; lost again at the same place, a snapshot is taken", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.socket().say(fact(8), fact(10), fact(11));
  expect(facts(it)).toEqual([[8, true]]);
  expect(it.faults).toEqual([
    { kind: "loss", message: "Facts before 10 did not arrive: asking for them.", count: 1 },
  ]);
  expect(it.sockets.map((socket) => socket.isClosedByBrowser())).toEqual([true, false]);
  it.socket().say(hello(11));
  expect(it.socket().taken()).toEqual([
    { type: "subscribe", clientId: "client-1", since: { epoch: EPOCH, seq: 8 } },
  ]);
  it.socket().say(subscribed("resume", 11), fact(10));
  it.pass(1_000);
  it.socket().say(hello(11));
  expect(it.socket().taken()).toEqual([{ type: "subscribe", clientId: "client-1" }]);
});

test("a fact that came already is not taken twice, and none before `subscribed`", () => {
  const it = open();
  it.socket().say(hello(7), fact(8));
  it.socket().say(subscribed("snapshot", 8), lastPart, fact(8, 7), fact(9));
  expect(facts(it)).toEqual([[9, true]]);
});

test("facts between the parts of a snapshot count, but a broken-off snapshot is no place to resume from", () => {
  const it = open();
  it.socket().say(hello(7), subscribed("snapshot", 7), { ...lastPart, last: false }, fact(8));
  it.socket().say({ type: "snapshot_part", part: 1, last: true }, fact(9));
  expect(it.faults).toEqual([]);
  expect(facts(it)).toEqual([
    [8, true],
    [9, true],
  ]);

  const broken = open();
  broken.socket().say(hello(7), subscribed("snapshot", 7), { ...lastPart, last: false });
  broken.socket().close();
  broken.pass(500);
  broken.socket().say(hello(7));
  expect(broken.socket().taken()).toEqual([{ type: "subscribe", clientId: "client-1" }]);
});

test("a resumption of another log is refused", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.socket().close();
  it.pass(500);
  it.socket().say(hello(3), subscribed("resume", 3, epoch("log-2")));
  it.pass(1_000);
  it.socket().say(hello(3));
  expect(it.sockets.length).toBe(3);
  expect(it.socket().taken()).toEqual([{ type: "subscribe", clientId: "client-1" }]);
});

test("waits longer and longer between attempts, at most 20 s, and says until when", () => {
  const it = open();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 9; attempt += 1) {
    it.socket().close();
    const view = it.views.at(-1);
    const wait =
      view?.status === "offline" && view.retryAt !== undefined ? view.retryAt - it.ports.now() : -1;
    waits.push(wait);
    it.pass(wait - 1);
    expect(it.sockets.length).toBe(attempt + 1);
    it.pass(1);
    expect(it.sockets.length).toBe(attempt + 2);
  }
  expect(waits).toEqual([375, 750, 1_500, 3_000, 6_000, 12_000, 15_000, 15_000, 15_000]);
  goLive(it.socket(), 7);
  it.pass(10_000);
  it.socket().close();
  expect(it.views.at(-1)).toEqual({
    status: "offline",
    reason: "The tower cannot be reached.",
    retryAt: it.ports.now() + 375,
  });
});

test("an attempt that hangs is given up after 5 s, wherever it hangs", () => {
  const it = open();
  it.pass(4_999);
  expect(statuses(it)).toEqual(["connecting"]);
  it.pass(1);
  expect(it.views.at(-1)).toMatchObject({ status: "offline", reason: "The tower did not answer in time." });
  it.pass(375);
  it.socket().say(hello(7));
  it.pass(5_000);
  expect(statuses(it).at(-1)).toBe("offline");
});

test("does not reconnect while hidden, and does at once when shown", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.setHidden(true);
  it.socket().close(CLOSES.draining.code, CLOSES.draining.reason);
  expect(it.views.at(-1)).toEqual({
    status: "offline",
    reason: "The tower is stopping: connect again in a moment.",
    retryAt: undefined,
  });
  it.pass(3_600_000);
  expect(it.sockets.length).toBe(1);
  it.setHidden(false);
  it.wake();
  expect(it.sockets.length).toBe(2);
});

test("a socket that slept with the page is replaced, a fresh one is not", () => {
  const it = open();
  it.wake();
  goLive(it.socket(), 7);
  it.pass(4_000);
  it.wake();
  expect(it.sockets.length).toBe(1);
  it.pass(2_000);
  it.wake();
  expect(it.sockets.map((socket) => socket.isClosedByBrowser())).toEqual([true, false]);
});

test("a connection that falls silent for a minute is replaced; one that speaks is kept", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.pass(59_000);
  it.socket().say({ type: "agent_count", count: 5 });
  it.pass(59_999);
  expect(it.sockets.length).toBe(1);
  it.pass(1);
  expect(it.sockets.length).toBe(2);
  // Nobody sees it, unless it fails.
  it.socket().say(hello(7), subscribed("resume", 7));
  expect(statuses(it)).toEqual(["connecting", "catching_up", "live", "live"]);
  it.pass(120_000);
  expect(statuses(it).at(-1)).toBe("offline");
});

test("an intent without an answer is sent again as it was, after every reconnection", () => {
  const it = open();
  const early = it.link.send(payment);
  expect(it.sent).toEqual([early]);
  it.socket().say(hello(7));
  it.socket().taken();
  it.socket().say(subscribed("snapshot", 7));
  const frame = { ...payment, requestId: early };
  expect(it.socket().taken()).toEqual([frame]);
  it.socket().close();
  it.pass(500);
  it.socket().say(hello(7));
  it.socket().taken();
  it.socket().say(subscribed("snapshot", 7));
  expect(it.socket().taken()).toEqual([frame]);
  it.socket().say({ type: "accepted", requestId: frame.requestId as never });
  it.socket().close();
  it.pass(2_000);
  goLive(it.socket(), 7);
  expect(it.socket().taken()).toEqual([]);
});

test("a secret answers the intent that asked for it, also while the page still catches up, and is news", () => {
  const it = open();
  const id = it.link.send({ type: "session_open", amountSats: sats(500) });
  it.socket().say(hello(7));
  it.socket().say(subscribed("snapshot", 7));
  const secret = { macaroon: "AgEGbWF0", recoveryCode: "k3uz-7qpa" };
  const told = {
    type: "session_secret",
    requestId: id as never,
    sessionId: sessionId("s1"),
    ...secret,
  } as const;
  it.socket().say(told);
  expect([statuses(it).at(-1), it.received.at(-1)]).toEqual(["catching_up", { message: told, live: true }]);
  it.socket().taken();
  it.socket().close();
  it.pass(2_000);
  goLive(it.socket(), 7);
  expect(it.socket().taken()).toEqual([]);
});

test("an unanswered intent proves a connection dead; one that is never answered is given up and said so", () => {
  const it = open();
  goLive(it.socket(), 7);
  const id = it.link.send(payment);
  let sendings = it.socket().taken().length;
  for (let round = 0; round < 6; round += 1) {
    const before = it.sockets.length;
    while (it.sockets.length === before && it.timers() > 0) it.pass(1_000);
    it.socket().say(hello(7), subscribed("resume", 7));
    sendings += it
      .socket()
      .taken()
      .filter((frame) => (frame as { type: string }).type === "pay_invoice").length;
  }
  expect(sendings).toBe(4);
  expect(it.received.filter(({ message }) => message.type === "error").map(({ message }) => message)).toEqual(
    [
      {
        type: "error",
        code: "unsent",
        message: "The tower does not answer this: look at what happened, then try again.",
        requestId: id,
      },
    ],
  );
});

test("frames that are broken, binary or far too long are counted and told, and nothing stops", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.socket().sayRaw("{");
  it.socket().sayRaw(new ArrayBuffer(4));
  it.socket().sayRaw("x".repeat(1_048_577));
  it.socket().sayRaw(JSON.stringify({ type: "from_the_future" }));
  it.socket().sayRaw(JSON.stringify({ type: "agent_count", count: -1 }));
  it.socket().say(fact(8));
  expect(it.faults.map(({ kind, count }) => [kind, count])).toEqual([
    ["malformed", 1],
    ["malformed", 2],
    ["too_large", 1],
    ["malformed", 3],
  ]);
  expect(facts(it)).toEqual([[8, true]]);
});

test("one agent that cannot be shown costs the others nothing, and is told of", () => {
  const it = open();
  const echo = { agentId: "echo", label: "Echo", role: "agent", color: "#ffffff", state: "idle" };
  it.socket().sayRaw(JSON.stringify({ ...hello(7), agents: [echo, { ...echo, agentId: "" }] }));
  expect(it.received).toEqual([{ message: { ...hello(7), agents: [echo] }, live: false }]);
  expect(it.faults).toEqual([
    {
      kind: "malformed",
      message:
        '"connection" came without 1 of its 2 agents: agentId must be 1 to 64 letters, digits or _ - . :.',
      count: 1,
    },
  ]);
});

test("a token that the tower does not know is forgotten, and the page goes on as a visitor", () => {
  const it = open(TOWER, "#token=operator-token-123456");
  it.socket().say(hello(7), { type: "error", code: "unauthorized", message: "Unknown token." });
  expect(it.views.at(-1)).toMatchObject({ status: "offline", reason: "Unknown token." });
  it.pass(500);
  it.socket().say(hello(7));
  expect(it.socket().taken()).toEqual([{ type: "subscribe", clientId: "client-1" }]);

  const revoked = open(TOWER, "#token=kiosk-token-123456");
  goLive(revoked.socket(), 7);
  revoked.socket().close(CLOSES.unauthorized.code, CLOSES.unauthorized.reason);
  expect(revoked.session.kept.size).toBe(0);
});

test("an older tower, which has no log and answers nothing, is live at once and is asked once", () => {
  const it = open();
  it.socket().say({ type: "connection", status: "connected", agents: [] });
  it.link.send(payment);
  it.socket().say({ type: "invoice_settled", jobId: jobId("job-1"), invoiceType: "eval", onTime: true });
  it.pass(600_000);
  expect(
    it
      .socket()
      .taken()
      .map((frame) => (frame as { type: string }).type),
  ).toEqual(["subscribe", "pay_invoice"]);
  expect(statuses(it)).toEqual(["connecting", "live"]);
  expect(it.received.at(-1)).toMatchObject({ live: true, message: { type: "invoice_settled" } });
  expect(it.sockets.length).toBe(1);
});

test("without a tower it is offline, says why, and refuses what is asked", () => {
  const it = open({ kind: "none", reason: "This page has no tower." });
  expect(it.views).toEqual([{ status: "offline", reason: "This page has no tower.", retryAt: undefined }]);
  const id = it.link.send({ type: "session_open", amountSats: sats(200) });
  expect(it.sent).toEqual([id]);
  expect(it.received).toEqual([
    {
      message: { type: "error", code: "unsent", message: "This page has no tower.", requestId: id },
      live: true,
    },
  ]);
  it.wake();
  expect([it.sockets.length, it.timers()]).toEqual([0, 0]);
});

test("a browser that forbids the socket is a failure like any other", () => {
  const it = open();
  it.refuseSockets(true);
  it.socket().close();
  it.pass(375);
  expect(it.views.at(-1)).toMatchObject({
    status: "offline",
    reason: "The browser does not allow this page to reach the tower.",
  });
});

test("takes a snapshot when told to", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.pass(10_000);
  it.link.takeSnapshot();
  it.socket().say(hello(9));
  expect(it.socket().taken()).toEqual([{ type: "subscribe", clientId: "client-1" }]);
});

test("leaves nothing behind", () => {
  const it = open();
  goLive(it.socket(), 7);
  it.link.send(payment);
  it.link.dispose();
  it.link.dispose();
  expect([it.timers(), it.listeners(), it.socket().isClosedByBrowser()]).toEqual([0, 0, true]);
  const heard = it.received.length;
  it.socket().say(fact(8));
  it.socket().close();
  it.pass(60_000);
  expect([it.received.length, it.sockets.length]).toEqual([heard, 1]);
});
