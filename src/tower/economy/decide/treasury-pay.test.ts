import { expect, test } from "vitest";
import { stepJob } from "../../../job/step.ts";
import { expired, settled } from "../../../job/testing/facts.ts";
import { msat, sats, toMsat } from "../../../protocol/units.ts";
import { JOBS } from "../testing/jobs.ts";
import { payFromTreasury } from "./treasury-pay.ts";

const JOB = "a4f2c0de";
const RICH = toMsat(sats(1_000));
const paid = (invoiceType: string, amountSats: number, more: object = {}) => ({
  type: "invoice_settled",
  jobId: JOB,
  invoiceType,
  amountSats,
  onTime: true,
  paidBy: "treasury",
  ...more,
});

test.for([
  [
    "the evaluation begins it, also while the agent has another job",
    payFromTreasury(JOBS.awaitingEval, "eval", RICH, 3),
    {
      facts: [paid("eval", 10)],
      moves: [{ kind: "treasury_paid", jobId: JOB, due: 10_000n }],
      effects: [{ kind: "evaluate", key: `evaluate:${JOB}`, jobId: JOB }],
      sessions: [],
    },
  ],
  [
    "the work begins, with the treasury's last sat",
    payFromTreasury(JOBS.awaitingWork, "work", toMsat(sats(200)), undefined),
    {
      facts: [paid("work", 200)],
      moves: [{ kind: "treasury_paid", jobId: JOB, due: 200_000n }],
      effects: [{ kind: "execute", key: `execute:${JOB}`, jobId: JOB }],
      sessions: [],
    },
  ],
  [
    "the work of a busy agent waits in line",
    payFromTreasury(JOBS.awaitingWork, "work", RICH, 1),
    {
      facts: [paid("work", 200, { queuePlace: 2 })],
      moves: [{ kind: "treasury_paid", jobId: JOB, due: 200_000n }],
      effects: [],
      sessions: [],
    },
  ],
] as const)("paid by the treasury, %s", ([, decided, expected]) => {
  expect(decided).toEqual(expected);
});

const late = stepJob(JOBS.awaitingEval, settled("eval", { onTime: false }));
test.for([
  ["has no invoice", JOBS.new, "eval", RICH, "unknown_invoice", "Job a4f2… has no eval invoice to pay."],
  ["has no price", JOBS.evaluating, "work", RICH, "unknown_invoice", "Job a4f2… has no work invoice to pay."],
  [
    "is paid",
    JOBS.evaluating,
    "eval",
    RICH,
    "already_paid",
    "The eval invoice of job a4f2… is paid already.",
  ],
  ["was paid too late", late, "eval", RICH, "already_paid", "The eval invoice of job a4f2… is paid already."],
  [
    "has expired",
    stepJob(JOBS.awaitingEval, expired("eval")),
    "eval",
    RICH,
    "illegal_event",
    "Job a4f2… does not wait for its eval invoice.",
  ],
  [
    "was cancelled",
    JOBS.cancelled,
    "eval",
    RICH,
    "illegal_event",
    "Job a4f2… does not wait for its eval invoice.",
  ],
  [
    "costs a msat more than there is",
    JOBS.awaitingWork,
    "work",
    msat(199_999n),
    "treasury_too_low",
    "The treasury has ⚡199, and ⚡200 is due.",
  ],
  [
    "a treasury in debt has nothing for",
    JOBS.awaitingEval,
    "eval",
    msat(-1n),
    "treasury_too_low",
    "The treasury has ⚡0, and ⚡10 is due.",
  ],
] as const)("refused: what %s", ([, job, type, treasury, code, message]) => {
  expect(() => payFromTreasury(job, type, treasury, undefined)).toThrow(
    expect.objectContaining({ code, message }),
  );
});
