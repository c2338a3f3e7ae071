import { test } from "vitest";
import { completed, invoiceRequest, settled, started } from "../../job/testing/facts.ts";
import { decodeTowerMessage, encode } from "../../protocol/codec.ts";
import type { Fact } from "../../protocol/facts.ts";
import { agentId, jobId, seq, timestamp } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import { createMatrix } from "./inbox.ts";

const BATCH = 1_000;
const SWARMS = [1_000, 10_000];

/** One batch of frames is decoded, validated, applied and told; readers look at what changed. */
function reading(frames: readonly string[], prepare: readonly TowerMessage[] = []) {
  const { state, inbox } = createMatrix({ schedule: () => () => {}, onMisfit: () => misfit() });
  for (const message of prepare) inbox.apply(message, { live: true });
  return () => {
    for (const frame of frames) {
      const decoded = decodeTowerMessage(frame);
      if (decoded.kind !== "message") throw new Error(`not a message: ${frame}`);
      inbox.apply(decoded.message, { live: true });
    }
    state.agents.get();
    state.jobs.get();
    state.chat.get();
  };
}

function misfit(): never {
  throw new Error("a fact of the benchmark did not fit");
}

const joined = (agents: number): readonly Fact[] =>
  Array.from({ length: agents }, (_, n) => ({
    type: "agent_joined",
    agentId: agentId(`agent-${n}`),
    label: `Agent ${n}`,
    role: "worker",
    color: "#7dffb0",
    x: n % 30,
    z: n % 31,
  }));

const values = (agents: number) =>
  Array.from({ length: BATCH }, (_, n) =>
    encode({
      type: "agent_state",
      agentId: agentId(`agent-${(n * 7_919) % agents}`),
      state: "working",
      focusTopic: "sentiment",
      engagement: (n % 100) / 100,
      coherence: 0.85,
      budgetStress: 0.24,
    }),
  );

/** Whole jobs one after the other, each of six facts. */
function jobFrames(): readonly string[] {
  const life = [
    started(),
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work"),
    completed("completed"),
  ];
  return Array.from({ length: BATCH }, (_, n) => {
    const fact = life[n % life.length] ?? started();
    return encode({
      ...fact,
      jobId: jobId(`job-${Math.floor(n / life.length)}`),
      seq: seq(n + 1),
      at: timestamp(n),
    });
  });
}

// One run is a batch: runs a second times its size is messages a second.
test(`current values, ${BATCH} a run: decode, validate and apply`, async ({ bench }) => {
  await bench.compare(
    ...SWARMS.map((agents) => bench(`of ${agents} agents`, reading(values(agents), joined(agents)))),
    {},
  );
});

test(`facts of whole jobs, an actor each, ${BATCH} a run`, async ({ bench }) => {
  const frames = jobFrames();
  await bench("decode, validate and apply", () => reading(frames)()).run();
});
