import {
  type JobId,
  type OwnerId,
  type RequestId,
  type SessionId,
  sessionId,
} from "../../../protocol/ids.ts";
import type { JobRecord, SessionRecord } from "../../../protocol/records.ts";
import { sats } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import type { Performed, SessionSecret } from "../economy.ts";
import type { Payee } from "../payee.ts";
import { ALPHA, newRequestId, type TestEconomy, visitor } from "./economy.ts";

const PATIENCE = 5_000;

/** What an owner does with sessions. Each asks under a new request id, or the one it is given. */
export interface SessionOwner {
  open(
    amount: number,
    requestId?: RequestId,
  ): Promise<{ readonly id: SessionId; readonly secret: SessionSecret | undefined }>;
  topUp(id: SessionId, amount: number, requestId?: RequestId): Promise<Performed>;
  pay(id: SessionId, requestId?: RequestId): Promise<Performed>;
  /** Opens a session and pays for it from the purse. */
  paid(amount: number): Promise<SessionId>;
  ask(id: SessionId, requestId?: RequestId): Promise<JobId>;
  /** Asks, and waits until the job is closed. */
  done(id: SessionId): Promise<JobRecord>;
  close(id: SessionId, payee?: Payee, requestId?: RequestId): Promise<Performed>;
  recover(recoveryCode: string, requestId?: RequestId): Promise<Performed>;
  until(id: SessionId, as: (session: SessionRecord) => boolean): Promise<SessionRecord>;
  now(id: SessionId): Promise<SessionRecord>;
}

/** An owner of sessions in an economy. */
export function sessionsOf(tower: TestEconomy, owner: OwnerId): SessionOwner {
  const { economy } = tower;
  const caller = visitor(owner);
  const until = (id: SessionId, as: (session: SessionRecord) => boolean): Promise<SessionRecord> =>
    economy.waitForSession(id, as, AbortSignal.timeout(PATIENCE));
  const self: SessionOwner = {
    until,
    now: (id) => until(id, () => true),
    async open(amount, requestId = newRequestId()) {
      const opened = await economy.perform(caller, {
        type: "session_open",
        requestId,
        amountSats: sats(amount),
      });
      return { id: opened.sessionId ?? sessionId("none"), secret: opened.secret };
    },
    topUp: (id, amount, requestId = newRequestId()) =>
      economy.perform(caller, { type: "session_topup", requestId, sessionId: id, amountSats: sats(amount) }),
    pay: (id, requestId = newRequestId()) =>
      economy.perform(caller, { type: "session_pay", requestId, sessionId: id }),
    async paid(amount) {
      const { id } = await self.open(amount);
      await self.pay(id);
      return id;
    },
    async ask(id, requestId = newRequestId()) {
      const { jobId } = await economy.perform(caller, {
        type: "job_request",
        requestId,
        agentId: ALPHA,
        request: "Summarise this.",
        funding: "session",
        sessionId: id,
      });
      if (jobId === undefined) throw new Error("a job request opens a job");
      return jobId;
    },
    async done(id) {
      return tower.until(await self.ask(id), (job) => job.phase === "closed");
    },
    close: (id, payee = {}, requestId = newRequestId()) =>
      economy.perform(caller, { type: "session_close", requestId, sessionId: id, ...payee }),
    recover: (recoveryCode, requestId = newRequestId()) =>
      economy.perform(caller, { type: "session_recover", requestId, recoveryCode }),
  };
  return self;
}

/** The payment hash of the invoice that a session shows. */
export const shownHash = (session: SessionRecord): string =>
  decodeInvoice(session.paymentRequest ?? "").paymentHash;
