import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { createCueQueue } from "./cue-queue.ts";
import type { Cue, SatPlace } from "./model.ts";

const GATE: SatPlace = { kind: "gate" };
const CORE: SatPlace = { kind: "core" };
const at = (id: string): SatPlace => ({ kind: "agent", agentId: agentId(id) });
const moves = (from: SatPlace, to: SatPlace, amount: number): Cue => ({
  kind: "sats",
  from,
  to,
  amountSats: sats(amount),
});
const does = (id: string, gesture: "accept" | "celebrate"): Cue => ({
  kind: "gesture",
  agentId: agentId(id),
  gesture,
});

test("sats on one way are added up; ways are kept apart, also when an agent is called like a place", () => {
  const queue = createCueQueue();
  queue.add(moves(GATE, at("core"), 3));
  queue.add(moves(GATE, at("core"), 4));
  queue.add(moves(GATE, CORE, 5));
  queue.add(moves(at("core"), GATE, 6));
  expect(queue.take()).toEqual([
    { ...moves(GATE, at("core"), 7), movements: 2 },
    moves(GATE, CORE, 5),
    moves(at("core"), GATE, 6),
  ]);
  expect(queue.take()).toEqual([]);
});

test("a sum that would not be exact is told in two", () => {
  const queue = createCueQueue();
  queue.add(moves(GATE, CORE, Number.MAX_SAFE_INTEGER));
  queue.add(moves(GATE, CORE, 1));
  queue.add(moves(GATE, CORE, 1));
  expect(queue.take()).toEqual([
    moves(GATE, CORE, Number.MAX_SAFE_INTEGER),
    { ...moves(GATE, CORE, 2), movements: 2 },
  ]);
});

test("of gestures the newest of each agent is told, in the order in which they came", () => {
  const queue = createCueQueue();
  queue.add(does("alpha", "accept"));
  queue.add(does("beta", "accept"));
  queue.add(does("alpha", "celebrate"));
  expect(queue.take()).toEqual([does("beta", "accept"), does("alpha", "celebrate")]);
});
