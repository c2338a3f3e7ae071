import { afterEach, expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { patchUi, type Ui } from "./context.ts";
import { drawnTexts, type HudNode, wordsOf } from "./kit/node.ts";
import { bottomOf, rightOf } from "./kit/rect.ts";
import type { FakeElement } from "./testing/fake-dom.ts";
import { agentsOf, invoice, JOB, job, OFFERED_CHAT, offered } from "./testing/fake-state.ts";
import { createNullHud } from "./testing/null-hud.ts";

let ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended) end();
  ended = [];
});

/** A HUD that is disposed after the test, with a job that waits for its work invoice, one frame drawn. */
function open(size?: { width: number; height: number }) {
  const hud = createNullHud(size);
  ended.push(hud.end);
  hud.stores.jobs.set([offered()]);
  hud.stores.chat.set(OFFERED_CHAT);
  hud.frame();
  hud.frame(16);
  return hud;
}

const squeezed = (words: string): string => words.replace(/\s/g, "");

test("the twin says what is drawn, in the same order and place", () => {
  const hud = open();
  const said: [path: string, words: string, left: number, top: number][] = [];
  function read(element: FakeElement, left: number, top: number): void {
    const x = left + (Number.parseFloat(element.style["left"] ?? "") || 0);
    const y = top + (Number.parseFloat(element.style["top"] ?? "") || 0);
    const path = element.dataset["hud"];
    if (path !== undefined) {
      const own = element.nodes.find((node) => !("tagName" in node))?.textContent ?? "";
      const named = path === "chat/field/text" ? hud.field() : element;
      said.push([path, own === "" ? (named.getAttribute("aria-label") ?? "") : own, x, y]);
    }
    for (const child of element.elements) read(child, x, y);
  }
  for (const child of hud.document.elements) read(child, 0, 0);
  const shown = hud
    .all()
    .filter(([, node]) => node.role !== "ornament")
    .map(([path, node]) => [path, wordsOf(node), node.rect.x, node.rect.y]);
  expect(said).toEqual(shown);
  expect(shown.length).toBeGreaterThan(30);
});

test("what a node says contains every word it draws, whole or cut short", () => {
  const hud = open();
  const wrong: unknown[] = [];
  function check(path: string, node: HudNode): void {
    const said = squeezed(wordsOf(node));
    for (const drawn of drawnTexts(node)) {
      if (!said.includes(squeezed(drawn.replace(/…$/, "")))) wrong.push([path, said, drawn]);
    }
  }
  for (const card of [undefined, { kind: "invoice", jobId: JOB, invoiceType: "work" } as const]) {
    hud.selection.set(agentId("alpha"));
    patchUi(hud.hud.ui, { card });
    hud.frame(16);
    for (const [path, node] of hud.all()) check(path, node);
  }
  expect(wrong).toEqual([]);
});

test("every text that is drawn reaches the canvas", () => {
  const hud = open();
  const texts = hud.takeTexts();
  const missing = hud
    .all()
    .flatMap(([path, node]) => drawnTexts(node).map((words) => [path, words] as const))
    .filter(([, words]) => !texts.includes(words));
  expect(missing).toEqual([]);
});

test.each([
  [1180, 820],
  [820, 1180],
  [390, 844],
  [360, 640],
  [844, 390],
])("at %i×%i every target is at least 44 by 44 and on the screen", (width, height) => {
  const hud = open({ width, height });
  hud.selection.set(agentId("alpha"));
  const wrong: unknown[] = [];
  const changes: readonly Partial<Ui>[] = [
    { chatHeight: "entry" },
    { chatHeight: "half" },
    { chatHeight: "full" },
    { sheet: "agents" },
    { sheet: "economy" },
    { sheet: undefined, card: { kind: "invoice", jobId: JOB, invoiceType: "work" } },
  ];
  for (const change of changes) {
    patchUi(hud.hud.ui, change);
    hud.frame(16);
    hud.frame(16);
    for (const [path, { tap, rect, role }] of hud.all()) {
      if (tap === undefined || role === "field") continue;
      if (rect.width < 44 || rect.height < 44) wrong.push(["small", path, rect]);
      const isInList = path.includes("/row");
      if (rect.x < 0 || rightOf(rect) > width) wrong.push(["aside", path, rect, change]);
      if (!isInList && (rect.y < 0 || bottomOf(rect) > height))
        wrong.push(["above or below", path, rect, change]);
    }
  }
  expect(wrong).toEqual([]);
});

test("a tap on PAY in the chat sends the intent once and says that it is on its way", () => {
  const hud = open();
  const path = hud.all().find(([at]) => at.endsWith("/pay_work"))?.[0] ?? "";
  hud.tap(path);
  expect(hud.sent, "a tap meant for what stood here before pays nothing").toEqual([]);
  hud.frame(1000);
  hud.tap(path);
  hud.tap(path);
  expect(hud.sent).toEqual([{ type: "pay_invoice", jobId: JOB, invoiceType: "work" }]);
  expect(wordsOf(hud.node(path) as HudNode)).toBe("sending…");
});

test("a button works by keyboard through its twin", () => {
  const hud = open();
  const path = hud.all().find(([at]) => at.endsWith("/pay_work"))?.[0] ?? "";
  hud.element(path).dispatch("click");
  expect(hud.sent).toEqual([{ type: "pay_invoice", jobId: JOB, invoiceType: "work" }]);
});

test("the focus ring is drawn where the twin has the focus", () => {
  const hud = open();
  const before = hud.uploads();
  hud.element("needs/next").focus();
  hud.frame(16);
  expect(hud.uploads()).toBe(before + 1);
});

test("without enough in the purse PAY opens the card, which gets play sats first", () => {
  const hud = open();
  hud.stores.purse.set({ balanceSats: sats(3), faucetLeftSats: sats(5000) });
  hud.frame(1000);
  hud.tap(hud.all().find(([at]) => at.endsWith("/pay_work"))?.[0] ?? "");
  expect(hud.sent).toEqual([]);
  hud.tap("invoice/topup");
  expect(hud.sent).toEqual([{ type: "purse_topup" }]);
  hud.answerAll();
  hud.stores.purse.set({ balanceSats: sats(5003), faucetLeftSats: sats(0) });
  hud.frame(1000);
  hud.tap("invoice/pay");
  expect(hud.sent.at(-1)).toEqual({ type: "pay_invoice", jobId: JOB, invoiceType: "work" });
});

test("with a real wallet the card has a real link and no play sats are mentioned", () => {
  const hud = open();
  hud.stores.me.set({ ...hud.stores.me.get(), playSats: false });
  hud.stores.purse.set(undefined);
  hud.frame(1000);
  hud.tap("needs/next");
  hud.frame(16);
  const link = hud.element("invoice/open");
  expect([link.tagName, link.getAttribute("href")?.slice(0, 16), link.style["pointerEvents"]]).toEqual([
    "a",
    "lightning:lnbcrt",
    "auto",
  ]);
  expect(hud.all().filter(([, node]) => /play|purse/i.test(wordsOf(node)))).toEqual([]);
});

test("the card follows the invoice: new, paying, paid, and then it closes", () => {
  const hud = open();
  hud.tap("needs/next");
  const title = (): string | undefined => {
    const node = hud.node("invoice");
    return node && wordsOf(node);
  };
  const seen = [title()];
  hud.tap("invoice/pay");
  seen.push(wordsOf(hud.node("invoice/pay") as HudNode));
  hud.answerAll();
  hud.stores.jobs.set([
    job({
      phase: "executing",
      evalInvoice: invoice("eval", 10, "settled"),
      workInvoice: invoice("work", 500, "settled"),
    }),
  ]);
  hud.frame(1000);
  seen.push(title());
  hud.frame(3000);
  hud.frame(16);
  seen.push(title());
  expect(seen).toEqual(["WORK INVOICE", "paying…", "PAID", undefined]);
});

test("with a real wallet the card says how a refund is claimed", () => {
  const hud = open();
  hud.stores.me.set({ ...hud.stores.me.get(), playSats: false });
  hud.stores.jobs.set([job({ refund: "owed", outcome: "completed", owedSats: sats(83) })]);
  hud.frame(300);
  hud.tap("needs/next");
  hud.frame(300);
  const said = hud
    .all()
    .filter(([path]) => path.startsWith("invoice/"))
    .map(([, node]) => wordsOf(node));
  expect(said.join(" ")).toContain("invoice for exactly ⚡83");
  const invoiceText = invoice("work", 83, "open").paymentRequest ?? "";
  const written = ["somebody", "me@wallet.example", ` lightning:${invoiceText.toUpperCase()}\n`];
  for (const text of written) {
    hud.write("invoice/payee", text);
    hud.tap("invoice/claim");
    hud.answerAll();
    hud.frame(300);
  }
  expect(hud.sent).toEqual([
    { type: "refund_claim", jobId: JOB, lightningAddress: "me@wallet.example" },
    { type: "refund_claim", jobId: JOB, paymentRequest: invoiceText },
  ]);
});

test("a refund is claimed from the list of what needs the person", () => {
  const hud = open();
  hud.stores.jobs.set([
    job({
      outcome: "completed",
      refund: "owed",
      owedSats: sats(214),
      evalInvoice: invoice("eval", 10, "settled"),
      workInvoice: invoice("work", 500, "settled"),
    }),
  ]);
  hud.frame(1000);
  expect(wordsOf(hud.node("needs/next") as HudNode)).toBe("NEEDS YOU 1 claim ⚡214");
  hud.tap("needs/next");
  hud.tap("invoice/claim");
  expect(hud.sent).toEqual([{ type: "refund_claim", jobId: JOB }]);
});

test("a frame in which nothing changed uploads nothing", () => {
  const hud = open();
  hud.frame(1000);
  const before = hud.uploads();
  for (let frame = 0; frame < 100; frame++) hud.frame(16);
  expect(hud.uploads()).toBe(before);
});

test("incoming data is shown at most five times a second, a person's own touch at once", () => {
  const hud = open();
  hud.frame(1000);
  const before = hud.uploads();
  let text = "";
  for (let frame = 0; frame < 60; frame++) {
    text += "word ";
    hud.stores.chat.set([
      ...OFFERED_CHAT,
      { id: "writing", jobId: JOB, speaker: { kind: "agent", agentId: agentId("alpha") }, text },
    ]);
    hud.frame(1000 / 60);
  }
  const during = hud.uploads() - before;
  expect(during).toBeGreaterThanOrEqual(4);
  expect(during).toBeLessThanOrEqual(5);
  const beforeTap = hud.uploads();
  hud.tap("agents/list/row1/agent");
  expect(hud.uploads()).toBeGreaterThan(beforeTap);
  expect(hud.selection.get()).toBe("alpha");
});

test("ten thousand agents are twenty rows, used again while the list scrolls", () => {
  const hud = open();
  hud.stores.agents.set(agentsOf(10_000));
  hud.stores.agentCount.set(10_000);
  hud.frame(1000);
  const rows = () => hud.all().filter(([path]) => /^agents\/list\/row\d+$/.test(path));
  const controls = () =>
    hud.scene.textures.flatMap((texture) =>
      "getDescendants" in texture
        ? (texture as unknown as { getDescendants(): unknown[] }).getDescendants()
        : [],
    );
  const first = new Set(controls());
  const elements = rows().map(([path]) => hud.element(path));
  expect(rows().length).toBeLessThanOrEqual(20);
  hud.canvas.dispatch("wheel", { clientX: 100, clientY: 500, deltaY: 44 * 5000, deltaMode: 0 });
  hud.frame(16);
  expect(wordsOf(hud.node("agents/list/row0/agent") as HudNode)).toBe("Agent 5000 idle");
  expect(controls().filter((control) => !first.has(control))).toEqual([]);
  expect(rows().map(([path]) => hud.element(path))).toEqual(elements);
  expect(hud.element("agents/list/row0").getAttribute("aria-posinset")).toBe("5001");
});

test("offline keeps the last figures and says when it tries again", () => {
  const hud = open();
  hud.stores.link.set({
    status: "offline",
    reason: "The tower closed the connection.",
    retryAt: 1_800_000_007_000,
  });
  hud.frame(1000);
  const words = (path: string): string => wordsOf(hud.node(path) as HudNode);
  expect([words("status/link"), words("status/counts"), words("economy/balance")]).toEqual([
    "OFFLINE",
    "next try in 6 s",
    "BALANCE ⚡15\u2009420",
  ]);
});

test("a point over a panel is the HUD's, a point in the middle is the world's", () => {
  const { hud } = open();
  expect([hud.contains(100, 100), hud.contains(1000, 400), hud.contains(560, 400)]).toEqual([
    true,
    true,
    false,
  ]);
});

test("a kiosk looks and has nothing to write with", () => {
  const hud = open();
  hud.stores.me.set({ role: "kiosk", ownerId: undefined, playSats: true });
  hud.frame(1000);
  hud.frame(16);
  expect(hud.all().filter(([path]) => /chat\/(field|send|asked)|pay_work/.test(path))).toEqual([]);
});

test("a refusal is shown, said, and gone after a while", () => {
  const hud = open();
  hud.stores.notices.set([{ id: "n1", code: "purse_empty", message: "The purse is empty." }]);
  hud.frame(16);
  const live = hud.document.elements[0]?.elements[0]?.elements[0];
  expect([wordsOf(hud.node("notices/dismiss") as HudNode), live?.textContent]).toEqual([
    "The purse is empty.",
    "The purse is empty.",
  ]);
  hud.frame(9000);
  expect(hud.node("notices")).toBeUndefined();
});

test("dispose leaves nothing behind", async () => {
  const hud = createNullHud();
  hud.stores.jobs.set([offered()]);
  hud.frame();
  hud.tap("needs/next");
  expect(hud.observers()).not.toEqual(hud.before);
  hud.hud.dispose();
  // Babylon takes removed observers off its lists in a later task.
  await new Promise((resolve) => setTimeout(resolve));
  expect(hud.observers()).toEqual(hud.before);
  hud.scene.dispose();
});

test("Escape goes back one step at a time: the list of whom to ask, a card, the picked agent", () => {
  const hud = open();
  const pressEscape = () => {
    hud.document.dispatch("keydown", { key: "Escape" });
    hud.frame(300);
  };
  const opened = () => [hud.hud.ui.get().isChoosingAgent, hud.hud.ui.get().card?.kind, hud.selection.get()];
  hud.selection.set(agentId("alpha"));
  hud.hud.ui.set({ ...hud.hud.ui.get(), isChoosingAgent: true, card: { kind: "refund", jobId: JOB } });
  const seen = [opened()];
  for (let presses = 0; presses < 3; presses += 1) {
    pressEscape();
    seen.push(opened());
  }
  expect(seen).toEqual([
    [true, "refund", "alpha"],
    [false, "refund", "alpha"],
    [false, undefined, "alpha"],
    [false, undefined, undefined],
  ]);
});

test("the card of an agent says what of its last job waits to be claimed back", () => {
  const hud = open();
  hud.stores.jobs.set([job({ refund: "owed", outcome: "completed", owedSats: sats(83) })]);
  hud.selection.set(agentId("alpha"));
  hud.frame(1000);
  expect(hud.node("agent/job")?.label).toBe("⚡83 of your last job waits to be claimed back.");
});

test.each([390, 360])("at %i px the card of an agent says in full what its job waits for", (width) => {
  const hud = createNullHud({ width, height: 844 });
  ended.push(hud.end);
  hud.stores.me.set({ ...hud.stores.me.get(), role: "operator" });
  const alpha = hud.stores.agents.get().get(agentId("alpha"));
  if (alpha === undefined) throw new Error("There is no alpha.");
  const waiting = job({ phase: "awaiting_work_payment", workInvoice: invoice("work", 10_000, "open") });
  hud.stores.agents.set(
    new Map([...hud.stores.agents.get(), [alpha.id, { ...alpha, job: waiting, openJobs: 12 }]]),
  );
  hud.selection.set(alpha.id);
  hud.frame(1000);
  hud.frame(16);
  const said = hud.node("agent/job") as HudNode;
  expect(drawnTexts(said).join(" ")).toBe(`${waiting.why} ⚡10\u2009000 · 12 jobs`);
  const above = said.marks?.at(-2);
  expect(above?.kind === "text" && above.y + 8).toBeLessThanOrEqual(hud.node("agent/ask")?.rect.y ?? 0);
});
