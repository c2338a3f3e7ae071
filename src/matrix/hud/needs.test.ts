import { expect, test } from "vitest";
import { jobId, ownerId, seq } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { needsOf } from "./needs.ts";
import { createFakeState, invoice, job } from "./testing/fake-state.ts";

const waiting = (id: string, at: number, kind: "eval" | "work") =>
  job({
    jobId: jobId(id),
    seq: seq(at),
    phase: kind === "eval" ? "awaiting_eval_payment" : "awaiting_work_payment",
    evalInvoice: invoice("eval", 10, kind === "eval" ? "open" : "settled"),
    ...(kind === "work" && { workInvoice: invoice("work", 500, "open") }),
  });
const owed = job({
  jobId: jobId("owed"),
  seq: seq(1),
  refund: "owed",
  owedSats: sats(214),
  outcome: "completed",
});

test("work before evaluations before refunds, and the longest waiting first", () => {
  const { state, stores } = createFakeState();
  stores.jobs.set([
    owed,
    waiting("eval", 2, "eval"),
    waiting("late", 9, "work"),
    waiting("early", 3, "work"),
  ]);
  expect(
    needsOf(state).map(({ job: { jobId: id }, action, amountSats }) => [id, action, amountSats]),
  ).toEqual([
    ["early", "pay_work", 500],
    ["late", "pay_work", 500],
    ["eval", "pay_eval", 10],
    ["owed", "claim_refund", 214],
  ]);
});

test("other people's jobs, and anything on a kiosk, need nobody here", () => {
  const { state, stores } = createFakeState();
  stores.jobs.set([{ ...owed, ownerId: ownerId("somebody-else") }]);
  const others = needsOf(state);
  stores.jobs.set([owed]);
  stores.me.set({ ...stores.me.get(), role: "kiosk" });
  expect([others, needsOf(state)]).toEqual([[], []]);
});
