import { expect, test } from "vitest";
import type { Funding, JobRecord } from "../protocol/records.ts";
import { sats } from "../protocol/units.ts";
import type { JobEvent } from "./context.ts";
import { startJob, stepJob } from "./step.ts";
import {
  claimed,
  completed,
  dequeued,
  expired,
  invoiceRequest,
  placed,
  queued,
  refunded,
  refundFailed,
  settled,
  started,
} from "./testing/facts.ts";

/** Where a job's regions and its money stand after each fact, its start first. */
function journey(facts: readonly JobEvent[], funding: Funding = "invoice"): readonly string[] {
  const tell = (job: JobRecord) =>
    [
      job.outcome ?? job.phase,
      job.refund,
      `owed ${job.owedSats}`,
      `back ${job.paidBackSats}`,
      ...(job.queuePlace === undefined ? [] : [`place ${job.queuePlace}`]),
    ].join(", ");
  const jobs = [startJob(started(funding))];
  for (const fact of placed(facts)) jobs.push(stepJob(jobs.at(-1) ?? fail(), fact));
  return jobs.map(tell);
}

function fail(): never {
  throw new Error("a journey starts with a job");
}

const toEvaluating = [invoiceRequest("eval"), settled("eval")];
const toExecuting = [...toEvaluating, invoiceRequest("work"), settled("work")];
const atExecuting = journey(toExecuting);

test("a whole job: two invoices, work, a refund", () => {
  expect(journey([...toExecuting, completed("completed", 60), claimed(60), refunded(60)])).toEqual([
    "awaiting_eval_payment, none, owed 0, back 0",
    "awaiting_eval_payment, none, owed 0, back 0",
    "evaluating, none, owed 0, back 0",
    "awaiting_work_payment, none, owed 0, back 0",
    "executing, none, owed 0, back 0",
    "completed, owed, owed 60, back 0",
    "completed, paying, owed 60, back 0",
    "completed, paid, owed 0, back 60",
  ]);
});

test("the record of a whole job", () => {
  const facts = placed<JobEvent>([
    ...toExecuting,
    completed("completed", 60, { result: "Six words.", actualCostSats: sats(140) }),
    claimed(60),
    refunded(60),
  ]);
  expect(facts.reduce(stepJob, startJob(started()))).toEqual({
    jobId: "a4f2c0de",
    agentId: "alpha",
    funding: "invoice",
    phase: "closed",
    refund: "paid",
    outcome: "completed",
    seq: 8,
    startedAt: "1970-01-01T00:00:01.000Z",
    phaseAt: "1970-01-01T00:00:06.000Z",
    evalInvoice: {
      invoiceType: "eval",
      amountSats: 10,
      state: "settled",
      expiresAt: "1970-01-01T00:10:00.000Z",
      paymentRequest: "lnbcrt-eval",
    },
    workInvoice: {
      invoiceType: "work",
      amountSats: 200,
      state: "settled",
      expiresAt: "1970-01-01T00:10:00.000Z",
      paymentRequest: "lnbcrt-work",
      description: "I can do that.",
    },
    estimatedCostSats: 200,
    actualCostSats: 140,
    owedSats: 0,
    paidBackSats: 60,
    ownerId: "owner-1",
    request: "Count the words of this sentence.",
    result: "Six words.",
  });
});

test("a payment after expiry starts nothing and is owed back whole, also when the job has closed", () => {
  expect(
    journey([
      invoiceRequest("eval"),
      expired("eval"),
      settled("eval", { onTime: false }),
      completed("expired"),
      claimed(10),
      refunded(10),
    ]).slice(2),
  ).toEqual([
    "awaiting_eval_payment, none, owed 0, back 0",
    "awaiting_eval_payment, owed, owed 10, back 0",
    "expired, owed, owed 10, back 0",
    "expired, paying, owed 10, back 0",
    "expired, paid, owed 0, back 10",
  ]);
  expect(
    journey([invoiceRequest("eval"), expired("eval"), completed("expired"), settled("eval")]).slice(3),
  ).toEqual(["expired, none, owed 0, back 0", "expired, owed, owed 10, back 0"]);
});

test("a second payment and what is beyond the price are owed back while the work goes on", () => {
  expect(journey([...toExecuting, settled("work")]).at(-1)).toBe("executing, owed, owed 200, back 0");
  expect(journey([invoiceRequest("eval"), settled("eval", { amountSats: sats(17) })]).at(-1)).toBe(
    "evaluating, owed, owed 7, back 0",
  );
});

test("a surplus that arrives during a payout is owed anew after it", () => {
  expect(
    journey([...toExecuting, completed("completed", 60), claimed(60), settled("eval"), refunded(60)]).slice(
      -3,
    ),
  ).toEqual([
    "completed, paying, owed 60, back 0",
    "completed, paying, owed 70, back 0",
    "completed, owed, owed 10, back 60",
  ]);
});

test("a payment after the refund went out opens the refund again", () => {
  expect(
    journey([...toExecuting, completed("completed", 60), claimed(60), refunded(60), settled("eval")]).at(-1),
  ).toBe("completed, owed, owed 10, back 60");
});

test("paid work waits in its agent's queue, moves up and gets its turn", () => {
  expect(
    journey([
      ...toEvaluating,
      invoiceRequest("work"),
      settled("work", { queuePlace: 2 }),
      queued(1),
      dequeued(),
      completed("completed"),
    ]).slice(4),
  ).toEqual([
    "queued, none, owed 0, back 0, place 2",
    "queued, none, owed 0, back 0, place 1",
    "executing, none, owed 0, back 0",
    "completed, none, owed 0, back 0",
  ]);
});

test("waiting for a payment can be cancelled; once paid it cannot", () => {
  expect(journey([invoiceRequest("eval"), completed("cancelled")]).at(-1)).toBe(
    "cancelled, none, owed 0, back 0",
  );
  expect(journey([...toEvaluating, invoiceRequest("work"), completed("cancelled")]).at(-1)).toBe(
    "cancelled, none, owed 0, back 0",
  );
  expect(() => journey([...toEvaluating, completed("cancelled")])).toThrow("cannot happen now");
  expect(() => journey([...toExecuting, completed("cancelled")])).toThrow("cannot happen now");
});

test("aborted or failed work is owed back whole", () => {
  expect(journey([...toExecuting, completed("failed", 200)])).toEqual([
    ...atExecuting,
    "failed, owed, owed 200, back 0",
  ]);
  expect(journey([...toEvaluating, completed("failed", 10)]).at(-1)).toBe("failed, owed, owed 10, back 0");
});

test("a payout of unknown fate can neither be claimed again nor be forgotten", () => {
  const unknown = [...toExecuting, completed("completed", 60), claimed(60), refundFailed(60, "unknown")];
  expect(journey(unknown).at(-1)).toBe("completed, unknown, owed 60, back 0");
  expect(() => journey([...unknown, claimed(60)])).toThrow("cannot happen now");
  expect(journey([...unknown, refunded(60)]).at(-1)).toBe("completed, paid, owed 0, back 60");
  expect(journey([...unknown, refundFailed(60, "failed"), claimed(60)]).at(-1)).toBe(
    "completed, paying, owed 60, back 0",
  );
});

test("a job funded ahead starts with the evaluation and is credited where its sats came from", () => {
  expect(
    journey(
      [invoiceRequest("work"), settled("work"), completed("completed", 60), refunded(60, "credit")],
      "session",
    ),
  ).toEqual([
    "evaluating, none, owed 0, back 0",
    "evaluating, none, owed 0, back 0",
    "executing, none, owed 0, back 0",
    "completed, owed, owed 60, back 0",
    "completed, credited, owed 0, back 60",
  ]);
});
