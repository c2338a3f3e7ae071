import { createHash } from "node:crypto";
import type { OwnerId, RequestId, SessionId } from "../../protocol/ids.ts";
import type { SessionRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Sql, safeNumber } from "../storage/port.ts";

/** The latest state of every session, kept beside the log. */
interface SessionRow {
  readonly state: string;
}

/** Only {@link writeSession} writes rows, so what is read has the shape it was given. */
const recordOf = (row: SessionRow): SessionRecord => JSON.parse(row.state) as SessionRecord;

/** A session, or undefined when there is none. */
export async function findSession(sql: Sql, sessionId: SessionId): Promise<SessionRecord | undefined> {
  const [row] = await sql.all<SessionRow>("SELECT state FROM session WHERE session_id = ?", sessionId);
  return row && recordOf(row);
}

/** A session. Refuses with `unknown_session` when there is none. */
export async function readSession(sql: Sql, sessionId: SessionId): Promise<SessionRecord> {
  return (await findSession(sql, sessionId)) ?? refuse("unknown_session", "There is no such session.");
}

/**
 * When something ends by itself in a session: the time to pay the invoice that it shows, or the session as nothing happened in it.
 * Milliseconds since 1970; undefined when nothing does.
 */
export function sessionDeadline(session: SessionRecord): number | undefined {
  const ends = [invoiceEnd(session), lifeEnd(session)].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** The first instant at which the invoice that a session shows can be paid no more. */
export const invoiceEnd = ({ invoiceExpiresAt }: SessionRecord): number | undefined =>
  invoiceExpiresAt === undefined ? undefined : Date.parse(invoiceExpiresAt) + 1;

/** When a session is over if nothing happens in it. */
export const lifeEnd = ({ expiresAt }: SessionRecord): number | undefined =>
  expiresAt === undefined ? undefined : Date.parse(expiresAt);

/** Keeps a session's latest state; `seq` is the fact that says it. */
export async function writeSession(sql: Sql, session: SessionRecord, seq: number): Promise<void> {
  await sql.run(
    `INSERT INTO session (session_id, owner_id, state, deadline_at, is_shown, updated_seq) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (session_id) DO UPDATE SET owner_id = excluded.owner_id, state = excluded.state,
       deadline_at = excluded.deadline_at, is_shown = excluded.is_shown, updated_seq = excluded.updated_seq`,
    session.sessionId,
    session.ownerId ?? "",
    JSON.stringify(session),
    sessionDeadline(session) ?? null,
    isShown(session) ? 1 : 0,
    seq,
  );
}

/** Sessions that are over and owe nothing are only in the log. */
const isShown = ({ state, owedSats }: SessionRecord): boolean =>
  (state !== "expired" && state !== "closed") || owedSats > 0;

/** An owner's sessions that are not over, or owe something; newest first. Of all owners without one. */
export async function shownSessions(
  sql: Sql,
  options: { readonly ownerId?: OwnerId; readonly limit: number },
): Promise<readonly SessionRecord[]> {
  const { ownerId, limit } = options;
  const newest = "is_shown = 1 ORDER BY updated_seq DESC LIMIT ?";
  const rows =
    ownerId === undefined
      ? await sql.all<SessionRow>(`SELECT state FROM session WHERE ${newest}`, limit)
      : await sql.all<SessionRow>(
          `SELECT state FROM session WHERE owner_id = ? AND ${newest}`,
          ownerId,
          limit,
        );
  return rows.map(recordOf);
}

/** The sessions whose time is over at `now`. */
export async function dueSessions(sql: Sql, now: number): Promise<readonly SessionRecord[]> {
  const rows = await sql.all<SessionRow>(
    "SELECT state FROM session WHERE deadline_at IS NOT NULL AND deadline_at <= ? ORDER BY deadline_at LIMIT 500",
    now,
  );
  return rows.map(recordOf);
}

/** When the next session's time is over, in milliseconds since 1970; undefined when none lives. */
export async function nextSessionDeadline(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.all<{ next: bigint | null }>("SELECT MIN(deadline_at) AS next FROM session");
  return row?.next == null ? undefined : safeNumber(row.next);
}

/** What is kept of a recovery code. 128 random bits cannot be guessed from their hash. */
const hashOf = (recoveryCode: string): string =>
  createHash("sha256").update(recoveryCode.replaceAll("-", "").toLowerCase()).digest("hex");

/** Gives a session a recovery code in the place of the one it had. */
export async function setRecoveryCode(sql: Sql, sessionId: SessionId, recoveryCode: string): Promise<void> {
  await sql.run(
    `INSERT INTO session_recovery (session_id, recovery_hash) VALUES (?, ?)
     ON CONFLICT (session_id) DO UPDATE SET recovery_hash = excluded.recovery_hash`,
    sessionId,
    hashOf(recoveryCode),
  );
}

/** How long the request that used a recovery code is answered again, in milliseconds. */
const ANSWERED_AGAIN = 600_000;
/** A shorter name of a request may be guessed, by somebody who has seen the code: it is answered once. */
const UNGUESSED = 16;

/** A code together with the request that uses it. */
export interface CodeUse {
  readonly recoveryCode: string;
  readonly requestId: RequestId;
}

const useOf = ({ recoveryCode, requestId }: CodeUse): string =>
  createHash("sha256")
    .update(`${hashOf(recoveryCode)} ${requestId}`)
    .digest("hex");

/** Notes that a session's code was used, before it is given another. `now` is in milliseconds since 1970. */
export async function noteCodeUsed(sql: Sql, sessionId: SessionId, use: CodeUse, now: number): Promise<void> {
  if (use.requestId.length < UNGUESSED) return;
  await sql.run(
    `UPDATE session_recovery SET used_hash = ?, used_until_ms = ? WHERE session_id = ? AND recovery_hash = ?`,
    useOf(use),
    now + ANSWERED_AGAIN,
    sessionId,
    hashOf(use.recoveryCode),
  );
}

/**
 * The session that a recovery code belongs to, or that the very same request used it for some minutes ago; undefined when it belongs to
 * none, or to none any more. `now` is in milliseconds since 1970.
 */
export async function findSessionByCode(
  sql: Sql,
  use: CodeUse,
  now: number,
): Promise<SessionRecord | undefined> {
  const [row] = await sql.all<SessionRow>(
    `SELECT state FROM session JOIN session_recovery USING (session_id)
     WHERE recovery_hash = ? OR (used_hash = ? AND used_until_ms >= ?)`,
    hashOf(use.recoveryCode),
    useOf(use),
    now,
  );
  return row && recordOf(row);
}
