import type { JobId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import type { Database } from "../storage/port.ts";
import { effectKey } from "./decide/decision.ts";
import type { Economy } from "./economy.ts";
import { triesOf } from "./effects-table.ts";
import { readJobRecord } from "./jobs.ts";
import type { Transactor } from "./transactor.ts";
import { waitFor } from "./wait-for.ts";

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

  return {
    watchJob,
    waitForJob: (jobId, as, signal) =>
      waitFor(
        {
          watch: (listener) => watchJob(jobId, listener),
          read: () => database.read((sql) => readJobRecord(sql, jobId)),
        },
        as,
        signal,
      ),
    attemptsOf: (jobId) => database.read((sql) => triesOf(sql, effectKey.execute(jobId))),
  };
}
