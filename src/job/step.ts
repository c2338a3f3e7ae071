import { initialTransition, transition } from "xstate";
import type { FactOf } from "../protocol/facts.ts";
import type { JobRecord } from "../protocol/records.ts";
import { RefusalError } from "../protocol/refusal.ts";
import { shortJobId } from "./chat.ts";
import type { JobEvent } from "./context.ts";
import { jobMachine } from "./machine.ts";
import { hydrate, toRecord } from "./record.ts";

/** The record of a job that has just started. Pure. */
export function startJob(fact: FactOf<"job_started">): JobRecord {
  const [snapshot] = initialTransition(jobMachine, fact);
  return toRecord(snapshot);
}

/** Whether the chart allows this fact now. Pure. */
export function allows(record: JobRecord, fact: JobEvent): boolean {
  const before = hydrate(record);
  return transition(jobMachine, before, fact)[0] !== before;
}

/**
 * The record after one more fact. Pure.
 * Throws `illegal_event` when the chart does not allow it; the record is then unchanged.
 */
export function stepJob(record: JobRecord, fact: JobEvent): JobRecord {
  const before = hydrate(record);
  const [after] = transition(jobMachine, before, fact);
  if (after === before) {
    throw new RefusalError(
      "illegal_event",
      `Job ${shortJobId(record.jobId)} is ${record.phase}, refund ${record.refund}: ${fact.type} cannot happen now.`,
    );
  }
  return toRecord(after);
}
