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
  /** Sets the timer anew; to be called when jobs have changed. */
  arm(): void;
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
  let cancelTimer = (): void => undefined;
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
    await transactor.run(async (sql, moment) => {
      const job = await readJobRecord(sql, due.jobId);
      const deadline = deadlineOf(job, limits);
      if (deadline === undefined || deadline > moment.now)
        return { decision: decision({}), result: undefined };
      if (unpaid) return { decision: expireInvoice(job), result: undefined };
      const minutes = `${Math.round((job.phase === "evaluating" ? limits.evaluating : limits.executing) / 1000)} seconds`;
      const error = `The agent was not done within ${minutes}.`;
      return { decision: failJob(job, error, await queueOf(sql, job.agentId)), result: undefined };
    });
  }

  async function look(): Promise<void> {
    looking = true;
    try {
      do {
        again = false;
        for (const job of await database.read((sql) => dueJobs(sql, clock.now()))) await end(job);
        const next = await database.read(nextDeadline);
        if (closed) return;
        cancelTimer();
        if (next !== undefined) cancelTimer = clock.after(next - clock.now(), () => void look());
      } while (again && !closed);
    } catch (error) {
      failed(error);
      if (!closed) cancelTimer = clock.after(RETRY, () => void look());
    } finally {
      looking = false;
    }
  }

  return {
    arm() {
      if (closed) return;
      if (looking) again = true;
      else void look();
    },
    close() {
      closed = true;
      cancelTimer();
    },
  };
}
