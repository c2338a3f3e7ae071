import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { SatPlace } from "../state/model.ts";
import { cometsFor, createSatFlow } from "./sat-flow.ts";

const GATE: SatPlace = { kind: "gate" };
const CORE: SatPlace = { kind: "core" };
const agent = (name: string): SatPlace => ({ kind: "agent", agentId: agentId(name) });

test("a thousand payments in one frame lose no sat, however little room there is", () => {
  const flow = createSatFlow();
  let sent = 0;
  for (let i = 0; i < 1000; i++) {
    const amount = 1 + ((i * 37) % 900);
    sent += amount;
    flow.add(
      i % 3 === 0 ? GATE : agent(`a${i % 40}`),
      i % 3 === 0 ? agent(`a${i % 40}`) : CORE,
      sats(amount),
    );
  }
  let arrived = 0;
  for (let frame = 0; flow.waitingSats > 0 && frame < 1000; frame++) {
    const launches = flow.take(16);
    expect(launches.length).toBeLessThanOrEqual(16);
    arrived += launches.reduce((sum, launch) => sum + launch.amountSats, 0);
  }
  expect([arrived, flow.waitingSats]).toEqual([sent, 0]);
});

test("one payment is a shower whose parts add up", () => {
  const flow = createSatFlow();
  flow.add(GATE, agent("alpha"), sats(500));
  expect(flow.take(10)).toEqual([
    { from: GATE, to: agent("alpha"), amountSats: 167, order: 0 },
    { from: GATE, to: agent("alpha"), amountSats: 167, order: 1 },
    { from: GATE, to: agent("alpha"), amountSats: 166, order: 2 },
  ]);
  expect(flow.take(10)).toEqual([]);
});

test("without room everything waits", () => {
  const flow = createSatFlow();
  flow.add(agent("alpha"), GATE, sats(40));
  expect([flow.take(0), flow.waitingSats]).toEqual([[], 40]);
});

test("the number of comets follows the amount's logarithm", () => {
  expect([0, 1, 9, 10, 500, 10_000, 2_100_000_000].map(cometsFor)).toEqual([0, 1, 1, 2, 3, 5, 6]);
});
