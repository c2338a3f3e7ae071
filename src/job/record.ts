import type { SnapshotFrom } from "xstate";
import type { JobRecord, Phase, RefundPhase } from "../protocol/records.ts";
import { jobMachine } from "./machine.ts";

export type JobSnapshot = SnapshotFrom<typeof jobMachine>;

/** A job's statechart as the plain object that travels and is stored. */
export function toRecord(snapshot: JobSnapshot): JobRecord {
  const { work, refund } = snapshot.value as { work: Phase; refund: RefundPhase };
  const { queuePlace, ...context } = snapshot.context;
  return {
    ...context,
    phase: work,
    refund,
    ...(work === "queued" && queuePlace !== undefined && { queuePlace }),
  };
}

/** The statechart in the state that a record says, without entering it: no cue is emitted. */
export function hydrate(record: JobRecord): JobSnapshot {
  const { phase, refund, ...context } = record;
  return jobMachine.resolveState({ value: { work: phase, refund }, context });
}
