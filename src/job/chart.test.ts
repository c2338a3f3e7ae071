import { describe, expect, test } from "vitest";
import { createActor, getNextTransitions } from "xstate";
import { JOB_FACT_TYPES } from "../protocol/facts.ts";
import type { JobRecord } from "../protocol/records.ts";
import { RefusalError } from "../protocol/refusal.ts";
import type { JobEvent } from "./context.ts";
import type { JobCue } from "./cue.ts";
import { jobMachine, OUTCOMES_FROM } from "./machine.ts";
import { hydrate, toRecord } from "./record.ts";
import { allows, startJob, stepJob } from "./step.ts";
import { everyFact, placed, started } from "./testing/facts.ts";
import { FUNDINGS, type ReachableState, reachableStates } from "./testing/reachable.ts";
import { retell } from "./testing/retell.ts";

const REFUNDS = ["none", "owed", "paying", "paid", "unknown", "credited"];
const OUTCOMES = ["completed", "rejected", "failed", "expired", "cancelled"];

const frozen = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};

/** The facts of a state's kind that it must refuse, and those that it must take. */
const factsAt = (state: ReachableState): readonly JobEvent[] => everyFact(state.snapshot.context.owedSats);

describe.each(FUNDINGS)("a job funded by %s", (funding) => {
  const states = reachableStates(funding);
  const isWaited = funding === "invoice";

  test("reaches every phase with every refund state, and ends in every way", () => {
    const seen = new Set(
      states.map(({ snapshot }) => {
        const { phase, outcome, refund } = toRecord(snapshot);
        return `${phase === "closed" ? outcome : phase} ${refund}`;
      }),
    );
    const open = isWaited
      ? ["awaiting_eval_payment", "evaluating", "awaiting_work_payment", "queued", "executing"]
      : ["evaluating", "queued", "executing"];
    const ends = isWaited ? OUTCOMES : ["completed", "rejected", "failed"];
    const expected = [...open, ...ends].flatMap((phase) => REFUNDS.map((refund) => `${phase} ${refund}`));
    expect([...seen].sort()).toEqual(expected.sort());
  });

  test("every shortest path ends in the record that its facts add up to", () => {
    for (const { path, snapshot } of states) {
      const facts = placed(path);
      const record = facts.reduce(stepJob, startJob(started(funding)));
      const { phase, refund } = toRecord(snapshot);
      const { phaseAt, ...rest } = record;
      expect(rest).toEqual(retell(started(funding), facts, { phase, refund }));
    }
  });

  test("a phase remembers the fact that entered it", () => {
    for (const { path } of states) {
      let record = startJob(started(funding));
      let entered = started(funding).at;
      for (const fact of placed(path)) {
        const next = stepJob(record, fact);
        if (next.phase !== record.phase) entered = fact.at;
        expect(next.phaseAt).toBe(entered);
        record = next;
      }
    }
  });

  test("refuses what the chart has no transition for, and leaves the record alone", () => {
    for (const state of states) {
      const record = frozen(toRecord(state.snapshot));
      const legalKinds = new Set<string>(
        getNextTransitions(state.snapshot).map(({ eventType }) => eventType),
      );
      for (const kind of JOB_FACT_TYPES) {
        if (legalKinds.has(kind)) continue;
        for (const fact of factsAt(state).filter(({ type }) => type === kind)) {
          expect(state.snapshot.can(fact), `${kind} at ${state.key}`).toBe(false);
        }
      }
      for (const fact of factsAt(state)) {
        if (state.snapshot.can(fact)) {
          expect(allows(record, fact)).toBe(true);
          expect(stepJob(record, fact)).not.toEqual(record);
        } else {
          expectRefusal(record, fact);
        }
      }
    }
  });

  test("ends its work only as the table of outcomes says", () => {
    for (const state of states) {
      const record = toRecord(state.snapshot);
      const ends = new Set(
        factsAt(state).flatMap((fact) =>
          fact.type === "job_completed" && allows(record, fact) ? [fact.outcome] : [],
        ),
      );
      expect([...ends].sort(), state.key).toEqual([...OUTCOMES_FROM[record.phase]].sort());
    }
  });

  test("hydrates from its record, through JSON too, and goes on as before", () => {
    for (const state of states) {
      const record = toRecord(state.snapshot);
      const travelled = JSON.parse(JSON.stringify(record)) as JobRecord;
      expect(travelled).toEqual(record);
      const again = hydrate(travelled);
      expect(again.value).toEqual(state.snapshot.value);
      expect(toRecord(again)).toEqual(record);
      for (const fact of factsAt(state).filter((each) => state.snapshot.can(each))) {
        expect(stepJob(travelled, fact)).toEqual(stepJob(record, fact));
      }
    }
  });

  test("hydration says and shows nothing; the next fact does", () => {
    for (const state of states) {
      const cues: JobCue[] = [];
      const actor = createActor(jobMachine, {
        snapshot: hydrate(toRecord(state.snapshot)),
        input: started(funding),
      });
      actor.on("*", (cue) => cues.push(cue));
      actor.start();
      expect(cues).toEqual([]);
      expect(toRecord(actor.getSnapshot())).toEqual(toRecord(state.snapshot));
      const next = factsAt(state).find((fact) => state.snapshot.can(fact));
      if (next !== undefined) {
        actor.send(next);
        expect(cues.map(({ type }) => type)).toContain("chat");
      }
      actor.stop();
    }
  });
});

function expectRefusal(record: JobRecord, fact: JobEvent): void {
  const before = JSON.stringify(record);
  expect(allows(record, fact)).toBe(false);
  let refusal: unknown;
  try {
    stepJob(record, fact);
  } catch (error) {
    refusal = error;
  }
  expect(refusal, `${fact.type} on ${before}`).toBeInstanceOf(RefusalError);
  expect(refusal).toMatchObject({
    code: "illegal_event",
    message: `Job a4f2… is ${record.phase}, refund ${record.refund}: ${fact.type} cannot happen now.`,
  });
  expect(JSON.stringify(record)).toBe(before);
}
