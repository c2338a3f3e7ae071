import type { JobId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { RefusalError, refuse } from "../../protocol/refusal.ts";
import type { Database } from "../storage/port.ts";
import { findJob } from "./jobs.ts";
import type { Transactor } from "./transactor.ts";

/** Waits for a job to become something, without polling. */
export function createJobWatch(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
}): (jobId: JobId, as: (job: JobRecord) => boolean, signal: AbortSignal) => Promise<JobRecord> {
  const { database, transactor } = parts;
  return async (jobId, as, signal) => {
    const { promise: later, resolve, reject } = Promise.withResolvers<JobRecord>();
    // Nobody may be waiting for it any more when it rejects.
    later.catch(() => undefined);
    const undo = transactor.onApplied((applied) => {
      const job = applied.jobs.find((changed) => changed.jobId === jobId);
      try {
        if (job !== undefined && as(job)) resolve(job);
      } catch (error) {
        reject(error);
      }
    });
    const stop = (): void =>
      reject(new RefusalError("internal", "It takes longer than expected: ask for the job again later."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    try {
      // Listening began before looking, so that nothing falls between the two.
      const job = await database.read((sql) => findJob(sql, jobId));
      if (job === undefined) refuse("unknown_job", `There is no job ${jobId}.`);
      return as(job) ? job : await later;
    } finally {
      undo();
      signal.removeEventListener("abort", stop);
    }
  };
}
