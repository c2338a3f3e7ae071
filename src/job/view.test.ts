import { expect, test } from "vitest";
import { jobId, seq } from "../protocol/ids.ts";
import type { JobRecord, Phase } from "../protocol/records.ts";
import type { JobEvent } from "./context.ts";
import { startJob, stepJob } from "./step.ts";
import {
  claimed,
  completed,
  expired,
  invoiceRequest,
  placed,
  refunded,
  refundFailed,
  settled,
  started,
} from "./testing/facts.ts";
import { jobView, leadingJob } from "./view.ts";

const after = (facts: readonly JobEvent[]): JobRecord => placed(facts).reduce(stepJob, startJob(started()));

const unpriced = after([]);
const invoiced = after([invoiceRequest("eval")]);
const evaluating = after([invoiceRequest("eval"), settled("eval")]);
const offering = after([invoiceRequest("eval"), settled("eval"), invoiceRequest("work")]);
const toWork = [invoiceRequest("eval"), settled("eval"), invoiceRequest("work")];
const queued = after([...toWork, settled("work", { queuePlace: 3 })]);
const executing = after([...toWork, settled("work")]);
const done = [...toWork, settled("work"), completed("completed", 60)];

test("each open phase looks its own way", () => {
  expect(jobView(unpriced)).toEqual({
    ...unpriced,
    isOpen: true,
    awaitingPayment: true,
    progress: 0.1,
    priceSats: undefined,
    tint: "attention",
    pose: "waiting",
    allowed: ["cancel"],
    why: "Waiting for the evaluation to be paid.",
  });
  expect(jobView(invoiced)).toEqual({
    ...invoiced,
    isOpen: true,
    awaitingPayment: true,
    progress: 0.1,
    priceSats: 10,
    tint: "attention",
    pose: "waiting",
    allowed: ["pay_eval", "cancel"],
    why: "Waiting for the evaluation to be paid.",
  });
  expect(jobView(evaluating)).toEqual({
    ...evaluating,
    isOpen: true,
    awaitingPayment: false,
    progress: 0.3,
    priceSats: 10,
    tint: "calm",
    pose: "thinking",
    allowed: ["abort"],
    why: "The agent is working out whether it can do this, and for how much.",
  });
  expect(jobView(offering)).toEqual({
    ...offering,
    isOpen: true,
    awaitingPayment: true,
    progress: 0.5,
    priceSats: 200,
    tint: "attention",
    pose: "offering",
    allowed: ["pay_work", "cancel"],
    why: "The agent has named its price and waits for the work to be paid.",
  });
  expect(jobView(queued)).toEqual({
    ...queued,
    isOpen: true,
    awaitingPayment: false,
    progress: 0.6,
    priceSats: 200,
    tint: "calm",
    pose: "waiting",
    allowed: ["abort"],
    why: "Paid. The agent finishes another job first.",
  });
  expect(jobView(executing)).toEqual({
    ...executing,
    isOpen: true,
    awaitingPayment: false,
    progress: 0.8,
    priceSats: 200,
    tint: "calm",
    pose: "working",
    allowed: ["abort"],
    why: "The agent is doing the work.",
  });
});

test("an expired invoice can no longer be paid", () => {
  expect(jobView(after([invoiceRequest("eval"), expired("eval")])).allowed).toEqual(["cancel"]);
  expect(jobView(after([...toWork, expired("work")])).allowed).toEqual(["cancel"]);
});

test("a closed job says how it ended and where its sats are", () => {
  const closed = after(done);
  expect(jobView(closed)).toEqual({
    ...closed,
    isOpen: false,
    awaitingPayment: false,
    progress: 1,
    priceSats: 200,
    tint: "good",
    pose: undefined,
    allowed: ["claim_refund"],
    why: "The work is done. ⚡60 waits to be claimed back.",
  });
  const brief = (facts: readonly JobEvent[]) => {
    const { tint, allowed, why } = jobView(after(facts));
    return { tint, allowed, why };
  };
  const good = { tint: "good", allowed: [] };
  const trouble = { tint: "trouble", allowed: [] };
  expect(brief([...done, claimed(60)])).toEqual({
    ...good,
    why: "The work is done. ⚡60 is on its way back.",
  });
  expect(brief([...done, claimed(60), refundFailed(60, "unknown")])).toEqual({
    ...good,
    why: "The work is done. ⚡60 may be on its way back; the wallet has not said.",
  });
  expect(brief([...done, claimed(60), refunded(60)])).toEqual({
    ...good,
    why: "The work is done. ⚡60 went back.",
  });
  expect(brief([...done, refunded(60, "credit")])).toEqual({
    ...good,
    why: "The work is done. ⚡60 went back.",
  });
  expect(
    brief([invoiceRequest("eval"), settled("eval"), completed("rejected", 0, { error: "Too long." })]),
  ).toEqual({
    ...trouble,
    why: "Too long.",
  });
  expect(brief([invoiceRequest("eval"), settled("eval"), completed("rejected")])).toEqual({
    ...trouble,
    why: "The agent can't do this.",
  });
  expect(brief([completed("failed")])).toEqual({ ...trouble, why: "The work could not be finished." });
  expect(brief([completed("expired")])).toEqual({ ...trouble, why: "It was not paid in time." });
  expect(brief([completed("cancelled")])).toEqual({ ...trouble, why: "It was cancelled." });
});

const RANKED: readonly Phase[] = [
  "executing",
  "evaluating",
  "awaiting_work_payment",
  "awaiting_eval_payment",
  "queued",
];
const job = (phase: Phase, place: number): JobRecord => ({
  ...unpriced,
  jobId: jobId(`${phase}-${place}`),
  phase,
  seq: seq(place),
});

test("an agent follows its highest-ranked open job, then the one that moved longest ago", () => {
  for (let rank = 0; rank < RANKED.length; rank += 1) {
    const jobs = RANKED.slice(rank).map((phase, index) => job(phase, 9 - index));
    expect(leadingJob(jobs.toReversed())?.phase).toBe(RANKED[rank]);
  }
  expect(leadingJob([job("executing", 5), job("executing", 3), job("executing", 7)])?.seq).toBe(3);
  expect(leadingJob([job("closed", 1)])).toBeUndefined();
  expect(leadingJob([])).toBeUndefined();
});
