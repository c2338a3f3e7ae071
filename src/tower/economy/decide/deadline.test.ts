import { expect, test } from "vitest";
import type { JobRecord } from "../../../protocol/records.ts";
import { JOBS } from "../testing/jobs.ts";
import { deadlineOf } from "./deadline.ts";
import { reservedMsat } from "./reservation.ts";

const LIMITS = { evaluating: 60_000, executing: 600_000 };

/** Facts are a second apart from second 1; every invoice expires at second 600. */
const cases: readonly (readonly [string, JobRecord, number | undefined, bigint])[] = [
  ["without an invoice nothing limits it", JOBS.new, undefined, 10_000n],
  ["an eval invoice counts to its last millisecond", JOBS.awaitingEval, 600_001, 10_000n],
  ["evaluating is limited from its payment", JOBS.evaluating, 3_000 + 60_000, 10_000n],
  ["a work invoice counts to its last millisecond", JOBS.awaitingWork, 600_001, 200_000n],
  ["a queue has no limit", JOBS.queued, undefined, 200_000n],
  ["executing is limited from its start", JOBS.executing, 5_000 + 600_000, 200_000n],
  ["a closed job waits for nothing and holds nothing", JOBS.completed, undefined, 0n],
];
test.for(cases)("%s", ([, job, deadline, reserved]) => {
  expect([deadlineOf(job, LIMITS), reservedMsat(job)]).toEqual([deadline, reserved]);
});
