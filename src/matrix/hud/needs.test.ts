import { expect, test } from "vitest";
import { jobId, ownerId, seq, sessionId, timestamp } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { MatrixState } from "../state/model.ts";
import { needsOf } from "./needs.ts";
import { awaited, createFakeState, invoice, job, NOW, session } from "./testing/fake-state.ts";

const present = (state: MatrixState) => ({ state, now: () => NOW, wakeAt: () => undefined });
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
    needsOf(present(state)).map((need) => [
      "job" in need ? need.job.jobId : need.session.sessionId,
      need.action,
      need.amountSats,
    ]),
  ).toEqual([
    ["early", "pay_work", 500],
    ["late", "pay_work", 500],
    ["eval", "pay_eval", 10],
    ["owed", "claim_refund", 214],
  ]);
});

test("a session: its invoice after the jobs' own, what it owes after their refunds, and running low last", () => {
  const { state, stores, setSessions } = createFakeState();
  const seen = () => needsOf(present(state)).map(({ action, amountSats }) => [action, amountSats]);
  stores.jobs.set([owed, waiting("eval", 2, "eval")]);
  const ended = session({
    sessionId: sessionId("ended"),
    state: "expired",
    balanceSats: sats(0),
    owedSats: sats(70),
    refund: "owed",
  });
  const jobs = [
    ["pay_eval", 10],
    ["claim_refund", 214],
  ];
  setSessions(session(), ended);
  expect(seen()).toEqual([...jobs, ["claim_session", 70]]);
  setSessions(awaited(500), ended);
  expect(seen()).toEqual([jobs[0], ["pay_session", 500], jobs[1], ["claim_session", 70]]);
  setSessions(session({ balanceSats: sats(99) }));
  expect(seen()).toEqual([...jobs, ["top_up", 99]]);
  setSessions(session({ balanceSats: sats(99), reservedSats: sats(500) }));
  expect(seen(), "what is set aside mostly comes back").toEqual(jobs);
  setSessions(session({ ...awaited(300), state: "paused", balanceSats: sats(12) }));
  const lowWith = (asked: number) => [jobs[0], ["pay_session", asked], jobs[1], ["top_up", 12]];
  expect(seen(), "the way out of being low is on its way").toEqual(lowWith(300));
});

test("a session's invoice is no need from the moment that it can be paid no more", () => {
  const { state, setSessions } = createFakeState();
  let now = NOW;
  const woken: number[] = [];
  const seen = () =>
    needsOf({ state, now: () => now, wakeAt: (time) => woken.push(time) }).map(({ action }) => action);
  const topUp = { state: "paused", balanceSats: sats(12), invoiceExpiresAt: timestamp(NOW + 5000) } as const;
  setSessions(session({ ...awaited(300), ...topUp }));
  expect([seen(), woken]).toEqual([["pay_session", "top_up"], [NOW + 5000]]);
  now += 5000;
  expect(seen()).toEqual(["top_up"]);
  setSessions({ ...awaited(300), invoiceExpiresAt: timestamp(now) });
  expect(seen()).toEqual([]);
});

test("other people's jobs, and anything on a kiosk, need nobody here", () => {
  const { state, stores } = createFakeState();
  stores.jobs.set([{ ...owed, ownerId: ownerId("somebody-else") }]);
  const others = needsOf(present(state));
  stores.jobs.set([owed]);
  stores.me.set({ ...stores.me.get(), role: "kiosk" });
  expect([others, needsOf(present(state))]).toEqual([[], []]);
});
