import type { Role } from "../../protocol/handshake.ts";
import type { JobId, OwnerId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { JobRecord } from "../../protocol/records.ts";

/** Who asks. Proven at the door; ids in a message prove nothing. */
export interface Caller {
  readonly ownerId: OwnerId;
  readonly role: Role;
}

/** What came of an intent that was done, now or when it was first sent. */
export interface Performed {
  /** The job that `job_request` opened, or that the intent was about. */
  readonly jobId?: JobId;
}

/** What the doors (socket and HTTP) may ask of the economy. */
export interface Economy {
  /**
   * Does what a caller asks, once per owner and `requestId`: facts, postings and effects in one transaction.
   * Throws a `RefusalError`; nothing has then changed. The same `requestId` with another body is a `conflict`.
   */
  perform(caller: Caller, intent: Intent): Promise<Performed>;
  /** Asks the wallet about an invoice and records what it says. Hints (webhooks, sockets, payers) end here. */
  reconcile(paymentHash: string): Promise<void>;
  /** The job as it is now, whole; visibility is the door's to apply. */
  job(jobId: JobId): Promise<JobRecord | undefined>;
  /** Resolves with the job as soon as it is `as` asked; rejects when `signal` aborts or the job does not exist. */
  waitForJob(jobId: JobId, as: (job: JobRecord) => boolean, signal: AbortSignal): Promise<JobRecord>;
  /** Calls `listener`, which must not throw, with the job after each change from now on, whole. Returns its own undo. */
  watchJob(jobId: JobId, listener: (job: JobRecord) => void): () => void;
  /** How often the work of a job was begun, 0 before: the attempt that its `result` is of. */
  attemptsOf(jobId: JobId): Promise<number>;
  /** Takes no more intents, lets running transactions end, and leaves effects to the next start. */
  drain(): Promise<void>;
}
