import { expect, test } from "vitest";
import { sats } from "../../protocol/units.ts";
import { followSession } from "./session-news.ts";
import { awaited, createFakeState, session } from "./testing/fake-state.ts";

test("what becomes of a session is said once, while live, and nothing of one that was never here", () => {
  const { state, stores, setSessions } = createFakeState();
  const said: string[] = [];
  const undo = followSession({ state, announce: (sentence) => said.push(sentence) });
  setSessions(awaited(500));
  setSessions(session({ balanceSats: sats(500) }));
  setSessions(session({ balanceSats: sats(300) }));
  setSessions(session({ state: "paused", balanceSats: sats(12) }));
  stores.link.set({ status: "catching_up" });
  setSessions(session());
  stores.link.set({ status: "live" });
  setSessions(session({ state: "expired" }));
  undo();
  setSessions(session());
  expect(said).toEqual([
    "Your session is active: ⚡500.",
    "Your session is paused at ⚡12: top it up to go on.",
    "Your session has ended.",
  ]);
});
