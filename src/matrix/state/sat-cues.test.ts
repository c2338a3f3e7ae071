import { expect, test } from "vitest";
import { startJob, stepJob } from "../../job/step.ts";
import { claimed, completed, invoiceRequest, placed, settled, started } from "../../job/testing/facts.ts";
import type { FactOf } from "../../protocol/facts.ts";
import type { Funding, JobRecord } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import { satCues } from "./sat-cues.ts";

type Facts = Parameters<typeof placed>[0];
const credited = (amount: number): FactOf<"refund_settled"> => ({
  type: "refund_settled",
  jobId: started().jobId,
  amountSats: sats(amount),
  method: "credit",
});
const paidBack = (amount: number): FactOf<"refund_settled"> => ({ ...credited(amount), method: "invoice" });

/** Every way that sats went in a job's life, such as `gate > alpha 10`. */
function ways(facts: Facts, funding: Funding = "invoice"): readonly string[] {
  let job: JobRecord = startJob(started(funding));
  return placed(facts).flatMap((fact) => {
    if (fact.type === "job_started") throw new Error("it has started");
    const cues = satCues(fact, job);
    job = stepJob(job, fact);
    return cues.flatMap((cue) =>
      cue.kind === "sats"
        ? [
            [cue.from, cue.to].map((end) => (end.kind === "agent" ? end.agentId : end.kind)).join(" > ") +
              ` ${cue.amountSats}`,
          ]
        : [],
    );
  });
}

/** What is left with the agent when all has flown. */
const leftOver = (flown: readonly string[]): number =>
  flown.reduce((sum, way) => {
    const [from, , to, amount] = way.split(" ");
    return sum + (to === "alpha" ? Number(amount) : from === "alpha" ? -Number(amount) : 0);
  }, 0);

test("the treasury pays from the core and gets what is left back there; the payer's own leaves by the gate", () => {
  const flown = ways([
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work", { paidBy: "treasury" }),
    completed("completed", 60, { actualCostSats: sats(140) }),
    credited(60),
  ]);
  expect([flown, leftOver(flown)]).toEqual([
    ["gate > alpha 10", "alpha > core 10", "core > alpha 200", "alpha > core 140", "alpha > core 60"],
    0,
  ]);
});

test("a late payment of what the treasury paid is the payer's: it came by the gate and goes back there", () => {
  const flown = ways([
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work", { paidBy: "treasury" }),
    settled("work", { onTime: false }),
    completed("completed", 60, { actualCostSats: sats(140) }),
    credited(60),
    claimed(200),
    paidBack(200),
  ]);
  expect([flown, leftOver(flown)]).toEqual([
    [
      ...["gate > alpha 10", "alpha > core 10", "core > alpha 200", "gate > alpha 200"],
      ...["alpha > core 140", "alpha > core 60", "alpha > gate 200"],
    ],
    0,
  ]);
});

test("what a session pays is its payer's: it comes by the gate and goes back there", () => {
  const flown = ways(
    [
      invoiceRequest("eval"),
      settled("eval", { paidBy: "session" }),
      invoiceRequest("work"),
      settled("work", { paidBy: "session" }),
      completed("completed", 60, { actualCostSats: sats(140) }),
      credited(60),
    ],
    "session",
  );
  expect([flown, leftOver(flown)]).toEqual([
    ["gate > alpha 10", "alpha > core 10", "gate > alpha 200", "alpha > core 140", "alpha > gate 60"],
    0,
  ]);
});

test("a refund that its payer puts into a session leaves by the gate", () => {
  const flown = ways([
    invoiceRequest("eval"),
    settled("eval"),
    invoiceRequest("work"),
    settled("work"),
    completed("completed", 60, { actualCostSats: sats(140) }),
    credited(60),
  ]);
  expect(flown.at(-1)).toBe("alpha > gate 60");
});

test("work of the treasury's that failed goes back to the core whole", () => {
  const flown = ways([
    invoiceRequest("eval"),
    settled("eval", { paidBy: "treasury" }),
    invoiceRequest("work"),
    settled("work", { paidBy: "treasury" }),
    completed("failed", 200),
    credited(200),
  ]);
  expect([flown, leftOver(flown)]).toEqual([
    ["core > alpha 10", "alpha > core 10", "core > alpha 200", "alpha > core 200"],
    0,
  ]);
});
