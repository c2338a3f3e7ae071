import { expect, test } from "vitest";
import { startJob } from "../../job/step.ts";
import {
  claimed,
  completed,
  invoiceRequest,
  placed,
  refunded,
  settled,
  started,
} from "../../job/testing/facts.ts";
import type { JobFact } from "../../protocol/facts.ts";
import { describeStep } from "./describe.ts";
import { createDebuggedMatrix } from "./testing/debugged-matrix.ts";

const JOB = started().jobId;

const unplaced = ({ seq, at, ...fact }: JobFact): JobFact => fact;

test("a job's trail says each fact, its place, the ways it took and the guards that let it", () => {
  const { hear, trail } = createDebuggedMatrix();
  hear(
    started(),
    ...placed([
      invoiceRequest("eval"),
      settled("eval"),
      invoiceRequest("work"),
      settled("work"),
      completed("completed", 60),
      claimed(60),
      refunded(60),
    ]),
  );
  expect(trail.of(JOB).map(describeStep)).toEqual([
    "#1 job_started: started → awaiting_eval_payment",
    "#2 invoice_request: awaiting_eval_payment [bringsEvalInvoice]",
    "#3 invoice_settled: awaiting_eval_payment → evaluating [paysEval]",
    "#4 invoice_request: evaluating → awaiting_work_payment [bringsWorkInvoice]",
    "#5 invoice_settled: awaiting_work_payment → executing [paysWork]",
    "#6 job_completed: executing → closed [endsAs completed, failed]; none → owed [isOwed]",
    "#7 refund_claimed: owed → paying [claimsAllOwed]",
    "#8 refund_settled: paying → paid [paysAllOwed]",
  ]);
  expect(trail.of(JOB).at(-1)).toEqual({
    event: "refund_settled",
    seq: 8,
    fields: { amountSats: 60, method: "invoice" },
    moves: [{ region: "refund", from: "paying", to: "paid", guard: "paysAllOwed" }],
  });
});

test("what the chart forbids is on the trail", () => {
  const { hear, trail } = createDebuggedMatrix();
  hear(started(), { ...claimed(5), seq: 2 as never });
  expect(trail.of(JOB).map(describeStep)).toEqual([
    "#1 job_started: started → awaiting_eval_payment",
    "#2 refund_claimed: forbidden by the chart",
  ]);
});

test("a job that comes with a snapshot has no past", () => {
  const { hear, trail } = createDebuggedMatrix();
  hear(
    { type: "subscribed", role: "visitor", mode: "snapshot" } as never,
    { type: "snapshot_part", part: 0, last: true, agents: [], jobs: [startJob(started())] } as never,
  );
  expect(trail.of(JOB).map(describeStep)).toEqual(["#1 snapshot: the job came as a whole"]);
});

test("a job that an older tower puts right keeps its past", () => {
  const { hear, trail } = createDebuggedMatrix();
  hear(unplaced(started()), unplaced(completed("completed")));
  expect(trail.of(JOB).map(({ event, moves }) => [event, moves.length])).toEqual([
    ["job_started", 1],
    ["job_completed", 0],
    ["snapshot", 0],
  ]);
});

test("keeps the last steps only, and nothing of a job that is gone", () => {
  const { hear, trail, dispose } = createDebuggedMatrix();
  const request = invoiceRequest("eval");
  hear(started(), ...placed(Array.from({ length: 40 }, () => request)));
  expect(trail.of(JOB).map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 22));
  dispose();
  expect(trail.of(JOB)).toEqual([]);
});
