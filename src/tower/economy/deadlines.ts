import type { JobRecord } from "../../protocol/records.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../storage/port.ts";
import { type Alarm, createAlarm, doEach } from "./alarm.ts";
import { deadlineOf, type PhaseLimits } from "./decide/deadline.ts";
import { decision } from "./decide/decision.ts";
import { expireInvoice, failJob } from "./decide/end-work.ts";
import { findJobInvoice } from "./invoices.ts";
import { dueJobs, nextDeadline, queueOf, readJobRecord } from "./jobs.ts";
import type { Reconciler } from "./reconcile.ts";
import type { Transactor } from "./transactor.ts";

/** Ends what has lasted too long. One timer, set for the next phase that is over. */
export interface Deadlines extends Omit<Alarm, "dueAt"> {
  /** Takes note of jobs that have changed. */
  changed(jobs: readonly JobRecord[]): void;
}

/** Deadlines over the job table. `failed` is told of what went wrong; it is tried again. */
export function createDeadlines(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly limits: PhaseLimits;
  readonly failed: (error: unknown) => void;
}): Deadlines {
  const { database, transactor, reconciler, clock, limits, failed } = parts;

  async function end(due: JobRecord): Promise<void> {
    const unpaid = due.phase === "awaiting_eval_payment" || due.phase === "awaiting_work_payment";
    if (unpaid) {
      const type = due.phase === "awaiting_eval_payment" ? "eval" : "work";
      const invoice = await database.read((sql) => findJobInvoice(sql, due.jobId, type));
      // A payment may have come that nobody told us of: the wallet is asked before anything expires.
      if (invoice !== undefined) await reconciler.reconcile(invoice.paymentHash);
    }
    await transactor.run(async (sql) => {
      const job = await readJobRecord(sql, due.jobId);
      if (job.phase !== due.phase) return { decision: decision({}), result: undefined };
      const ended = unpaid
        ? expireInvoice(job)
        : failJob(job, tooLong(job, limits), await queueOf(sql, job.agentId));
      return { decision: ended, result: undefined };
    });
  }

  const endDue = async (isClosed: () => boolean): Promise<boolean> =>
    doEach(await database.read((sql) => dueJobs(sql, clock.now())), end, { isClosed, failed });

  const alarm = createAlarm({ clock, doDue: endDue, nextDue: () => database.read(nextDeadline), failed });
  return {
    ...alarm,
    changed(jobs) {
      for (const job of jobs) alarm.dueAt(deadlineOf(job, limits));
    },
  };
}

function tooLong(job: JobRecord, limits: PhaseLimits): string {
  const limit = job.phase === "evaluating" ? limits.evaluating : limits.executing;
  return `The agent was not done within ${Math.round(limit / 1000)} seconds.`;
}
