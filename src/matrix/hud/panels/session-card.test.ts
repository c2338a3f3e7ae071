import { afterEach, expect, test } from "vitest";
import { jobId, seq, sessionId, timestamp } from "../../../protocol/ids.ts";
import type { SessionRecord } from "../../../protocol/records.ts";
import { sats } from "../../../protocol/units.ts";
import { patchUi, type SessionPage } from "../context.ts";
import { drawnTexts, type HudNode, wordsOf } from "../kit/node.ts";
import { bottomOf, rightOf } from "../kit/rect.ts";
import { awaited, invoice, JOB, job, NOW, SESSION, session } from "../testing/fake-state.ts";
import { createNullHud, type NullHudOptions } from "../testing/null-hud.ts";

let ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended) end();
  ended = [];
});

const CODE = "k3uz-7qpa-xm4e-r2dw-bn6t-yc5s-hj";
const SECRET = { sessionId: SESSION, macaroon: "AgEGbWF0cml4AkIAAJ2vS1c8", recoveryCode: CODE };

/** A HUD that is disposed after the test, with these sessions, one frame drawn. */
function open(sessions: readonly SessionRecord[] = [], options: NullHudOptions = {}) {
  const hud = createNullHud(options);
  ended.push(hud.end);
  hud.setSessions(...sessions);
  hud.frame();
  hud.frame(300);
  const words = (path: string): string | undefined => {
    const node = hud.node(path);
    return node && wordsOf(node);
  };
  /** What the card says, part by part. */
  const card = (): readonly string[] =>
    hud
      .all()
      .filter(([path, node]) => path.startsWith("invoice") && node.role !== "ornament")
      .map(([, node]) => wordsOf(node))
      .filter((said) => said !== "");
  const show = (page: SessionPage = "home") => {
    patchUi(hud.hud.ui, { card: { kind: "session", page } });
    hud.frame(16);
    hud.frame(16);
  };
  const set = (...next: readonly SessionRecord[]) => {
    hud.setSessions(...next);
    // Data is shown once what was shown before it has had its turns.
    hud.frame(1600);
    hud.frame(16);
  };
  const refuse = (code: string, message: string) => {
    hud.stores.notices.set([{ id: `r${hud.sent.length}`, code, message }]);
    hud.answerAll();
    hud.frame(300);
  };
  return { ...hud, words, card, show, set, refuse };
}

test("without a session the treasury says —, and a tap offers to deposit: presets, or an amount of one's own", () => {
  const hud = open();
  expect(hud.words("treasury/session")).toBe("SESSION BALANCE —");
  hud.tap("treasury/session");
  expect(hud.words("invoice/words")).toBe("Deposit ⚡100–10\u2009000 to start a session");
  hud.tap("invoice/preset500");
  expect(hud.words("invoice/go")).toBe("sending…");
  hud.tap("invoice/preset200");
  hud.answerAll();
  hud.frame(300);
  for (const text of ["99", "10001", "many", "⚡1 500"]) {
    hud.write("invoice/amount", text);
    hud.tap("invoice/go");
    hud.answerAll();
    hud.frame(300);
  }
  expect(hud.sent).toEqual([
    { type: "session_open", amountSats: 500 },
    { type: "session_open", amountSats: 1500 },
  ]);
});

test("an amount that a session cannot take is refused in words and sends nothing", () => {
  const hud = open();
  hud.show();
  hud.write("invoice/amount", "20");
  hud.field("invoice/amount").dispatch("keydown", { key: "Enter" });
  hud.frame(16);
  expect([hud.words("invoice/refusal"), hud.sent]).toEqual([
    "A session takes ⚡100–10\u2009000 sats at a time.",
    [],
  ]);
});

test("the deposit is an invoice like any other: paid from the purse, a moment of joy, then the balance", () => {
  const hud = open();
  hud.show();
  hud.set(awaited(1000));
  expect(hud.words("invoice")).toBe("DEPOSIT");
  hud.tap("invoice/pay");
  expect(hud.sent).toEqual([{ type: "session_pay", sessionId: SESSION }]);
  expect(hud.words("invoice/pay")).toBe("paying…");
  hud.answerAll();
  hud.set(session({ balanceSats: sats(1000) }));
  const seen = [hud.words("invoice"), hud.words("treasury/session")];
  hud.frame(3000);
  hud.frame(16);
  expect([...seen, hud.words("invoice"), hud.words("invoice/balance")]).toEqual([
    "PAID",
    "SESSION BALANCE ⚡1\u2009000",
    "SESSION",
    "ACTIVE ⚡1\u2009000",
  ]);
});

test("with a real wallet a deposit is copied or opened in the wallet", () => {
  const hud = open([awaited(300)]);
  hud.stores.me.set({ ...hud.stores.me.get(), playSats: false });
  hud.stores.purse.set(undefined);
  hud.show();
  expect([hud.node("invoice/pay"), hud.element("invoice/open").getAttribute("href")?.slice(0, 16)]).toEqual([
    undefined,
    "lightning:lnbcrt",
  ]);
});

test("a session says what is set aside, that it runs low, that it is paused, and when it ends", () => {
  const hud = open([session({ reservedSats: sats(310) })]);
  hud.show();
  const seen = () => ["reserved", "low", "end"].map((key) => hud.words(`invoice/${key}`));
  expect(seen()).toEqual(["⚡310 more is set aside for what is under way.", undefined, undefined]);
  hud.set(session({ balanceSats: sats(82), expiresAt: timestamp(NOW + 600_000) }));
  expect(seen()).toEqual([
    undefined,
    "Running low: below ⚡50 it takes no more requests.",
    "Ends in 9:59 if nothing happens in it. What is left stays yours.",
  ]);
  hud.frame(60_000);
  expect(seen()[2]).toBe("Ends in 8:59 if nothing happens in it. What is left stays yours.");
  hud.set(session({ state: "paused", balanceSats: sats(12) }));
  expect([seen()[1], hud.words("invoice/balance"), hud.words("needs/next")]).toEqual([
    "Paused: a request needs at least ⚡50. Top it up to go on.",
    "PAUSED ⚡12",
    "NEEDS YOU 1 low: ⚡12",
  ]);
});

test.each([
  ["the session", "home", [session()], ["topup", "close-it", "recover"]],
  ["a first deposit", "home", [], ["preset500", "go", "recover"]],
  ["its invoice", "home", [awaited(500)], ["pay", "another", "recover"]],
  ["another amount", "deposit", [awaited(500)], ["preset500", "go", "giveUp", "recover"]],
  ["a top-up", "topup", [session()], ["preset500", "go"]],
  ["closing", "close", [session()], ["claim"]],
  ["recovering", "recover", [session()], ["go"]],
] as const)(
  "offline the card of %s says so, and what needs the tower is not to be pressed",
  (_, page, sessions, keys) => {
    const hud = open(sessions);
    hud.show(page);
    const seen = () => [
      hud.words("invoice/title")?.includes("OFFLINE"),
      keys.map((key) => hud.node(`invoice/${key}`)?.disabled),
    ];
    const live = seen();
    hud.stores.link.set({ status: "offline", reason: "Gone.", retryAt: undefined });
    hud.frame(1600);
    expect([live, seen()]).toEqual([
      [false, keys.map(() => false)],
      [true, keys.map(() => true)],
    ]);
  },
);

test("a session is topped up by an invoice of its own, and its card shows that while it waits", () => {
  const hud = open([session({ state: "paused", balanceSats: sats(12) })]);
  hud.tap("needs/next");
  hud.tap("invoice/topup");
  hud.tap("invoice/preset500");
  expect(hud.sent).toEqual([{ type: "session_topup", sessionId: SESSION, amountSats: 500 }]);
  hud.answerAll();
  const { paymentRequest, amountSats, invoiceExpiresAt } = awaited(500);
  const waiting = {
    ...(paymentRequest && { paymentRequest }),
    ...(amountSats && { amountSats }),
    ...(invoiceExpiresAt && { invoiceExpiresAt }),
  };
  hud.set(session({ state: "paused", balanceSats: sats(12), ...waiting }));
  const seen = [hud.words("invoice")];
  hud.set(session({ balanceSats: sats(512) }));
  seen.push(hud.words("invoice"));
  hud.frame(3000);
  hud.frame(16);
  expect([...seen, hud.words("invoice/balance")]).toEqual(["TOP-UP", "PAID", "ACTIVE ⚡512"]);
});

test("a top-up that nobody pays in time is asked for no more, though nothing is heard of it", () => {
  const { paymentRequest = "", amountSats = sats(0) } = awaited(500);
  const asked = { paymentRequest, amountSats, invoiceExpiresAt: timestamp(NOW + 60_000) };
  const hud = open([session({ state: "paused", balanceSats: sats(12), ...asked })]);
  const cards = () => {
    const pages = [1, 2, 3].map(() => {
      hud.tap("needs/next");
      const { card } = hud.hud.ui.get();
      return card?.kind === "session" && card.page;
    });
    patchUi(hud.hud.ui, { card: undefined });
    hud.frame(16);
    return [hud.words("needs/next"), ...pages];
  };
  const before = cards();
  hud.frame(60_000);
  expect([before, cards()]).toEqual([
    ["NEEDS YOU 2 pay ⚡500", "topup", "home", "topup"],
    ["NEEDS YOU 1 low: ⚡12", "home", "home", "home"],
  ]);
});

test("a top-up that is paid elsewhere while the balance is looked at is a moment of joy as well", () => {
  const { paymentRequest = "", amountSats = sats(0) } = awaited(500);
  const hud = open([session({ balanceSats: sats(60), paymentRequest, amountSats })]);
  hud.show();
  const seen = [hud.words("invoice/topup")];
  hud.set(session({ balanceSats: sats(560) }));
  seen.push(hud.words("invoice"));
  hud.frame(3000);
  hud.frame(16);
  expect([...seen, hud.words("invoice/balance")]).toEqual(["PAY ⚡500", "PAID", "ACTIVE ⚡560"]);
});

test("on play sats a session closes into the purse, and the card says how far that has come", () => {
  const hud = open([session()]);
  hud.show();
  hud.tap("invoice/close-it");
  hud.tap("invoice/claim");
  expect(hud.sent).toEqual([{ type: "session_close", sessionId: SESSION }]);
  hud.answerAll();
  const closed = { state: "closed", balanceSats: sats(0) } as const;
  const seen = (["owed", "paying", "unknown"] as const).map((refund) => {
    hud.set(session({ ...closed, owedSats: sats(2340), refund }));
    return [hud.words("invoice"), hud.words("invoice/words"), hud.node("invoice/claim") !== undefined];
  });
  const refundError = "No way to the payee was found within the fee limit.";
  hud.set(session({ ...closed, owedSats: sats(2340), refund: "owed", refundError }));
  seen.unshift([hud.words("invoice"), hud.words("invoice/words"), hud.node("invoice/claim") !== undefined]);
  hud.set();
  seen.push([hud.words("invoice") ?? "", hud.words("invoice/words"), false]);
  expect(seen).toEqual([
    ["REFUND", `The session is closed. It could not be paid out: ${refundError}`, true],
    ["REFUND", "The session is closed. What was left of it waits to be claimed back.", true],
    ["REFUND", "The session is closed. What was left of it is on its way back.", false],
    [
      "REFUND",
      "The session is closed. What was left of it may be on its way back; the wallet has not said.",
      false,
    ],
    ["CLOSED", "The session is closed, and what was left of it went back.", false],
  ]);
});

test("with a real wallet what is left goes to an invoice or a Lightning Address; nothing left needs neither", () => {
  const hud = open([session()]);
  hud.stores.me.set({ ...hud.stores.me.get(), playSats: false });
  hud.stores.purse.set(undefined);
  hud.show("close");
  const paymentRequest = invoice("work", 2340, "open").paymentRequest ?? "";
  for (const text of ["", "my wallet", "me@wallet.example", paymentRequest]) {
    hud.write("invoice/payee", text);
    hud.tap("invoice/claim");
    hud.answerAll();
    hud.frame(300);
  }
  hud.set(session({ balanceSats: sats(0) }));
  expect(hud.node("invoice/payee")).toBeUndefined();
  hud.tap("invoice/claim");
  expect(hud.sent).toEqual([
    { type: "session_close", sessionId: SESSION, lightningAddress: "me@wallet.example" },
    { type: "session_close", sessionId: SESSION, paymentRequest },
    { type: "session_close", sessionId: SESSION },
  ]);
});

test("a session with a request under way cannot be closed yet, and says so", () => {
  const hud = open([session({ reservedSats: sats(310) })]);
  hud.show("close");
  expect([hud.words("invoice/words"), hud.node("invoice/claim")]).toEqual([
    "A request of the session is under way: it can be closed when that is done.",
    undefined,
  ]);
});

test("the recovery code is shown once, large, over everything, until it is written down", () => {
  const hud = open();
  hud.show();
  hud.tap("invoice/preset500");
  hud.tellSecret(SECRET);
  hud.set(awaited(500));
  expect([hud.words("invoice"), hud.words("invoice/code"), hud.node("invoice/close")]).toEqual([
    "RECOVERY CODE",
    CODE,
    undefined,
  ]);
  const shown = () => hud.all().flatMap(([, node]) => [wordsOf(node), node.href ?? "", ...drawnTexts(node)]);
  expect(shown().filter((words) => words.includes(SECRET.macaroon))).toEqual([]);
  hud.document.dispatch("keydown", { key: "Escape" });
  patchUi(hud.hud.ui, { card: undefined });
  hud.frame(16);
  expect(hud.words("invoice/code")).toBe(CODE);
  hud.tap("invoice/written");
  hud.frame(16);
  expect([hud.words("invoice"), shown().filter((words) => words.includes("k3uz"))]).toEqual(["DEPOSIT", []]);
});

test("where others may see what is drawn the code is copied, and neither drawn nor said", () => {
  const hud = open([], { hidesSecrets: true });
  hud.takeTexts();
  hud.tellSecret(SECRET);
  hud.frame(300);
  expect([hud.takeTexts(), hud.card()].flat().filter((words) => words.includes("k3uz"))).toEqual([]);
  expect([hud.node("invoice/copy") !== undefined, hud.words("invoice/words")]).toEqual([
    true,
    "It is not drawn where others may see it: copy it now.",
  ]);
});

test("a kiosk is shown no code, no session and no way to one", () => {
  const hud = open([session()]);
  hud.tellSecret(SECRET);
  hud.frame(300);
  hud.stores.me.set({ role: "kiosk", ownerId: undefined, playSats: true });
  hud.setSessions();
  hud.frame(300);
  hud.show();
  expect([hud.node("invoice"), hud.node("treasury/session")?.tap, hud.node("chat/funding")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  hud.tellSecret({ ...SECRET });
  hud.stores.me.set({ role: "visitor", ownerId: undefined, playSats: true });
  patchUi(hud.hud.ui, { card: undefined });
  hud.frame(300);
  expect(hud.node("invoice")).toBeUndefined();
});

test("a session is recovered by its code, in whatever way it was written", () => {
  const hud = open();
  hud.show("recover");
  hud.write("invoice/code", "k3uz-7qpa");
  hud.tap("invoice/go");
  expect([hud.words("invoice/refusal"), hud.sent]).toEqual([
    "A recovery code has 26 letters and digits: look at what you wrote down.",
    [],
  ]);
  hud.write("invoice/code", ` ${CODE.replaceAll("-", "").toUpperCase()} `);
  hud.tap("invoice/go");
  expect(hud.sent).toEqual([{ type: "session_recover", recoveryCode: CODE.replaceAll("-", "") }]);
  expect(hud.field("invoice/code").value).toBe("");
  hud.refuse("unknown_session", "No session has this code.");
  expect(hud.words("invoice/refusal")).toBe("No session has this code.");
});

test("a refund goes to the purse or into the session; too little for Lightning says that a session takes it", () => {
  const hud = open([session()]);
  hud.stores.jobs.set([job({ outcome: "completed", refund: "owed", owedSats: sats(2) })]);
  hud.frame(300);
  hud.tap("needs/next");
  hud.tap("invoice/claim");
  hud.refuse("below_minimum", "Less than ⚡3 is not paid out.");
  expect(hud.words("invoice/refusal")).toBe(
    "Less than ⚡3 is not paid out. Put it in a session instead: there every sat counts.",
  );
  hud.tap("invoice/toSession");
  expect(hud.sent).toEqual([
    { type: "refund_claim", jobId: JOB },
    { type: "refund_claim", jobId: JOB, sessionId: SESSION },
  ]);
});

test("what was written for one refund is not there for the next, and an old refusal is not read again", () => {
  const hud = open();
  hud.stores.me.set({ ...hud.stores.me.get(), playSats: false });
  hud.stores.purse.set(undefined);
  const owing = { outcome: "completed", refund: "owed", owedSats: sats(200) } as const;
  hud.stores.jobs.set([job(owing), job({ ...owing, jobId: jobId("b7"), seq: seq(9) })]);
  hud.frame(1600);
  hud.tap("needs/next");
  hud.frame(300);
  hud.write("invoice/payee", "me@wallet.example");
  hud.tap("invoice/claim");
  hud.refuse("wallet_unavailable", "The wallet does not answer.");
  const seen = () => [hud.field("invoice/payee").value, hud.words("invoice/refusal")];
  const both = [seen()];
  hud.tap("needs/next");
  hud.frame(300);
  both.push(seen());
  hud.tap("needs/next");
  hud.frame(300);
  expect([...both, seen()]).toEqual([
    ["me@wallet.example", "The wallet does not answer."],
    ["", undefined],
    ["", undefined],
  ]);
});

test("with a real wallet a refund too small for Lightning is only offered to a session", () => {
  const hud = open();
  hud.stores.me.set({ ...hud.stores.me.get(), playSats: false });
  hud.stores.purse.set(undefined);
  hud.stores.jobs.set([job({ outcome: "completed", refund: "owed", owedSats: sats(2) })]);
  hud.frame(1600);
  hud.tap("needs/next");
  hud.frame(300);
  const seen = () =>
    ["words", "payee", "claim", "start", "toSession"].map((key) => hud.words(`invoice/${key}`));
  const words = "Less than ⚡3 is not paid out over Lightning. Put it in a session: there every sat counts.";
  expect(seen()).toEqual([words, undefined, undefined, "START A SESSION", undefined]);
  hud.set(session());
  expect(seen()).toEqual([words, undefined, undefined, undefined, "PUT IT IN YOUR SESSION"]);
  hud.tap("invoice/toSession");
  expect(hud.sent).toEqual([{ type: "refund_claim", jobId: JOB, sessionId: SESSION }]);
});

const OTHER = sessionId("session_other");

test("another amount is deposited in the place of one that waits, which is then given up", () => {
  const hud = open([awaited(200)]);
  hud.show();
  hud.tap("invoice/another");
  expect([hud.words("invoice"), hud.words("invoice/why")]).toEqual([
    "ANOTHER AMOUNT",
    "It takes the place of the deposit of ⚡200: that is not to be paid then.",
  ]);
  hud.tap("invoice/preset500");
  expect(hud.sent).toEqual([{ type: "session_open", amountSats: 500 }]);
  hud.answerAll();
  hud.set({ ...awaited(500), sessionId: OTHER }, awaited(200));
  expect(hud.sent.slice(1)).toEqual([{ type: "session_close", sessionId: SESSION }]);
  hud.answerAll();
  hud.set({ ...awaited(500), sessionId: OTHER });
  expect([hud.words("invoice"), hud.words("invoice/amount"), hud.sent.length]).toEqual([
    "DEPOSIT",
    "⚡500",
    2,
  ]);
});

test("another amount that is refused leaves the deposit as it was", () => {
  const hud = open([awaited(200)]);
  hud.show("deposit");
  hud.tap("invoice/preset500");
  hud.refuse("too_many_open", "You have 3 unpaid invoices.");
  const said = hud.words("invoice/refusal");
  hud.tap("invoice/back");
  hud.set(session({ sessionId: OTHER }), awaited(200));
  expect([said, hud.sent.length]).toEqual(["You have 3 unpaid invoices.", 1]);
});

test("a deposit that waits is given up, and the card then asks for one anew", () => {
  const hud = open([awaited(200)]);
  hud.show();
  hud.tap("invoice/another");
  hud.tap("invoice/giveUp");
  expect([hud.sent, hud.words("invoice/giveUp")]).toEqual([
    [{ type: "session_close", sessionId: SESSION }],
    "sending…",
  ]);
  hud.answerAll();
  hud.set();
  expect([hud.words("invoice"), hud.words("invoice/words"), hud.words("needs/next")]).toEqual([
    "SESSION",
    "Deposit ⚡100–10\u2009000 to start a session",
    "NEEDS YOU 0",
  ]);
});

test("a deposit that is paid elsewhere while another amount is thought about is a moment of joy", () => {
  const hud = open([awaited(200)]);
  hud.show("deposit");
  hud.set(session({ balanceSats: sats(200) }));
  const seen = [hud.words("invoice")];
  hud.frame(3000);
  hud.frame(16);
  expect([...seen, hud.words("invoice/balance")]).toEqual(["PAID", "ACTIVE ⚡200"]);
});

test("while a deposit waits a session is recovered by its code", () => {
  const hud = open([awaited(200)]);
  hud.show();
  hud.tap("invoice/recover");
  expect(hud.words("invoice")).toBe("RECOVER A SESSION");
  hud.tap("invoice/back");
  expect(hud.words("invoice")).toBe("DEPOSIT");
});

const PAGES: readonly (readonly [string, readonly SessionRecord[], SessionPage])[] = [
  ["deposit", [], "home"],
  ["invoice", [awaited(10_000)], "home"],
  ["last minute", [{ ...awaited(10_000), invoiceExpiresAt: timestamp(NOW + 100_000) }], "home"],
  ["another amount", [awaited(10_000)], "deposit"],
  [
    "overview",
    [session({ state: "paused", reservedSats: sats(10), expiresAt: timestamp(NOW + 60_000) })],
    "home",
  ],
  ["top-up", [session()], "topup"],
  ["close", [session()], "close"],
  ["recover", [session()], "recover"],
  ["owed", [session({ state: "closed", owedSats: sats(5), refund: "owed" })], "home"],
];
/** The room around the letters of two lines may overlap by this, in CSS pixels. */
const SLACK = 2;
const squeezed = (words: string): string => words.replace(/\s/g, "");

test.each([
  [1180, 820],
  [820, 1180],
  [390, 844],
  [360, 640],
  [844, 390],
])("at %i×%i every page fits, its targets are large enough, and it says what it draws", (width, height) => {
  const wrong: unknown[] = [];
  for (const playSats of [true, false]) {
    const hud = open([], { width, height });
    hud.stores.me.set({ ...hud.stores.me.get(), playSats });
    for (const [name, sessions, page] of PAGES) {
      patchUi(hud.hud.ui, { card: undefined });
      hud.set(...sessions);
      hud.show(page);
      const at = hud.node("invoice")?.rect;
      if (at === undefined) throw new Error(`no card for ${name}`);
      for (const [path, node] of hud.all()) {
        if (!path.startsWith("invoice/")) continue;
        const { rect, tap, role } = node;
        if (tap !== undefined && role !== "field" && (rect.width < 44 || rect.height < 44))
          wrong.push([name, "small", path, rect]);
        const isInside = rect.x >= at.x && rect.y >= at.y && rightOf(rect) <= rightOf(at);
        if (role !== "ornament" && !(isInside && bottomOf(rect) <= bottomOf(at)))
          wrong.push([name, playSats, "outside", path, rect, at]);
        for (const drawn of drawnTexts(node))
          if (drawn.endsWith("…") && wordsOf(node) !== "Recovery code")
            wrong.push([name, playSats, "cut", path, drawn]);
        for (const drawn of drawnTexts(node))
          if (!squeezed(wordsOf(node)).includes(squeezed(drawn.replace(/…$/, ""))))
            wrong.push([name, "unsaid", path, drawn]);
      }
      const nodes = (hud.node("invoice")?.children ?? []).filter(({ role }) => role !== "ornament");
      nodes.forEach((node: HudNode, index) => {
        for (const other of nodes.slice(index + 1))
          if (
            node.rect.y + SLACK < bottomOf(other.rect) &&
            other.rect.y + SLACK < bottomOf(node.rect) &&
            node.rect.x < rightOf(other.rect) &&
            other.rect.x < rightOf(node.rect)
          )
            wrong.push([name, playSats, "overlap", node.key, other.key]);
      });
    }
  }
  expect(wrong).toEqual([]);
});
