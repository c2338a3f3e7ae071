import { afterEach, expect, test } from "vitest";
import { agentId, ownerId } from "../../../protocol/ids.ts";
import { wordsOf } from "../kit/node.ts";
import { JOB, offered } from "../testing/fake-state.ts";
import { createNullHud } from "../testing/null-hud.ts";

let ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended) end();
  ended = [];
});

/** A HUD with the card of an agent open whose work somebody else is to pay. */
function open(role: "operator" | "visitor", size = { width: 1180, height: 820 }) {
  const hud = createNullHud(size);
  ended.push(hud.end);
  hud.stores.me.set({ ...hud.stores.me.get(), role });
  hud.stores.jobs.set([{ ...offered(), ownerId: ownerId("somebody") }]);
  hud.selection.set(agentId("alpha"));
  hud.frame();
  hud.frame(300);
  const words = () => {
    const node = hud.node("agent/treasury");
    return node && wordsOf(node);
  };
  return { ...hud, words };
}

test("an operator pays from the treasury by two taps: not by one, not by a double tap, not by one long after", () => {
  const hud = open("operator");
  const seen = [hud.words()];
  hud.tap("agent/treasury");
  seen.push(hud.words());
  hud.tap("agent/treasury");
  hud.frame(6000);
  seen.push(hud.words());
  hud.tap("agent/treasury");
  hud.frame(600);
  expect([seen, hud.sent]).toEqual([
    ["PAY ⚡500 FROM THE TREASURY", "TAP AGAIN: ⚡500 OF THE TREASURY", "PAY ⚡500 FROM THE TREASURY"],
    [],
  ]);
  hud.tap("agent/treasury");
  hud.tap("agent/treasury");
  expect(hud.sent).toEqual([{ type: "pay_invoice", jobId: JOB, invoiceType: "work", from: "treasury" }]);
  expect(hud.words()).toBe("sending…");
});

test("nobody else is offered the treasury, and nothing that is paid is offered to it", () => {
  const hud = open("visitor");
  const seen = [hud.words()];
  hud.stores.me.set({ ...hud.stores.me.get(), role: "operator" });
  hud.stores.jobs.set([]);
  hud.frame(1600);
  seen.push(hud.words());
  expect(seen).toEqual([undefined, undefined]);
});

test.each([
  [1180, 820],
  [390, 844],
])("at %i×%i the offer stands below the card's other buttons", (width, height) => {
  const hud = open("operator", { width, height });
  const card = hud.node("agent");
  const others = ["ask", "pause"].map((key) => hud.node(`agent/${key}`)?.rect.y ?? Number.NaN);
  const y = hud.node("agent/treasury")?.rect.y ?? Number.NaN;
  expect(others.map((other) => other + 44 <= y)).toEqual([true, true]);
  expect(y + 44).toBeLessThanOrEqual((card?.rect.y ?? 0) + (card?.rect.height ?? 0));
});
