import { expect, test } from "vitest";
import { claimed, completed, invoiceRequest, placed, settled, started } from "../../job/testing/facts.ts";
import { TOWER_EXAMPLES } from "../../protocol/examples.ts";
import { agentId, jobId } from "../../protocol/ids.ts";
import { createDebuggedMatrix } from "./testing/debugged-matrix.ts";

const JOB = started().jobId;
const mindOf = ({ state }: ReturnType<typeof createDebuggedMatrix>, id: string) => {
  const view = state.agents.get().get(agentId(id));
  return view && [view.state, view.pose, view.focusTopic, view.engagement, view.budgetStress];
};

test("an agent's state is set through the inbox, and the rest of its mind stays", () => {
  const matrix = createDebuggedMatrix();
  matrix.hear({
    type: "agent_state",
    agentId: agentId("alpha"),
    state: "working",
    focusTopic: "analysis",
    engagement: 0.5,
    budgetStress: 0.25,
  });
  const { commands } = matrix;
  expect(commands.setState("alpha", { state: "deep_focus", engagement: 1 })).toEqual({
    done: true,
    said: "Taken: agent_state.",
  });
  expect(mindOf(matrix, "alpha")).toEqual(["deep_focus", "deep_focus", "analysis", 1, 0.25]);
});

test("a mind that would not be taken as it is, is refused and says why", () => {
  const { commands } = createDebuggedMatrix();
  const before = commands.agent("alpha");
  const wrong = [
    { engagement: 7 },
    { coherence: Number.NaN },
    { budgetStress: "0.5" as never },
    { state: "" },
    { state: undefined as never },
    { state: "x".repeat(500) },
    { focusTopic: "one\ntwo" },
  ];
  expect(wrong.map((mind) => commands.setState("alpha", { state: "working", ...mind }))).toEqual(
    [
      "engagement must be a number from 0 to 1.",
      "coherence must be a number from 0 to 1.",
      "budgetStress must be a number from 0 to 1.",
      "state is missing: say one, such as idle.",
      "state is missing: say one, such as idle.",
      "state and focusTopic must each be a short text on one line.",
      "state and focusTopic must each be a short text on one line.",
    ].map((said) => ({ done: false, said })),
  );
  expect([commands.agent("alpha"), commands.isTouched()]).toEqual([before, false]);
});

test("an empty topic lets go of the one there is", () => {
  const { commands } = createDebuggedMatrix();
  commands.setState("alpha", { state: "working", focusTopic: "analysis" });
  expect(commands.setState("alpha", { state: "working", focusTopic: "" }).done).toBe(true);
  expect(commands.agent("alpha")?.focusTopic).toBeUndefined();
});

test("nobody's state is not set", () => {
  const { commands } = createDebuggedMatrix();
  expect(commands.setState("nobody", { state: "idle" })).toEqual({
    done: false,
    said: 'There is no agent "nobody".',
  });
  expect(commands.isTouched()).toBe(false);
});

test("what had to be left out of a message is said", () => {
  const { commands } = createDebuggedMatrix();
  const greeting = { ...TOWER_EXAMPLES.connection, agents: [7] };
  expect(commands.inject(JSON.stringify(greeting))).toEqual({
    done: true,
    said: 'Taken: connection. "connection" came without 1 of its 1 agents: it must be an object.',
  });
});

test("a message is injected through the decoder, older towers' spellings included", () => {
  const { commands, state } = createDebuggedMatrix();
  expect(
    commands.inject(
      '{"type":"agent_joined","agent_id":"omega","label":"Omega","role":"guest","color":"#ff00ff"}',
    ),
  ).toEqual({ done: true, said: "Taken: agent_joined." });
  expect(state.agents.get().get(agentId("omega"))?.label).toBe("Omega");
});

test("says why a message is not taken", () => {
  const { commands, snapshots } = createDebuggedMatrix();
  expect([
    commands.inject("no JSON"),
    commands.inject('{"type":"from_the_future"}'),
    commands.inject('{"type":"agent_left"}'),
  ]).toEqual([
    { done: false, said: "The frame is not JSON." },
    { done: false, said: "This page passes over messages of type from_the_future." },
    { done: false, said: '"agent_left" was not understood: agentId is missing.' },
  ]);
  expect([commands.isTouched(), snapshots()]).toEqual([false, 0]);
});

test("says when the chart forbids a fact", () => {
  const { commands, hear, snapshots } = createDebuggedMatrix();
  hear(started());
  expect(commands.inject(JSON.stringify({ ...claimed(5), seq: 2 }))).toEqual({
    done: false,
    said: "The chart forbids this refund_claimed now: the page asks the tower for everything.",
  });
  expect(snapshots()).toBe(1);
});

test("the tower's word stands again after restoring, which is asked for once", () => {
  const { commands, snapshots } = createDebuggedMatrix();
  commands.restore();
  expect(snapshots()).toBe(0);
  commands.setState("alpha", { state: "offline" });
  expect(commands.isTouched()).toBe(true);
  commands.restore();
  commands.restore();
  expect([snapshots(), commands.isTouched()]).toEqual([1, false]);
});

test("reports an agent with where its job stands and the step that led there", () => {
  const { commands, hear } = createDebuggedMatrix();
  hear({ type: "agent_state", agentId: agentId("alpha"), state: "idle" });
  hear(started(), ...placed([invoiceRequest("eval"), settled("eval")]));
  expect(commands.agent("alpha")).toEqual({
    id: "alpha",
    label: "Alpha",
    state: "idle",
    pose: "thinking",
    focusTopic: undefined,
    engagement: 0,
    coherence: 1,
    budgetStress: 0,
    openJobs: 1,
    job: {
      jobId: JOB,
      agentId: "alpha",
      phase: "evaluating",
      refund: "none",
      why: "The agent is working out whether it can do this, and for how much.",
      last: {
        event: "invoice_settled",
        seq: 3,
        fields: { invoiceType: "eval", amountSats: 10, onTime: true },
        moves: [{ region: "work", from: "awaiting_eval_payment", to: "evaluating", guard: "paysEval" }],
      },
    },
  });
  expect(commands.agents().map(({ id }) => id)).toContain("alpha");
  expect(commands.agent("nobody")).toBeUndefined();
});

test("an agent's chart is that of the job it is busy with, else of its last; without an agent, of the newest", () => {
  const { commands, hear } = createDebuggedMatrix();
  expect(commands.jobOf(undefined)).toBeUndefined();
  hear(started(), { ...started(), jobId: jobId("b"), agentId: agentId("beta"), seq: 2 as never });
  expect([commands.jobOf(undefined)?.jobId, commands.jobOf("alpha")?.jobId]).toEqual(["b", JOB]);
  hear({ ...completed("cancelled"), seq: 3 as never });
  expect(commands.jobOf("alpha")?.phase).toBe("closed");
  expect(commands.jobOf("gamma")).toBeUndefined();
});
