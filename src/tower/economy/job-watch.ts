import type { JobId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { RefusalError, refuse } from "../../protocol/refusal.ts";
import type { Database } from "../storage/port.ts";
import { effectKey } from "./decide/decision.ts";
import type { Economy } from "./economy.ts";
import { triesOf } from "./effects-table.ts";
import { findJob } from "./jobs.ts";
import type { Transactor } from "./transactor.ts";

/** Watches jobs, without polling. */
export function createJobWatch(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
}): Pick<Economy, "waitForJob" | "watchJob" | "attemptsOf"> {
  const { database, transactor } = parts;

  const watchJob = (jobId: JobId, listener: (job: JobRecord) => void): (() => void) =>
    transactor.onApplied((applied) => {
      const job = applied.jobs.find((changed) => changed.jobId === jobId);
      if (job !== undefined) listener(job);
    });

  async function waitForJob(
    jobId: JobId,
    as: (job: JobRecord) => boolean,
    signal: AbortSignal,
  ): Promise<JobRecord> {
    const { promise: later, resolve, reject } = Promise.withResolvers<JobRecord>();
    // Nobody may be waiting for it any more when it rejects.
    later.catch(() => undefined);
    const undo = watchJob(jobId, (job) => {
      try {
        if (as(job)) resolve(job);
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
  }

  return {
    watchJob,
    waitForJob,
    attemptsOf: (jobId) => database.read((sql) => triesOf(sql, effectKey.execute(jobId))),
  };
}
