import { shortJobId } from "../../../job/chat.ts";
import type { JobId } from "../../../protocol/ids.ts";
import type { Intent, IntentOf, IntentType } from "../../../protocol/intents.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sats } from "../../../protocol/units.ts";
import type { Clock } from "../../clock.ts";
import type { Purses } from "../../lightning/play/purses.ts";
import type { Wallet } from "../../lightning/wallet.ts";
import type { Database, Sql } from "../../storage/port.ts";
import type { Moment } from "../apply.ts";
import { type Decision, decision } from "../decide/decision.ts";
import type { Caller, Performed } from "../economy.ts";
import { readJobRecord } from "../jobs.ts";
import type { Reconciler } from "../reconcile.ts";
import type { Transactor } from "../transactor.ts";
import { recallIntent, rememberDone } from "./intent-table.ts";

/** What doing intents takes. */
export interface IntentParts {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly reconciler: Reconciler;
  readonly wallet: Wallet;
  /** The payers' purses; only the play wallet has them. */
  readonly purses: Purses | undefined;
  readonly clock: Clock;
  /** The most a payout's route may cost. */
  readonly feeLimit: (amount: Sats) => Sats;
}

/** Does one kind of intent, once per owner and `requestId`. Throws a `RefusalError`; nothing has then changed. */
export type Perform<Type extends IntentType> = (caller: Caller, intent: IntentOf<Type>) => Promise<Performed>;

/** What an intent comes to, decided inside the transaction. */
export interface Outcome {
  readonly decision: Decision;
  readonly performed: Performed;
}

/** Does an intent that needs nothing but the database in one transaction: recalled, decided, applied and remembered. */
export const once = (
  transactor: Transactor,
  caller: Caller,
  intent: Intent,
  decide: (sql: Sql, moment: Moment) => Promise<Outcome>,
): Promise<Performed> =>
  transactor.run(async (sql, moment) => {
    const known = await recallIntent(sql, caller.ownerId, intent);
    if (known?.state === "done") return { decision: decision({}), result: known.performed };
    const outcome = await decide(sql, moment);
    await rememberDone(sql, caller.ownerId, intent, outcome.performed, moment.now);
    return { decision: outcome.decision, result: outcome.performed };
  });

/**
 * The caller's own job. What is owed to a payer is not an operator's either. Refuses with `unknown_job` or
 * `forbidden`; that a job exists is public.
 */
export async function ownJob(sql: Sql, caller: Caller, id: JobId): Promise<JobRecord> {
  const job = await readJobRecord(sql, id);
  if (job.ownerId !== caller.ownerId) refuse("forbidden", `Job ${shortJobId(id)} belongs to somebody else.`);
  return job;
}

/** A job whose invoices the caller sees, and so may pay: its owner, or any operator. Refuses as {@link ownJob} does. */
export async function payableJob(sql: Sql, caller: Caller, id: JobId): Promise<JobRecord> {
  return caller.role === "operator" ? readJobRecord(sql, id) : ownJob(sql, caller, id);
}
