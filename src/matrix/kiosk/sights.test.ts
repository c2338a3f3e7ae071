import { expect, test } from "vitest";
import { GESTURES, POSES } from "../../job/pose.ts";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { Cue, SatPlace } from "../state/model.ts";
import { sightOfAgent, sightOfCue } from "./sights.ts";

const alpha = agentId("alpha");
const CORE: SatPlace = { kind: "core" };
const GATE: SatPlace = { kind: "gate" };
const AGENT: SatPlace = { kind: "agent", agentId: alpha };

test("sats that come to an agent are a payment, those that go back to the gate a refund", () => {
  const flow = (from: SatPlace, to: SatPlace): Cue => ({ kind: "sats", from, to, amountSats: sats(10) });
  expect(
    [flow(GATE, AGENT), flow(CORE, AGENT), flow(AGENT, GATE), flow(AGENT, CORE)].map(sightOfCue),
  ).toEqual([
    { kind: "payment", agentId: alpha },
    { kind: "payment", agentId: alpha },
    { kind: "refund", agentId: alpha },
    undefined,
  ]);
});

test("of gestures the end of work is looked at, of poses those in which something goes on", () => {
  expect(GESTURES.map((gesture) => sightOfCue({ kind: "gesture", agentId: alpha, gesture })?.kind)).toEqual([
    undefined,
    "done",
    "refused",
    undefined,
  ]);
  expect(Object.fromEntries(POSES.map((pose) => [pose, sightOfAgent({ id: alpha, pose })?.kind]))).toEqual({
    idle: undefined,
    waiting: undefined,
    thinking: "thinking",
    working: "working",
    offering: "offering",
    deep_focus: "focused",
    asleep: undefined,
  });
});
