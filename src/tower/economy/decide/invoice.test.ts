import { expect, test } from "vitest";
import { timestamp } from "../../../protocol/ids.ts";
import { msat, sats } from "../../../protocol/units.ts";
import { JOBS } from "../testing/jobs.ts";
import { invoiceMade, invoiceSettled, type MadeInvoice, type Settlement } from "./invoice.ts";

const JOB = "a4f2c0de";
const PAYER = { kind: "payer" };
const EXPIRY = 600_000;
const paid = (changes: Partial<Settlement> = {}): Settlement => ({
  invoiceType: "eval",
  amount: msat(10_000n),
  settledAt: 500_000,
  expiresAt: EXPIRY,
  ...changes,
});
const arrived = (changes: object = {}) => ({
  type: "invoice_settled",
  jobId: JOB,
  invoiceType: "eval",
  amountSats: 10,
  onTime: true,
  ...changes,
});
const evaluate = { kind: "evaluate", key: `evaluate:${JOB}`, jobId: JOB };
const execute = { kind: "execute", key: `execute:${JOB}`, jobId: JOB };
const held = (due: bigint, received: bigint) => ({ kind: "settled", jobId: JOB, due, received });
const owedBack = (received: bigint) => ({ kind: "settled_not_due", owedTo: JOB, received });

const made: MadeInvoice = {
  invoiceType: "eval",
  amountSats: sats(10),
  paymentRequest: "lnbcrt1",
  expiresAt: timestamp(EXPIRY),
  description: "Evaluation",
};
test("an eval invoice is a fact and moves nothing", () => {
  expect(invoiceMade(JOBS.new, made)).toEqual({
    facts: [{ type: "invoice_request", jobId: JOB, ...made }],
    moves: [],
    effects: [],
    sessions: [],
  });
});

test("with the work's invoice the verdict is out and the evaluation is earned", () => {
  const price = {
    inputTokens: 1,
    outputTokens: 2,
    modelMicroUsd: 3,
    infrastructureMicroUsd: 4,
    marginPercent: 40,
    btcPriceUsd: 100_000,
  };
  const work: MadeInvoice = { ...made, invoiceType: "work", amountSats: sats(200), price };
  expect(invoiceMade(JOBS.evaluating, work)).toEqual({
    facts: [{ type: "invoice_request", jobId: JOB, ...work }],
    moves: [{ kind: "eval_earned", jobId: JOB, fee: 10_000n, paidFrom: PAYER }],
    effects: [],
    sessions: [],
  });
});

const cases: readonly (readonly [string, unknown, object])[] = [
  [
    "the evaluation paid in time begins it",
    invoiceSettled(JOBS.awaitingEval, paid(), undefined),
    { facts: [arrived()], moves: [held(10_000n, 10_000n)], effects: [evaluate], sessions: [] },
  ],
  [
    "it begins also while the agent has another job",
    invoiceSettled(JOBS.awaitingEval, paid(), 3),
    { facts: [arrived()], moves: [held(10_000n, 10_000n)], effects: [evaluate], sessions: [] },
  ],
  [
    "a payment in the very millisecond of the expiry is in time",
    invoiceSettled(JOBS.awaitingEval, paid({ settledAt: EXPIRY }), undefined),
    { facts: [arrived()], moves: [held(10_000n, 10_000n)], effects: [evaluate], sessions: [] },
  ],
  [
    "a millisecond later all of it is owed back",
    invoiceSettled(JOBS.awaitingEval, paid({ settledAt: EXPIRY + 1 }), undefined),
    { facts: [arrived({ onTime: false })], moves: [owedBack(10_000n)], effects: [], sessions: [] },
  ],
  [
    "paid a second time, all of it is owed back",
    invoiceSettled(JOBS.evaluating, paid(), undefined),
    { facts: [arrived()], moves: [owedBack(10_000n)], effects: [], sessions: [] },
  ],
  [
    "paid too much, the job goes on and the ledger is given both amounts",
    invoiceSettled(JOBS.awaitingEval, paid({ amount: msat(17_000n) }), undefined),
    {
      facts: [arrived({ amountSats: 17 })],
      moves: [held(10_000n, 17_000n)],
      effects: [evaluate],
      sessions: [],
    },
  ],
  [
    "a fraction of a sat too much is not in the fact and is in the books",
    invoiceSettled(JOBS.awaitingEval, paid({ amount: msat(10_999n) }), undefined),
    { facts: [arrived()], moves: [held(10_000n, 10_999n)], effects: [evaluate], sessions: [] },
  ],
  [
    "after the cancellation all of it is owed back",
    invoiceSettled(JOBS.cancelled, paid(), undefined),
    { facts: [arrived()], moves: [owedBack(10_000n)], effects: [], sessions: [] },
  ],
  [
    "the work paid to a free agent begins it",
    invoiceSettled(JOBS.awaitingWork, paid({ invoiceType: "work", amount: msat(200_000n) }), undefined),
    {
      facts: [arrived({ invoiceType: "work", amountSats: 200 })],
      moves: [held(200_000n, 200_000n)],
      effects: [execute],
      sessions: [],
    },
  ],
  [
    "the work paid to an agent with one job waits first in line",
    invoiceSettled(JOBS.awaitingWork, paid({ invoiceType: "work", amount: msat(200_000n) }), 0),
    {
      facts: [arrived({ invoiceType: "work", amountSats: 200, queuePlace: 1 })],
      moves: [held(200_000n, 200_000n)],
      effects: [],
      sessions: [],
    },
  ],
  [
    "late payment for the work of a busy agent takes no place",
    invoiceSettled(
      JOBS.awaitingWork,
      paid({ invoiceType: "work", amount: msat(200_000n), settledAt: EXPIRY + 1 }),
      0,
    ),
    {
      facts: [arrived({ invoiceType: "work", amountSats: 200, onTime: false })],
      moves: [owedBack(200_000n)],
      effects: [],
      sessions: [],
    },
  ],
];
test.for(cases)("%s", ([, decided, expected]) => {
  expect(decided).toEqual(expected);
});
