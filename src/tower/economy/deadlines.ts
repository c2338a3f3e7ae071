import type { JobRecord } from "../../protocol/records.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../storage/port.ts";
import { deadlineOf, type PhaseLimits } from "./decide/deadline.ts";
import { decision } from "./decide/decision.ts";
import { expireInvoice, failJob } from "./decide/end-work.ts";
import { findJobInvoice } from "./invoices.ts";
import { dueJobs, nextDeadline, queueOf, readJobRecord } from "./jobs.ts";
import type { Reconciler } from "./reconcile.ts";
import type { Transactor } from "./transactor.ts";

/** How soon to try again when the wallet or the disk could not be asked, in milliseconds. */
const RETRY = 5_000;

/** Ends what has lasted too long. One timer, set for the next phase that is over. */
export interface Deadlines {
  /** Takes note of jobs that have changed. */
  changed(jobs: readonly JobRecord[]): void;
  /** Looks through all jobs: at the start. */
  look(): void;
  close(): void;
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
  let timer: { readonly at: number; cancel(): void } | undefined;
  let looking = false;
  let again = false;
  let closed = false;

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

  /** Ends what is over; true when all of it could be ended. */
  async function endDue(): Promise<boolean> {
    let all = true;
    for (const job of await database.read((sql) => dueJobs(sql, clock.now()))) {
      if (closed) return true;
      try {
        await end(job);
      } catch (error) {
        // One job that cannot be ended must not keep the others from it.
        all = false;
        failed(error);
      }
    }
    return all;
  }

  async function look(): Promise<void> {
    if (closed) return;
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        setTimer((await endDue()) ? await database.read(nextDeadline) : clock.now() + RETRY);
      } while (again && !closed);
    } catch (error) {
      failed(error);
      setTimer(clock.now() + RETRY);
    } finally {
      looking = false;
    }
  }

  /** Looks at `at` (ms since 1970), or earlier when that was planned. */
  function setTimer(at: number | undefined): void {
    if (closed || at === undefined || (timer !== undefined && timer.at <= at)) return;
    timer?.cancel();
    const cancel = clock.after(at - clock.now(), () => {
      timer = undefined;
      void look();
    });
    timer = { at, cancel };
  }

  return {
    changed(jobs) {
      for (const job of jobs) setTimer(deadlineOf(job, limits));
    },
    look: () => void look(),
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}

function tooLong(job: JobRecord, limits: PhaseLimits): string {
  const limit = job.phase === "evaluating" ? limits.evaluating : limits.executing;
  return `The agent was not done within ${Math.round(limit / 1000)} seconds.`;
}
