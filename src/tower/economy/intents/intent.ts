import { shortJobId } from "../../../job/chat.ts";
import type { AgentId, JobId, SessionId } from "../../../protocol/ids.ts";
import type { Intent, IntentOf, IntentType } from "../../../protocol/intents.ts";
import type { JobRecord, SessionRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sats } from "../../../protocol/units.ts";
import type { Clock } from "../../clock.ts";
import type { AddressPayer } from "../../lightning/lnurl/address-payer.ts";
import type { Purses } from "../../lightning/play/purses.ts";
import type { Wallet } from "../../lightning/wallet.ts";
import type { Database, Sql } from "../../storage/port.ts";
import type { Moment } from "../apply.ts";
import { type Decision, decision } from "../decide/decision.ts";
import type { Caller, Performed, SessionSecret } from "../economy.ts";
import { readJobRecord } from "../jobs.ts";
import type { Quote } from "../quote.ts";
import type { Reconciler } from "../reconcile.ts";
import { readSession } from "../sessions.ts";
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
  /** Finds invoices for Lightning Addresses. */
  readonly addressPayer: AddressPayer;
  /** The most that the routes of refunds may cost in a day. */
  readonly dailyRouting: () => Sats;
  /** What a request to an agent costs at most, just now. */
  readonly quote: (agentId: AgentId, request: string) => Quote;
  /** How long a session's invoice can be paid, in seconds. */
  readonly sessionInvoiceSeconds: number;
  /** Told of each invoice once it is recorded: from then on the wallet is asked about it. */
  readonly invoiceMade: () => void;
}

/** Does one kind of intent, once per owner and `requestId`. Throws a `RefusalError`; nothing has then changed. */
export type Perform<Type extends IntentType> = (caller: Caller, intent: IntentOf<Type>) => Promise<Performed>;

/** What an intent comes to, decided inside the transaction. */
export interface Outcome {
  readonly decision: Decision;
  readonly performed: Omit<Performed, "secret">;
  /** Shown this once, and not remembered. */
  readonly secret?: SessionSecret;
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
    const { performed, secret } = outcome;
    return {
      decision: outcome.decision,
      result: secret === undefined ? performed : { ...performed, secret },
    };
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

/** The caller's own session. Refuses with `unknown_session` or `forbidden`. */
export async function ownSession(sql: Sql, caller: Caller, id: SessionId): Promise<SessionRecord> {
  const session = await readSession(sql, id);
  if (session.ownerId !== caller.ownerId) refuse("forbidden", "That session belongs to somebody else.");
  return session;
}

/** A job whose invoices the caller sees, and so may pay: its owner, or any operator. Refuses as {@link ownJob} does. */
export async function payableJob(sql: Sql, caller: Caller, id: JobId): Promise<JobRecord> {
  return caller.role === "operator" ? readJobRecord(sql, id) : ownJob(sql, caller, id);
}
