import { expect, test } from "vitest";
import { assign, setup, transition } from "xstate";
import { jobMachine } from "../../job/machine.ts";
import { everyFact } from "../../job/testing/facts.ts";
import { FUNDINGS, reachableStates } from "../../job/testing/reachable.ts";
import { edgeId, readChart } from "./chart.ts";

test("the job's chart is the machine's: its regions, states and ways", () => {
  expect(
    readChart(jobMachine).map(({ name, initial, states, edges }) => ({
      name,
      initial,
      states,
      edges: edges.map(({ from, to }) => `${from} ${to}`),
    })),
  ).toEqual([
    {
      name: "work",
      initial: "started",
      states: [
        "started",
        "awaiting_eval_payment",
        "evaluating",
        "awaiting_work_payment",
        "queued",
        "executing",
        "closed",
      ],
      edges: [
        "started evaluating",
        "started awaiting_eval_payment",
        "awaiting_eval_payment evaluating",
        "awaiting_eval_payment closed",
        "evaluating awaiting_work_payment",
        "evaluating queued",
        "evaluating executing",
        "evaluating closed",
        "awaiting_work_payment queued",
        "awaiting_work_payment executing",
        "awaiting_work_payment closed",
        "queued executing",
        "queued closed",
        "executing closed",
      ],
    },
    {
      name: "refund",
      initial: "none",
      states: ["none", "owed", "paying", "unknown", "paid", "credited"],
      edges: [
        "none owed",
        "owed paying",
        "owed credited",
        "paying paid",
        "paying owed",
        "paying unknown",
        "unknown paid",
        "unknown owed",
        "paid owed",
        "credited owed",
      ],
    },
  ]);
});

test("every step that a job can take is a way of the chart", () => {
  const drawn = new Set(readChart(jobMachine).flatMap(({ edges }) => edges.map(({ id }) => id)));
  const taken = new Set<string>();
  for (const { snapshot } of FUNDINGS.flatMap(reachableStates)) {
    for (const fact of everyFact(snapshot.context.owedSats)) {
      const [after] = transition(jobMachine, snapshot, fact);
      for (const region of ["work", "refund"] as const) {
        const [from, to] = [snapshot.value[region], after.value[region]];
        if (from !== to) taken.add(edgeId({ region, from, to }));
      }
    }
  }
  // A job has left `started` before anybody can send it a fact.
  const began = [...drawn].filter((id) => id.startsWith("work.started"));
  expect([...taken, ...began].sort()).toEqual([...drawn].sort());
});

test("a way says its events and guards, with what they were asked", () => {
  const [work, refund] = readChart(jobMachine);
  const triggers = (region: typeof work, way: string) =>
    region?.edges.find(({ from, to }) => `${from} ${to}` === way)?.triggers;
  expect(triggers(work, "started evaluating")).toEqual(["always [isFundedAhead]"]);
  expect(triggers(work, "queued closed")).toEqual(["job_completed [endsAs failed]"]);
  expect(triggers(refund, "paying owed")).toEqual([
    "refund_settled [paysPartOfOwed]",
    "refund_failed [failedForSure]",
  ]);
  expect(work?.stays.get("awaiting_eval_payment")).toEqual([
    "invoice_request [bringsEvalInvoice]",
    "invoice_expired [expiresOpenInvoice]",
  ]);
  expect(refund?.stays.get("refund")).toEqual(["invoice_settled [paysWhatIsNotDue]"]);
});

test("a machine without regions is one region", () => {
  const lamp = setup({ types: { context: {} as { count: number } } }).createMachine({
    id: "lamp",
    context: { count: 0 },
    initial: "off",
    states: {
      off: { on: { press: { target: "on", actions: assign({ count: 1 }) } } },
      on: { on: { press: "off" } },
    },
  });
  expect(readChart(lamp)).toEqual([
    {
      name: "lamp",
      initial: "off",
      states: ["off", "on"],
      edges: [
        { id: "lamp.off→on", from: "off", to: "on", triggers: ["press"] },
        { id: "lamp.on→off", from: "on", to: "off", triggers: ["press"] },
      ],
      stays: new Map(),
    },
  ]);
});
