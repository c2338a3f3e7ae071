import { describe, expect, test } from "vitest";
import { decodeTowerMessage } from "./codec.ts";
import { normalise } from "./dialects.ts";
import { TOWER_EXAMPLES } from "./examples.ts";

const TIMMY = {
  agentId: "timmy",
  label: "Timmy",
  role: "steward",
  color: "#7dffb0",
  direction: 180,
  x: 0,
  z: -2,
};
const connection = (agents: unknown) => ({ type: "connection", status: "connected", agents });
const joined = (definition: object) => ({ type: "agent_joined", ...definition });
const job = {
  jobId: "j1",
  agentId: "alpha",
  funding: "invoice",
  refund: "none",
  seq: 4,
  owedSats: 0,
  paidBackSats: 0,
};
const snapshot = (jobs: unknown) => ({ type: "snapshot_part", part: 0, last: true, jobs });

/** What an older tower sends, and what it means today. */
const DIALECTS: readonly (readonly [what: string, older: object, today: object])[] = [
  // Spelling.
  ["snake_case fields", { type: "agent_left", agent_id: "alpha" }, { type: "agent_left", agentId: "alpha" }],
  [
    "snake_case fields of a nested record",
    {
      type: "invoice_request",
      job_id: "j1",
      invoice_type: "work",
      amount_sats: 500,
      price: {
        input_tokens: 1,
        output_tokens: 2,
        model_micro_usd: 3,
        infrastructure_micro_usd: 4,
        margin_percent: 40,
        btc_price_usd: 5,
      },
    },
    {
      type: "invoice_request",
      jobId: "j1",
      invoiceType: "work",
      amountSats: 500,
      price: {
        inputTokens: 1,
        outputTokens: 2,
        modelMicroUsd: 3,
        infrastructureMicroUsd: 4,
        marginPercent: 40,
        btcPriceUsd: 5,
      },
    },
  ],
  [
    "both spellings: today's counts",
    { type: "agent_left", agent_id: "beta", agentId: "alpha" },
    { type: "agent_left", agentId: "alpha" },
  ],
  [
    "both spellings, today's null",
    { type: "agent_left", agent_id: "beta", agentId: null },
    { type: "agent_left", agentId: "beta" },
  ],
  [
    "null for what is not there",
    { type: "job_completed", jobId: "j1", agentId: null, result: "done", error: null, refundSats: null },
    { type: "job_completed", jobId: "j1", result: "done", outcome: "completed", refundSats: 0 },
  ],
  [
    "a field that an object inherits",
    { type: "agent_left", agent_id: "a", to_string: 1, constructor: 2 },
    { type: "agent_left", agentId: "a" },
  ],
  ...(
    [
      ["2026-03-18T12:00:00Z", "2026-03-18T12:00:00.000Z"],
      ["2026-03-18T12:00:00.123456+00:00", "2026-03-18T12:00:00.123Z"],
      ["2026-03-18 14:00:00.5+0200", "2026-03-18T12:00:00.500Z"],
      ["2026-03-18T12:00:00.25", "2026-03-18T12:00:00.250Z"],
      ["2026-03-18T12:00:00+0000", "2026-03-18T12:00:00.000Z"],
    ] as const
  ).map(
    ([older, today]) =>
      [
        `the time ${older}`,
        { type: "invoice_request", jobId: "j1", invoiceType: "eval", amountSats: 10, expires_at: older },
        { type: "invoice_request", jobId: "j1", invoiceType: "eval", amountSats: 10, expiresAt: today },
      ] as const,
  ),

  // Agents.
  ["only an id", connection([{ id: "timmy" }]), connection([{ ...TIMMY, state: "idle" }])],
  ["a bare id", connection(["timmy"]), connection([{ ...TIMMY, state: "idle" }])],
  ["agents by id", connection({ timmy: { status: "active" } }), connection([{ ...TIMMY, state: "active" }])],
  [
    "an agent of its own, with the plan's fields",
    connection([{ id: "echo", color: 0x00ff88, role: "research", x: 3, z: -4, direction: "north" }]),
    connection([
      {
        agentId: "echo",
        label: "Echo",
        role: "research",
        color: "#00ff88",
        direction: 0,
        x: 3,
        z: -4,
        state: "idle",
      },
    ]),
  ],
  [
    "an agent known by nothing but its id",
    connection([{ id: "echo", label: "", color: "greenish", direction: "up" }]),
    connection([{ agentId: "echo", label: "Echo", role: "agent", color: "#7dffb0", state: "idle" }]),
  ],
  [
    "an agent's mind in words",
    connection([
      { id: "timmy", state: "working", engagement: "deep", mood: "settled", focus_topic: "review" },
    ]),
    connection([{ ...TIMMY, state: "working", focusTopic: "review", engagement: 0.9, coherence: 0.95 }]),
  ],
  ["a joined agent, nested", joined({ agent: { id: "timmy" } }), joined(TIMMY)],
  ["a joined agent, nested as its id", joined({ agent: "timmy" }), joined(TIMMY)],
  [
    "a joined agent, flat",
    joined({
      agent_id: "echo",
      name: "Echo the researcher of all",
      role: "r".repeat(40),
      color: "0xabc",
      position: { x: 1, z: 2 },
    }),
    joined({
      agentId: "echo",
      label: "Echo the researcher of…",
      role: `${"r".repeat(31)}…`,
      color: "#aabbcc",
      x: 1,
      z: 2,
    }),
  ],
  [
    "a joined agent with its place in the log",
    joined({ seq: 3, prev: 2, agent: { id: "timmy", seq: 99 } }),
    joined({ seq: 3, prev: 2, ...TIMMY }),
  ],
  [
    "an agent that left, as id",
    { type: "agent_left", id: "alpha" },
    { type: "agent_left", agentId: "alpha" },
  ],
  [
    "an agent that left, nested",
    { type: "agent_left", agent: { id: "alpha" } },
    { type: "agent_left", agentId: "alpha" },
  ],

  // Minds.
  [
    "the plan's cognitive state",
    { type: "agent_state", agentId: "timmy", state: "deep_focus", engagement: 0.9, coherence: 0.85 },
    { type: "agent_state", agentId: "timmy", state: "deep_focus", engagement: 0.9, coherence: 0.85 },
  ],
  ...(
    [
      ["idle", "curious", { state: "idle", engagement: 0, coherence: 0.8 }],
      ["surface", "settled", { state: "active", engagement: 0.4, coherence: 0.95 }],
      ["deep", "hesitant", { state: "deep_focus", engagement: 0.9, coherence: 0.35 }],
      ["deep", "energized", { state: "deep_focus", engagement: 0.9, coherence: 0.7 }],
      ["elsewhere", "whimsical", { state: "idle" }],
    ] as const
  ).map(
    ([engagement, mood, mind]) =>
      [
        `the later cognitive state, ${engagement} and ${mood}`,
        { type: "agent_state", id: "timmy", focus_topic: "review", engagement, mood },
        { type: "agent_state", agentId: "timmy", focusTopic: "review", ...mind },
      ] as const,
  ),
  [
    "a coherence that is said counts more than a mood",
    { type: "agent_state", agentId: "timmy", state: "active", mood: "hesitant", coherence: 0.6 },
    { type: "agent_state", agentId: "timmy", state: "active", coherence: 0.6 },
  ],

  // Counts.
  ["agentCount", { type: "agent_count", agent_count: 5 }, { type: "agent_count", count: 5 }],
  ["total", { type: "agent_count", total: 5 }, { type: "agent_count", count: 5 }],
  ["agents as a number", { type: "agent_count", agents: 5 }, { type: "agent_count", count: 5 }],
  ["agents as a list", { type: "agent_count", agents: ["a", "b"] }, { type: "agent_count", count: 2 }],

  // Jobs.
  [
    "a started job of the one agent there was",
    { type: "job_started", job_id: "j1" },
    { type: "job_started", jobId: "j1", agentId: "timmy", funding: "invoice" },
  ],
  [
    "the plan's completed job, without outcome",
    {
      type: "job_completed",
      jobId: "j1",
      agentId: "alpha",
      result: "x",
      actualCostSats: 380,
      estimatedCostSats: 500,
      refundSats: 120,
    },
    {
      type: "job_completed",
      jobId: "j1",
      agentId: "alpha",
      result: "x",
      actualCostSats: 380,
      estimatedCostSats: 500,
      refundSats: 120,
      outcome: "completed",
    },
  ],
  [
    "the plan's rejected job, with error",
    { type: "job_completed", job_id: "j1", error: "I cannot draw." },
    { type: "job_completed", jobId: "j1", error: "I cannot draw.", outcome: "rejected", refundSats: 0 },
  ],
  [
    "the plan's settled invoice",
    { type: "invoice_settled", job_id: "j1", invoice_type: "eval" },
    { type: "invoice_settled", jobId: "j1", invoiceType: "eval", onTime: true },
  ],
  ...(
    [
      ["created", { phase: "awaiting_eval_payment" }],
      ["work_paid", { phase: "executing" }],
      ["completed", { phase: "closed", outcome: "completed" }],
      ["rejected", { phase: "closed", outcome: "rejected" }],
      ["failed", { phase: "closed", outcome: "failed" }],
      ["evaluating", { phase: "evaluating" }],
    ] as const
  ).map(
    ([phase, today]) =>
      [
        `a job in the economy state ${phase}`,
        snapshot([{ ...job, phase }]),
        snapshot([{ ...job, ...today }]),
      ] as const,
  ),
  [
    "a job of a snapshot in snake_case",
    snapshot([
      {
        job_id: "j1",
        agent_id: "alpha",
        funding: "invoice",
        state: "work_paid",
        refund: "none",
        seq: 4,
        owed_sats: 0,
        paid_back_sats: 0,
        eval_invoice: { invoice_type: "eval", amount_sats: 10, state: "settled", payment_request: null },
      },
    ]),
    snapshot([
      { ...job, phase: "executing", evalInvoice: { invoiceType: "eval", amountSats: 10, state: "settled" } },
    ]),
  ],
  [
    "agents of a snapshot",
    { type: "snapshot_part", part: 0, last: true, agents: [{ id: "timmy" }] },
    { type: "snapshot_part", part: 0, last: true, agents: [{ ...TIMMY, state: "idle" }] },
  ],

  // Chat.
  [
    "chat of an agent",
    { type: "chat", agentId: "timmy", text: "Hello." },
    { type: "chat", speaker: { kind: "agent", agentId: "timmy" }, text: "Hello." },
  ],
  [
    "chat of an agent in snake_case, called message",
    { type: "chat", agent_id: "timmy", message: "Hello." },
    { type: "chat", speaker: { kind: "agent", agentId: "timmy" }, text: "Hello." },
  ],
  [
    "chat with a nested speaker in snake_case",
    { type: "chat", speaker: { kind: "agent", agent_id: "timmy" }, text: "Hello." },
    { type: "chat", speaker: { kind: "agent", agentId: "timmy" }, text: "Hello." },
  ],
  [
    "chat of nobody",
    { type: "chat", content: "Up." },
    { type: "chat", speaker: { kind: "system" }, text: "Up." },
  ],
  [
    "chat of the system by its name",
    { type: "chat", agentId: "SYS", text: "Up." },
    { type: "chat", speaker: { kind: "system" }, text: "Up." },
  ],
  [
    "chat of a person",
    { type: "chat", speaker: "user", text: "Hi." },
    { type: "chat", speaker: { kind: "owner" }, text: "Hi." },
  ],
  [
    "chat of an operator",
    { type: "chat", speaker: "operator", text: "Hi." },
    { type: "chat", speaker: { kind: "operator" }, text: "Hi." },
  ],
  [
    "a session in snake_case",
    { type: "session_state", session_id: "s1", state: "active", balance_sats: 50 },
    {
      ...{ type: "session_state", sessionId: "s1", state: "active", balanceSats: 50 },
      ...{ reservedSats: 0, owedSats: 0, refund: "none" },
    },
  ],
  [
    "figures in snake_case",
    { type: "treasury_state", treasury_sats: 1, daily_burn_sats: 2, net_today_sats: -1 },
    { type: "treasury_state", treasurySats: 1, dailyBurnSats: 2, netTodaySats: -1 },
  ],
];

test.each(DIALECTS)("%s", (_what, older, today) => {
  expect(decodeTowerMessage(JSON.stringify(older))).toStrictEqual({ kind: "message", message: today });
});

describe("a message of today", () => {
  test.each(Object.entries(TOWER_EXAMPLES))("%s is not touched", (_type, example) => {
    const message = structuredClone(example);
    expect(normalise(message)).toBe(message);
    expect(message).toStrictEqual(example);
  });
});

test("a fact with a place in the log is of today: what it lacks is not made up", () => {
  const completed = decodeTowerMessage('{"type":"job_completed","seq":5,"jobId":"j1"}');
  expect(completed).toMatchObject({ kind: "refused", refusal: { code: "bad_frame" } });
  const started = decodeTowerMessage('{"type":"job_started","seq":5,"jobId":"j1"}');
  expect(started).toMatchObject({ kind: "refused", refusal: { code: "bad_frame" } });
});

test("a field called __proto__ is a field like any other", () => {
  const older = '{"type":"agent_left","agent_id":"a","__proto__":{"agentId":"b","count":1}}';
  expect(decodeTowerMessage(older)).toStrictEqual({
    kind: "message",
    message: { type: "agent_left", agentId: "a" },
  });
  const count = '{"type":"agent_count","x_y":1,"__proto__":{"count":1}}';
  expect(decodeTowerMessage(count)).toMatchObject({ kind: "refused" });
});

test.each([
  ["a time that is none", { type: "agent_left", agentId: "a", at: "tomorrow" }],
  ["a time that cannot be", { type: "agent_left", agentId: "a", at: "2026-13-40T25:61:61Z" }],
  ["a joined agent without id", joined({ color: "#ffffff" })],
  ["a joined agent whose id is no id", joined({ id: "a b" })],
  ["agents that are none", connection(7)],
  ["a count that is none", { type: "agent_count", agents: "many" }],
  ["chat without text", { type: "chat", agentId: "timmy" }],
])("%s is refused", (_what, older) => {
  expect(decodeTowerMessage(JSON.stringify(older))).toMatchObject({ kind: "refused" });
});
