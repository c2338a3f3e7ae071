import { afterEach, expect, test } from "vitest";
import { sessionId } from "../../../protocol/ids.ts";
import { sats } from "../../../protocol/units.ts";
import { drawnTexts, type HudNode, wordsOf } from "../kit/node.ts";
import { awaited, JOB, job, SESSION, session } from "../testing/fake-state.ts";
import { createNullHud, type NullHudOptions } from "../testing/null-hud.ts";

let ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended) end();
  ended = [];
});

function open(options: NullHudOptions = {}) {
  const hud = createNullHud(options);
  ended.push(hud.end);
  hud.frame();
  hud.frame(16);
  const enter = (details: Record<string, unknown> = {}) => {
    const event = hud
      .field()
      .dispatch("keydown", { key: "Enter", shiftKey: false, isComposing: false, ...details });
    hud.frame(16);
    return event;
  };
  const refusal = (): string | undefined => {
    const node = hud.node("chat/refusal");
    return node && wordsOf(node);
  };
  return { ...hud, enter, refusal };
}

const PARAGRAPH =
  "The kettle is quick but loud; I love it anyway.\nIt broke after a week, though, and nobody answered my letters.";

test("a paragraph goes to the chosen agent on Enter, and the field is empty once the tower took it", () => {
  const hud = open();
  hud.type(PARAGRAPH);
  hud.enter();
  expect(hud.sent).toEqual([
    { type: "job_request", agentId: "timmy", request: PARAGRAPH, funding: "invoice" },
  ]);
  expect(hud.field().value).toBe(PARAGRAPH);
  hud.answerAll();
  hud.frame(16);
  expect(hud.field().value).toBe("");
});

test("Shift+Enter is a new line and sends nothing", () => {
  const hud = open();
  hud.type("one");
  expect([hud.enter({ shiftKey: true }).defaultPrevented, hud.sent]).toEqual([false, []]);
});

test("the Enter that ends a composition sends nothing", () => {
  const hud = open();
  hud.type("にほんご");
  hud.enter({ isComposing: true });
  hud.enter({ keyCode: 229 });
  expect(hud.sent).toEqual([]);
  hud.enter();
  expect(hud.sent.length).toBe(1);
});

test("what is composed is drawn as it is written", () => {
  const hud = open();
  hud.takeTexts();
  hud.type("にほ");
  hud.field().dispatch("compositionupdate");
  hud.frame(16);
  expect(hud.takeTexts()).toContain("にほ");
});

test.each([
  ["", "The request is empty: say what you want done."],
  ["   \n ", "The request is empty: say what you want done."],
  ["x".repeat(501), "The request is longer than 500 characters: shorten it."],
  ["bad\u0007bell", "The request has control characters: remove them."],
])("%j is refused with a sentence and kept", (text, sentence) => {
  const hud = open();
  hud.type(text);
  hud.enter();
  expect([hud.sent, hud.refusal(), hud.field().value]).toEqual([[], sentence, text]);
});

test("the counter shows when the end is near", () => {
  const hud = open();
  hud.type("x".repeat(399));
  expect(hud.node("chat/counter")).toBeUndefined();
  hud.type("x".repeat(480));
  expect(wordsOf(hud.node("chat/counter") as HudNode)).toBe("480/500");
});

test("offline keeps the text and says so", () => {
  const hud = open();
  hud.stores.link.set({ status: "offline", reason: "Gone.", retryAt: undefined });
  hud.type("hello");
  hud.enter();
  expect([hud.sent, hud.refusal(), hud.field().value]).toEqual([
    [],
    "Offline: the text is kept until the link is back.",
    "hello",
  ]);
});

test("a refusal stands while the text area moves, and goes with other words", () => {
  const hud = open();
  hud.stores.link.set({ status: "offline", reason: "Gone.", retryAt: undefined });
  hud.type("hello");
  hud.enter();
  hud.field().dispatch("scroll", {});
  hud.frame(16);
  expect(hud.refusal()).toBe("Offline: the text is kept until the link is back.");
  hud.type("hello you");
  hud.frame(16);
  expect(hud.refusal()).toBeUndefined();
});

test("a refusal by the tower keeps the text and shows why", () => {
  const hud = open();
  hud.type("hello");
  hud.enter();
  hud.stores.notices.set([
    { id: "r1", code: "budget_exhausted", message: "Timmy has spent its budget for today." },
  ]);
  hud.answerAll();
  hud.frame(16);
  expect([hud.refusal(), hud.field().value]).toEqual(["Timmy has spent its budget for today.", "hello"]);
});

test("the field grows with the text to five lines", () => {
  const hud = open();
  const height = (): number => hud.node("chat/field")?.rect.height ?? 0;
  const heights = ["one", "one\ntwo", "1\n2\n3\n4\n5", "1\n2\n3\n4\n5\n6\n7"].map((text) => {
    hud.type(text);
    hud.frame(16);
    return height();
  });
  expect(heights).toEqual([44, 66, 132, 132]);
});

test("another agent is chosen from the list, by touch", () => {
  const hud = open();
  hud.tap("chat/asked");
  hud.tap("chat/list/row2/agent");
  hud.type("hello");
  hud.enter();
  expect(hud.sent).toEqual([{ type: "job_request", agentId: "beta", request: "hello", funding: "invoice" }]);
});

test("send works by touch", () => {
  const hud = open();
  hud.type("hello");
  hud.tap("chat/send");
  expect(hud.sent.length).toBe(1);
});

const INVOICE = `lnbc830n1${"qpzry9x8gf2tvdw0s3jn54khce6mua7l".repeat(8)}`;

test("an invoice that is pasted claims what is owed, whatever its case and scheme", () => {
  const hud = open();
  hud.stores.jobs.set([job({ refund: "owed", outcome: "completed", owedSats: sats(83) })]);
  hud.type(` lightning:${INVOICE.toUpperCase()}\n`);
  hud.enter();
  expect(hud.sent).toEqual([{ type: "refund_claim", jobId: JOB, paymentRequest: INVOICE }]);
  hud.answerAll();
  hud.frame(16);
  expect(hud.field().value).toBe("");
});

test("an invoice without anything owed is no request", () => {
  const hud = open();
  hud.type(INVOICE);
  hud.enter();
  expect([hud.sent, hud.refusal(), hud.field().value]).toEqual([
    [],
    "This is an invoice, and nothing is owed to you that it could be paid with.",
    INVOICE,
  ]);
});

test("a session pays by default and the entry says so; one tap pays each request by invoice instead", () => {
  const hud = open();
  const words = () => [hud.node("chat/funding")?.label, hud.node("chat/funding")?.selected];
  const seen = [words()];
  hud.setSessions(awaited(500));
  hud.frame(1600);
  seen.push(words());
  hud.setSessions(session());
  hud.frame(1600);
  seen.push(words());
  hud.type("one");
  hud.enter();
  hud.answerAll();
  hud.frame(300);
  hud.tap("chat/funding");
  seen.push(words());
  hud.type("two");
  hud.enter();
  expect(seen).toEqual([
    ["start a session", undefined],
    ["session: deposit ⚡500", undefined],
    ["from your session ⚡2\u2009340", true],
    ["pay each request", false],
  ]);
  expect(hud.sent).toEqual([
    { type: "job_request", agentId: "timmy", request: "one", funding: "session", sessionId: SESSION },
    { type: "job_request", agentId: "timmy", request: "two", funding: "invoice" },
  ]);
});

test("the entry's button says in full on a phone that each request is paid", () => {
  const hud = open({ width: 360, height: 640 });
  hud.setSessions(session());
  hud.frame(1600);
  hud.tap("chat/funding");
  expect(drawnTexts(hud.node("chat/funding") as HudNode)).toEqual(["pay each request"]);
});

test("without a session that can pay, the entry's button opens the way to one", () => {
  const hud = open();
  hud.tap("chat/funding");
  expect(hud.hud.ui.get().card).toEqual({ kind: "session", page: "home" });
});

test.each([
  ["balance_too_low", "It may cost ⚡900.", " Top the session up, or pay this one by invoice."],
  ["session_paused", "The session is paused.", " Top the session up, or pay this one by invoice."],
  ["session_not_active", "The session is over.", " Pay its invoice first, or pay this one by invoice."],
])("%s: the text is kept, and what to do is said", (code, message, advice) => {
  const hud = open();
  hud.setSessions(session({ balanceSats: sats(60) }));
  hud.frame(1600);
  hud.type("hello");
  hud.enter();
  hud.stores.notices.set([{ id: "r1", code, message }]);
  hud.answerAll();
  hud.frame(300);
  expect([hud.refusal(), hud.field().value]).toEqual([message + advice, "hello"]);
  const offers = code === "session_not_active" ? undefined : "TOP UP THE SESSION";
  const button = hud.node("chat/topup");
  expect(button && wordsOf(button)).toBe(offers);
  if (button === undefined) return;
  hud.frame(16);
  hud.tap("chat/topup");
  expect(hud.hud.ui.get().card).toEqual({ kind: "session", page: "topup" });
  hud.type("hello again");
  hud.frame(16);
  expect([hud.refusal(), hud.node("chat/topup")]).toEqual([undefined, undefined]);
});

/** Sends a text that the session is too little for, and has that refused. */
function refuseForBalance(hud: ReturnType<typeof open>) {
  hud.setSessions(session({ balanceSats: sats(200) }));
  hud.frame(1600);
  hud.type("hello");
  hud.enter();
  hud.stores.notices.set([
    { id: "r1", code: "balance_too_low", message: "The session has ⚡200, and this may cost ⚡900." },
  ]);
  hud.answerAll();
  hud.frame(300);
}

test.each([
  [1180, 820],
  [390, 844],
])("at %i×%i the field stays as high as its text when a refusal comes", (width, height) => {
  const hud = open({ width, height });
  refuseForBalance(hud);
  const heights = () => ["field", "topup"].map((key) => hud.node(`chat/${key}`)?.rect.height);
  expect(heights()).toEqual([44, 44]);
  hud.frame(16);
  hud.frame(5000);
  expect(heights()).toEqual([44, 44]);
});

test.each<[string, (hud: ReturnType<typeof open>) => void]>([
  ["has more", (hud) => hud.setSessions(session({ balanceSats: sats(1200) }))],
  ["is closed", (hud) => hud.setSessions()],
  [
    "is another one",
    (hud) => hud.setSessions(session({ sessionId: sessionId("other"), balanceSats: sats(200) })),
  ],
  ["pays no more", (hud) => hud.tap("chat/funding")],
])("a refusal for want of balance goes when the session %s, and the text stays", (_, change) => {
  const hud = open();
  refuseForBalance(hud);
  change(hud);
  hud.frame(1600);
  expect([hud.refusal(), hud.node("chat/topup"), hud.field().value]).toEqual([undefined, undefined, "hello"]);
});

test("a refusal for another reason stays when the session has more", () => {
  const hud = open();
  hud.setSessions(session());
  hud.frame(1600);
  hud.type("");
  hud.enter();
  hud.setSessions(session({ balanceSats: sats(5000) }));
  hud.frame(1600);
  expect(hud.refusal()).toBe("The request is empty: say what you want done.");
});
