import { expect, test } from "vitest";
import { stepJob } from "../../../job/step.ts";
import { completed, expired, settled } from "../../../job/testing/facts.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { funded, JOBS } from "../testing/jobs.ts";
import { fundOf, heldInvoice, heldSats, paidFrom, setAsideSats } from "./held.ts";

const SESSION = funded("session");
const late = stepJob(JOBS.awaitingEval, settled("eval", { onTime: false }));
const rejected = stepJob(SESSION.evaluating, completed("rejected"));

test.for([
  ["waiting for its evaluation to be paid", JOBS.awaitingEval, undefined, 0, 0],
  ["evaluated", JOBS.evaluating, "eval", 10, 10],
  ["waiting for its work to be paid", JOBS.awaitingWork, undefined, 0, 0],
  ["queued", JOBS.queued, "work", 200, 200],
  ["executed", JOBS.executing, "work", 200, 200],
  ["done", JOBS.completed, undefined, 0, 0],
  ["cancelled", JOBS.cancelled, undefined, 0, 0],
  ["paid too late", late, undefined, 0, 0],
  ["expired", stepJob(JOBS.awaitingEval, expired("eval")), undefined, 0, 0],
  ["evaluated ahead", SESSION.evaluating, "eval", 10, 210],
  ["queued ahead", SESSION.queued, "work", 200, 200],
  ["executed ahead", SESSION.executing, "work", 200, 200],
  ["done ahead", SESSION.completed, undefined, 0, 0],
  ["rejected ahead", rejected, undefined, 0, 0],
] as const satisfies readonly (readonly [string, JobRecord, string | undefined, number, number])[])(
  "what the tower holds of a job that is %s",
  ([, job, invoice, held, setAside]) => {
    expect([heldInvoice(job)?.invoiceType, heldSats(job), setAsideSats(job)]).toEqual([
      invoice,
      held,
      setAside,
    ]);
  },
);

test("each funding has its fund, and a job that names none of its kind is a fault", () => {
  expect(fundOf(JOBS.executing)).toBe(undefined);
  expect(fundOf(SESSION.executing)).toEqual({ kind: "session", sessionId: "session-1" });
  expect(fundOf(funded("l402").executing)).toEqual({ kind: "token", tokenId: "token-1" });
  expect(fundOf(funded("treasury").executing)).toEqual({ kind: "treasury" });
  const { sessionId: _session, ...nowhere } = SESSION.executing;
  expect(() => fundOf(nowhere)).toThrow("funded by no session");
  const { tokenId: _token, ...noToken } = funded("l402").executing;
  expect(() => fundOf(noToken)).toThrow("funded by no token");
});

test("what paid an invoice is a payer, unless it says otherwise", () => {
  const { executing } = JOBS;
  expect(paidFrom(executing, executing.workInvoice)).toEqual({ kind: "payer" });
  expect(paidFrom(executing, undefined)).toEqual({ kind: "payer" });
  const byTreasury = stepJob(JOBS.awaitingWork, settled("work", { paidBy: "treasury" }));
  expect(paidFrom(byTreasury, byTreasury.evalInvoice)).toEqual({ kind: "payer" });
  expect(paidFrom(byTreasury, byTreasury.workInvoice)).toEqual({ kind: "treasury" });
  const ahead = SESSION.executing;
  expect(paidFrom(ahead, ahead.workInvoice)).toEqual({ kind: "session", sessionId: "session-1" });
});
