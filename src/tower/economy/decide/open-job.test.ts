import { expect, test } from "vitest";
import { agentId, jobId, ownerId, requestId } from "../../../protocol/ids.ts";
import type { IntentOf } from "../../../protocol/intents.ts";
import { UNPAID_PER_OWNER } from "../../../protocol/limits.ts";
import { NO_MSAT, sats, toMsat } from "../../../protocol/units.ts";
import { type AgentStanding, openJob } from "./open-job.ts";

const INTENT: IntentOf<"job_request"> = {
  type: "job_request",
  requestId: requestId("r1"),
  agentId: agentId("alpha"),
  request: "Count the words.",
  funding: "invoice",
};
const JOB = { jobId: jobId("a4f2c0de"), ownerId: ownerId("anna") };
const ALPHA: AgentStanding = {
  label: "Alpha",
  present: true,
  paused: false,
  budget: toMsat(sats(10_000)),
  spent: NO_MSAT,
  reserved: NO_MSAT,
};

test("a request opens a job and has its eval invoice made", () => {
  expect(openJob(INTENT, JOB, ALPHA, 0)).toEqual({
    facts: [
      {
        type: "job_started",
        jobId: "a4f2c0de",
        agentId: "alpha",
        funding: "invoice",
        ownerId: "anna",
        requestId: "r1",
        request: "Count the words.",
      },
    ],
    moves: [],
    effects: [
      {
        kind: "make_invoice",
        key: "make_invoice:a4f2c0de:eval",
        jobId: "a4f2c0de",
        invoiceType: "eval",
        amountSats: 10,
        description: "Evaluation of job a4f2… by Alpha",
      },
    ],
    sessions: [],
  });
});

const spent = (of: number, reserved: number): AgentStanding => ({
  ...ALPHA,
  spent: toMsat(sats(of)),
  reserved: toMsat(sats(reserved)),
});
const refused: readonly (readonly [string, () => unknown, object])[] = [
  [
    "an unknown agent",
    () => openJob(INTENT, JOB, undefined, 0),
    { code: "unknown_agent", message: 'There is no agent "alpha".' },
  ],
  [
    "an absent agent",
    () => openJob(INTENT, JOB, { ...ALPHA, present: false }, 0),
    { code: "agent_unavailable", message: "Alpha takes no jobs at the moment: ask another agent." },
  ],
  [
    "a paused agent",
    () => openJob(INTENT, JOB, { ...ALPHA, paused: true }, 0),
    { code: "agent_unavailable", message: "Alpha takes no jobs at the moment: ask another agent." },
  ],
  [
    "a budget that is spent and held to the last msat",
    () => openJob(INTENT, JOB, spent(6_000, 4_000), 0),
    {
      code: "budget_exhausted",
      message: "Alpha has used its budget of ⚡10\u2009000 for today: ask another agent.",
    },
  ],
  [
    "a budget of nothing",
    () => openJob(INTENT, JOB, { ...ALPHA, budget: NO_MSAT }, 0),
    { code: "budget_exhausted", message: expect.stringContaining("⚡0 for today") },
  ],
  [
    "too many unpaid invoices",
    () => openJob(INTENT, JOB, ALPHA, UNPAID_PER_OWNER),
    { code: "too_many_open", message: "You have 10 unpaid invoices: pay or cancel one first." },
  ],
];
test.for(refused)("%s is refused", ([, open, refusal]) => {
  expect(open).toThrow(expect.objectContaining(refusal));
});

test("the last sat of a budget and the last unpaid invoice are still allowed", () => {
  expect(openJob(INTENT, JOB, spent(6_000, 3_999), UNPAID_PER_OWNER - 1).facts).toHaveLength(1);
});
