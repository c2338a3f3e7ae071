import { expect, test } from "vitest";
import { msat, NO_MSAT, sats } from "../../../protocol/units.ts";
import { funded, JOBS, waiting } from "../testing/jobs.ts";
import { attemptLost, crashedTooOften, type PricedVerdict, verdictIn, workDone } from "./brain-result.ts";
import { priceFundedWork } from "./fund-job.ts";

const JOB = "a4f2c0de";
const PAYER = { kind: "payer" };
const PRICE = {
  inputTokens: 10,
  outputTokens: 100,
  modelMicroUsd: 3,
  infrastructureMicroUsd: 4,
  marginPercent: 40,
  btcPriceUsd: 100_000,
};
const used = (cost: bigint) => ({ kind: "brain_used", jobId: JOB, agentId: "alpha", cost });

test("an accepted request has its work invoice made at the locked price; nothing is earned yet", () => {
  const verdict: PricedVerdict = { kind: "accepted", note: "I can.", amountSats: sats(200), price: PRICE };
  expect(verdictIn(JOBS.evaluating, verdict, msat(1_001n), undefined)).toEqual({
    facts: [],
    moves: [used(1_001n)],
    effects: [
      {
        kind: "make_invoice",
        key: `make_invoice:${JOB}:work`,
        jobId: JOB,
        invoiceType: "work",
        amountSats: 200,
        description: "I can.",
        price: PRICE,
      },
    ],
    sessions: [],
  });
});

test("a rejection costs the tower what it used, and earns the fee", () => {
  expect(verdictIn(JOBS.evaluating, { kind: "rejected", reason: "No." }, msat(7n), undefined)).toEqual({
    facts: [
      {
        type: "job_completed",
        jobId: JOB,
        agentId: "alpha",
        outcome: "rejected",
        refundSats: 0,
        error: "No.",
      },
    ],
    moves: [used(7n), { kind: "eval_earned", jobId: JOB, fee: 10_000n, paidFrom: PAYER }],
    effects: [],
    sessions: [],
  });
});

test("finished work is expensed, earned and refunded, and lets the next begin", () => {
  const done = workDone(JOBS.executing, { text: "7", usedSats: sats(120) }, msat(80_000n), [waiting("b", 1)]);
  expect(done).toEqual({
    facts: [
      {
        type: "job_completed",
        jobId: JOB,
        agentId: "alpha",
        outcome: "completed",
        refundSats: 80,
        result: "7",
        actualCostSats: 120,
        estimatedCostSats: 200,
      },
      { type: "job_dequeued", jobId: "b", agentId: "alpha" },
    ],
    moves: [
      used(80_000n),
      { kind: "work_earned", jobId: JOB, paid: 200_000n, used: 120_000n, paidFrom: PAYER },
    ],
    effects: [{ kind: "execute", key: "execute:b", jobId: "b" }],
    sessions: [],
  });
});

test("an attempt that was lost is an expense and nothing else", () => {
  expect(attemptLost(JOBS.executing, msat(5n))).toEqual({
    facts: [],
    moves: [used(5n)],
    effects: [],
    sessions: [],
  });
  expect(attemptLost(JOBS.executing, NO_MSAT)).toEqual({ facts: [], moves: [], effects: [], sessions: [] });
});

test("a job whose agent crashed too often says so", () => {
  expect(crashedTooOften(JOBS.executing, 3)).toBe(
    "The agent broke off 3 times on job a4f2…; what you paid for it is yours to claim back.",
  );
});

test("an accepted request that is paid ahead has its price paid in the same breath", () => {
  const verdict: PricedVerdict = { kind: "accepted", note: "I can.", amountSats: sats(150), price: PRICE };
  const { evaluating } = funded("l402");
  const decided = verdictIn(evaluating, verdict, msat(7n), 0);
  const priced = priceFundedWork(evaluating, verdict, 0);
  expect(decided).toEqual({ ...priced, moves: [used(7n), ...priced.moves] });
  expect(decided.facts.map(({ type }) => type)).toEqual(["invoice_request", "invoice_settled"]);
});
