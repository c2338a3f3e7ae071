import type { Role } from "../../protocol/handshake.ts";
import type { AgentId, JobId, OwnerId, SessionId, TokenId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { JobRecord, SessionRecord } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { NewInvoice } from "../lightning/wallet.ts";
import type { Quote } from "./quote.ts";
import type { Treasury } from "./treasury/treasury.ts";
import type { WithdrawLinks } from "./withdraw-links/withdraw-links.ts";

/** Who asks. Proven at the door; ids in a message prove nothing. */
export interface Caller {
  readonly ownerId: OwnerId;
  readonly role: Role;
  /** The L402 token it came with, when it did: what pays for its request. */
  readonly tokenId?: TokenId;
  /** The most that one request may set aside, where what it came with says so. */
  readonly mostSats?: number;
}

/** What came of an intent that was done, now or when it was first sent. */
export interface Performed {
  /** The job that `job_request` opened, or that the intent was about. */
  readonly jobId?: JobId;
  /** The session that was opened, or that the intent was about. */
  readonly sessionId?: SessionId;
  /** The invoice that was made for the session. */
  readonly invoice?: SessionBill;
  /** What the caller is shown this once. Not kept: an intent that is sent again is answered without it. */
  readonly secret?: SessionSecret;
}

/** An invoice for a session's deposit, or for more on it. */
export interface SessionBill extends NewInvoice {
  readonly amountSats: Sats;
}

/** What a session's owner is given when it is opened or recovered. */
export interface SessionSecret {
  readonly macaroon: string;
  readonly recoveryCode: string;
}

/** An L402 token: its invoice makes it worth something, and pays for one request at most. */
export interface TokenOffer extends NewInvoice {
  readonly tokenId: TokenId;
  readonly macaroon: string;
  readonly quote: Quote;
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
  /** Whether an invoice of the tower's still waits to be paid: not credited, and not expired. */
  isPayable(paymentHash: string): Promise<boolean>;
  /** The job as it is now, whole; visibility is the door's to apply. */
  job(jobId: JobId): Promise<JobRecord | undefined>;
  /** Resolves with the job as soon as it is `as` asked; rejects when `signal` aborts or the job does not exist. */
  waitForJob(jobId: JobId, as: (job: JobRecord) => boolean, signal: AbortSignal): Promise<JobRecord>;
  /** Calls `listener`, which must not throw, with the job after each change from now on, whole. Returns its own undo. */
  watchJob(jobId: JobId, listener: (job: JobRecord) => void): () => void;
  /** How often the work of a job was begun, 0 before: the attempt that its `result` is of. */
  attemptsOf(jobId: JobId): Promise<number>;
  /** A session as it is now. */
  session(sessionId: SessionId): Promise<SessionRecord | undefined>;
  /** Resolves with the session as soon as it is `as` asked; rejects when `signal` aborts or the session does not exist. */
  waitForSession(
    sessionId: SessionId,
    as: (session: SessionRecord) => boolean,
    signal: AbortSignal,
  ): Promise<SessionRecord>;
  /** What a request to an agent costs at most. Refuses with `unknown_agent` or `agent_unavailable`. */
  quote(agentId: AgentId, request: string): Promise<Quote>;
  /** An L402 token for one request, and the invoice that makes it worth something. Refuses like {@link Economy.quote}. */
  offerToken(agentId: AgentId, request: string): Promise<TokenOffer>;
  /** What an L402 token's credit is, and whose its jobs are; undefined for one that was never made. */
  token(tokenId: TokenId): Promise<{ readonly ownerId: OwnerId; readonly creditSats: Sats } | undefined>;
  /** What operators do with the tower's own money. */
  readonly treasury: Treasury;
  /** Links by which any wallet takes what is owed. */
  readonly withdrawLinks: WithdrawLinks;
  /** Takes no more intents, lets running transactions end, and leaves effects to the next start. */
  drain(): Promise<void>;
}
