import { expect, test } from "vitest";
import type { JobEvent } from "../../../job/context.ts";
import { stepJob } from "../../../job/step.ts";
import { claimed, refunded, settled } from "../../../job/testing/facts.ts";
import { sats } from "../../../protocol/units.ts";
import { funded, JOBS, waiting } from "../testing/jobs.ts";
import { cancelJob, endWork, expireInvoice, failJob } from "./end-work.ts";

const JOB = "a4f2c0de";
const PAYER = { kind: "payer" };
const end = (outcome: string, refundSats: number, more: object = {}) => ({
  type: "job_completed",
  jobId: JOB,
  agentId: "alpha",
  outcome,
  refundSats,
  ...more,
});
const ESTIMATE = { estimatedCostSats: 200 };
const place = (jobId: string, queuePlace: number) => ({
  type: "job_queued",
  jobId,
  agentId: "alpha",
  queuePlace,
});

const cases: readonly (readonly [string, unknown, object])[] = [
  [
    "cancelled before anything was paid: nothing moves",
    cancelJob(JOBS.awaitingEval),
    { facts: [end("cancelled", 0)], moves: [], effects: [], sessions: [] },
  ],
  [
    "cancelled before it had an invoice",
    cancelJob(JOBS.new),
    { facts: [end("cancelled", 0)], moves: [], effects: [], sessions: [] },
  ],
  [
    "cancelled after the verdict: the evaluation stays earned",
    cancelJob(JOBS.awaitingWork),
    { facts: [end("cancelled", 0, ESTIMATE)], moves: [], effects: [], sessions: [] },
  ],
  [
    "the eval invoice expires",
    expireInvoice(JOBS.awaitingEval),
    {
      facts: [{ type: "invoice_expired", jobId: JOB, invoiceType: "eval" }, end("expired", 0)],
      moves: [],
      effects: [],
      sessions: [],
    },
  ],
  [
    "the work invoice expires",
    expireInvoice(JOBS.awaitingWork),
    {
      facts: [{ type: "invoice_expired", jobId: JOB, invoiceType: "work" }, end("expired", 0, ESTIMATE)],
      moves: [],
      effects: [],
      sessions: [],
    },
  ],
  [
    "the work invoice was paid too late: only the job expires",
    expireInvoice(stepJob(JOBS.awaitingWork, settled("work", { onTime: false }))),
    { facts: [end("expired", 0, ESTIMATE)], moves: [], effects: [], sessions: [] },
  ],
  [
    "rejected: the verdict is earned, and says why",
    endWork(JOBS.evaluating, { outcome: "rejected", error: "No." }, []),
    {
      facts: [end("rejected", 0, { error: "No." })],
      moves: [{ kind: "eval_earned", jobId: JOB, fee: 10_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "failed while evaluating: the eval fee goes back",
    failJob(JOBS.evaluating, "It broke.", []),
    {
      facts: [end("failed", 10, { error: "It broke." })],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 10_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "failed while waiting for the work's payment: nothing is held",
    failJob(JOBS.awaitingWork, "It broke.", []),
    { facts: [end("failed", 0, { error: "It broke.", ...ESTIMATE })], moves: [], effects: [], sessions: [] },
  ],
  [
    "failed while executing: the work goes back, the evaluation does not",
    failJob(JOBS.executing, "It broke.", []),
    {
      facts: [end("failed", 200, { error: "It broke.", ...ESTIMATE })],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 200_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "completed for less than was paid",
    endWork(JOBS.executing, { outcome: "completed", result: "7 words", usedSats: sats(150) }, []),
    {
      facts: [end("completed", 50, { result: "7 words", actualCostSats: 150, ...ESTIMATE })],
      moves: [{ kind: "work_earned", jobId: JOB, paid: 200_000n, used: 150_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "completed for more than was paid: no more is earned than that",
    endWork(JOBS.executing, { outcome: "completed", result: "7 words", usedSats: sats(201) }, []),
    {
      facts: [end("completed", 0, { result: "7 words", actualCostSats: 200, ...ESTIMATE })],
      moves: [{ kind: "work_earned", jobId: JOB, paid: 200_000n, used: 200_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "the next in the queue begins and those behind move up",
    failJob(JOBS.executing, "It broke.", [waiting("b", 1), waiting("c", 2), waiting("d", 3)]),
    {
      facts: [
        end("failed", 200, { error: "It broke.", ...ESTIMATE }),
        { type: "job_dequeued", jobId: "b", agentId: "alpha" },
        place("c", 1),
        place("d", 2),
      ],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 200_000n, paidFrom: PAYER }],
      effects: [{ kind: "execute", key: "execute:b", jobId: "b" }],
      sessions: [],
    },
  ],
  [
    "failed in the queue: those behind move up, those before stay, and nobody begins",
    failJob(JOBS.queued, "It broke.", [waiting("b", 1), JOBS.queued, waiting("c", 3)]),
    {
      facts: [end("failed", 200, { error: "It broke.", ...ESTIMATE }), place("c", 2)],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 200_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "an end before execution does not move the queue",
    failJob(JOBS.evaluating, "It broke.", [waiting("b", 1)]),
    {
      facts: [end("failed", 10, { error: "It broke." })],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 10_000n, paidFrom: PAYER }],
      effects: [],
      sessions: [],
    },
  ],
];
test.for(cases)("%s", ([, decided, expected]) => {
  expect(decided).toEqual(expected);
});

test("only the ten nearest to their turn are told their new place", () => {
  const queue = Array.from({ length: 15 }, (_, index) => waiting(`q${index + 1}`, index + 1));
  const { facts } = failJob(JOBS.executing, "It broke.", queue);
  expect(facts.slice(2)).toEqual(Array.from({ length: 10 }, (_, index) => place(`q${index + 2}`, index + 1)));
});

const SESSION = { kind: "session", sessionId: "session-1" };
const AHEAD = funded("session");
const credit = (amountSats: number) => ({ type: "refund_settled", jobId: JOB, amountSats, method: "credit" });
const setFree = { kind: "reservation_priced", jobId: JOB, fund: SESSION, most: 200_000n, price: 0n };
const ahead: readonly (readonly [string, unknown, object])[] = [
  [
    "completed ahead: what was left is back with the end of the work",
    endWork(AHEAD.executing, { outcome: "completed", result: "7 words", usedSats: sats(150) }, []),
    {
      facts: [end("completed", 50, { result: "7 words", actualCostSats: 150, ...ESTIMATE }), credit(50)],
      moves: [{ kind: "work_earned", jobId: JOB, paid: 200_000n, used: 150_000n, paidFrom: SESSION }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "completed ahead for all that was paid: nothing comes back",
    endWork(AHEAD.executing, { outcome: "completed", result: "7 words", usedSats: sats(200) }, []),
    {
      facts: [end("completed", 0, { result: "7 words", actualCostSats: 200, ...ESTIMATE })],
      moves: [{ kind: "work_earned", jobId: JOB, paid: 200_000n, used: 200_000n, paidFrom: SESSION }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "rejected ahead: the fee is kept, what was set aside is free",
    endWork(AHEAD.evaluating, { outcome: "rejected", error: "No." }, []),
    {
      facts: [end("rejected", 0, { error: "No." })],
      moves: [{ kind: "eval_earned", jobId: JOB, fee: 10_000n, paidFrom: SESSION }, setFree],
      effects: [],
      sessions: [],
    },
  ],
  [
    "failed ahead while evaluating: all of it is back",
    failJob(AHEAD.evaluating, "It broke.", []),
    {
      facts: [end("failed", 10, { error: "It broke." }), credit(10)],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 10_000n, paidFrom: SESSION }, setFree],
      effects: [],
      sessions: [],
    },
  ],
  [
    "failed ahead in the queue: the work is back, and those behind move up",
    failJob(AHEAD.queued, "It broke.", [AHEAD.queued, waiting("c", 3)]),
    {
      facts: [end("failed", 200, { error: "It broke.", ...ESTIMATE }), credit(200), place("c", 1)],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 200_000n, paidFrom: SESSION }],
      effects: [],
      sessions: [],
    },
  ],
  [
    "failed ahead while executing: the work is back, the next begins",
    failJob(AHEAD.executing, "It broke.", [waiting("b", 1)]),
    {
      facts: [
        end("failed", 200, { error: "It broke.", ...ESTIMATE }),
        credit(200),
        { type: "job_dequeued", jobId: "b", agentId: "alpha" },
      ],
      moves: [{ kind: "held_given_back", jobId: JOB, paid: 200_000n, paidFrom: SESSION }],
      effects: [{ kind: "execute", key: "execute:b", jobId: "b" }],
      sessions: [],
    },
  ],
  [
    "work of a visitor that the treasury paid for: what was left is the treasury's",
    endWork(
      stepJob(JOBS.awaitingWork, settled("work", { paidBy: "treasury" })),
      { outcome: "completed", result: "7 words", usedSats: sats(150) },
      [],
    ),
    {
      facts: [end("completed", 50, { result: "7 words", actualCostSats: 150, ...ESTIMATE }), credit(50)],
      moves: [
        { kind: "work_earned", jobId: JOB, paid: 200_000n, used: 150_000n, paidFrom: { kind: "treasury" } },
      ],
      effects: [],
      sessions: [],
    },
  ],
];
test.for(ahead)("%s", ([, decided, expected]) => {
  expect(decided).toEqual(expected);
});

test("a payer's own refund under way goes on while the treasury has its part back", () => {
  const more = stepJob(JOBS.awaitingWork, settled("eval"));
  const paying = stepJob(stepJob(more, claimed(10)), settled("work", { paidBy: "treasury" }));
  const decided = endWork(paying, { outcome: "completed", result: "7 words", usedSats: sats(150) }, []);
  const after = decided.facts.reduce((job, fact) => stepJob(job, fact as JobEvent), paying);
  expect(after).toMatchObject({ phase: "closed", refund: "paying", owedSats: 10, paidBackSats: 50 });
  expect(stepJob(after, refunded(10))).toMatchObject({ refund: "paid", owedSats: 0, paidBackSats: 60 });
});

const refused: readonly (readonly [string, () => unknown, string])[] = [
  [
    "cancelling what is evaluated",
    () => cancelJob(JOBS.evaluating),
    "Job a4f2… cannot be cancelled: it is paid for and under way.",
  ],
  [
    "cancelling what is queued",
    () => cancelJob(JOBS.queued),
    "Job a4f2… cannot be cancelled: it is paid for and under way.",
  ],
  [
    "cancelling what is executed",
    () => cancelJob(JOBS.executing),
    "Job a4f2… cannot be cancelled: it is paid for and under way.",
  ],
  [
    "cancelling what has ended",
    () => cancelJob(JOBS.completed),
    "Job a4f2… cannot be cancelled: it has ended.",
  ],
  ["failing what has ended", () => failJob(JOBS.completed, "x", []), "Job a4f2… has ended."],
];
test.for(refused)("%s is refused", ([, decide, message]) => {
  expect(decide).toThrow(expect.objectContaining({ code: "illegal_event", message }));
});
