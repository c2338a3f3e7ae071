import type { AgentId, JobId, OwnerId, SessionId } from "../../protocol/ids.ts";
import type { JobRecord, Phase } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Sql, safeNumber } from "../storage/port.ts";
import { deadlineOf, type PhaseLimits } from "./decide/deadline.ts";
import { reservedMsat } from "./decide/reservation.ts";

/** The latest state of every job, kept beside the log so that nothing has to be replayed to answer. */
interface JobRow {
  readonly state: string;
}

/** Only {@link writeJob} writes rows, so what is read has the shape it was given. */
const recordOf = (row: JobRow): JobRecord => JSON.parse(row.state) as JobRecord;

/** A job, or undefined when there is none. */
export async function findJob(sql: Sql, jobId: JobId): Promise<JobRecord | undefined> {
  const [row] = await sql.all<JobRow>("SELECT state FROM job WHERE job_id = ?", jobId);
  return row && recordOf(row);
}

/** A job. Refuses with `unknown_job` when there is none. */
export async function readJobRecord(sql: Sql, jobId: JobId): Promise<JobRecord> {
  return (await findJob(sql, jobId)) ?? refuse("unknown_job", `There is no job ${jobId}.`);
}

/** Keeps a job's latest state, when its phase is over, and what it holds of its agent's budget. */
export async function writeJob(sql: Sql, job: JobRecord, limits: PhaseLimits, now: number): Promise<void> {
  await sql.run(
    `INSERT INTO job (job_id, owner_id, agent_id, session_id, state, phase, reserved_msat, open, deadline_at, created_at_ms,
       updated_seq, queued_seq)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (job_id) DO UPDATE SET state = excluded.state, phase = excluded.phase,
       reserved_msat = excluded.reserved_msat, open = excluded.open, deadline_at = excluded.deadline_at,
       updated_seq = excluded.updated_seq,
       queued_seq = CASE WHEN excluded.queued_seq IS NULL THEN NULL ELSE COALESCE(job.queued_seq, excluded.queued_seq) END`,
    job.jobId,
    job.ownerId ?? "",
    job.agentId,
    job.sessionId ?? null,
    JSON.stringify(job),
    job.phase,
    reservedMsat(job),
    job.phase === "closed" ? 0 : 1,
    deadlineOf(job, limits) ?? null,
    now,
    job.seq,
    job.phase === "queued" ? job.seq : null,
  );
}

/**
 * An agent's queue in the order of its turns: who paid first. The place a job was told is not asked: it is only told
 * anew near the front.
 */
export async function queueOf(sql: Sql, agentId: AgentId): Promise<readonly JobRecord[]> {
  const rows = await sql.all<JobRow>(
    "SELECT state FROM job WHERE open = 1 AND agent_id = ? AND phase = 'queued' ORDER BY queued_seq",
    agentId,
  );
  return rows.map(recordOf);
}

/** How many jobs stand before a new one, or undefined when the agent is free to begin at once. */
export async function queueBefore(sql: Sql, agentId: AgentId): Promise<number | undefined> {
  const rows = await sql.all<{ phase: Phase; jobs: bigint }>(
    `SELECT phase, COUNT(*) AS jobs FROM job
     WHERE open = 1 AND agent_id = ? AND phase IN ('executing', 'queued') GROUP BY phase`,
    agentId,
  );
  if (rows.length === 0) return undefined;
  return safeNumber(rows.find((row) => row.phase === "queued")?.jobs ?? 0n);
}

/** How many of an owner's jobs wait for a payment. */
export async function unpaidInvoicesOf(sql: Sql, ownerId: OwnerId): Promise<number> {
  const [row] = await sql.all<{ jobs: bigint }>(
    `SELECT COUNT(*) AS jobs FROM job
     WHERE owner_id = ? AND open = 1 AND phase IN ('awaiting_eval_payment', 'awaiting_work_payment')`,
    ownerId,
  );
  return safeNumber(row?.jobs ?? 0n);
}

/** How many invoices of jobs and sessions wait to be paid at `now` (milliseconds since 1970): the PENDING figure. */
export async function pendingInvoices(sql: Sql, now: number): Promise<number> {
  const [row] = await sql.all<{ jobs: bigint; sessions: bigint }>(
    `SELECT
       (SELECT COUNT(*) FROM job WHERE open = 1 AND phase IN ('awaiting_eval_payment', 'awaiting_work_payment')) AS jobs,
       (SELECT COUNT(*) FROM invoice WHERE kind = 'session' AND next_look_ms IS NOT NULL AND expires_at_ms >= ?) AS sessions`,
    now,
  );
  return safeNumber((row?.jobs ?? 0n) + (row?.sessions ?? 0n));
}

/** Every open job that a session pays for. */
export async function openJobsOfSession(sql: Sql, sessionId: SessionId): Promise<readonly JobRecord[]> {
  const rows = await sql.all<JobRow>("SELECT state FROM job WHERE open = 1 AND session_id = ?", sessionId);
  return rows.map(recordOf);
}

/** Every open job of an agent, oldest first. */
export async function allOpenJobsOf(sql: Sql, agentId: AgentId): Promise<readonly JobRecord[]> {
  const rows = await sql.all<JobRow>(
    "SELECT state FROM job WHERE open = 1 AND agent_id = ? ORDER BY created_at_ms, job_id",
    agentId,
  );
  return rows.map(recordOf);
}

/**
 * What a snapshot shows: every open job, and the newest `closedLimit` closed ones; of one owner, or of all.
 * Newest first.
 */
export async function jobsForSnapshot(
  sql: Sql,
  options: { readonly ownerId?: OwnerId; readonly openLimit: number; readonly closedLimit: number },
): Promise<readonly JobRecord[]> {
  const { ownerId, openLimit, closedLimit } = options;
  const newest = "ORDER BY updated_seq DESC LIMIT ?";
  const open = await sql.all<JobRow>(`SELECT state FROM job WHERE open = 1 ${newest}`, openLimit);
  const closed =
    ownerId === undefined
      ? await sql.all<JobRow>(`SELECT state FROM job WHERE open = 0 ${newest}`, closedLimit)
      : await sql.all<JobRow>(
          `SELECT state FROM job WHERE owner_id = ? AND open = 0 ${newest}`,
          ownerId,
          closedLimit,
        );
  return [...open, ...closed].map(recordOf);
}

/** The jobs whose phase is over at `now`, and when the next one's will be. */
export async function dueJobs(sql: Sql, now: number): Promise<readonly JobRecord[]> {
  const rows = await sql.all<JobRow>(
    "SELECT state FROM job WHERE deadline_at IS NOT NULL AND deadline_at <= ? ORDER BY deadline_at LIMIT 500",
    now,
  );
  return rows.map(recordOf);
}

/** When the next phase is over, in milliseconds since 1970; undefined when nothing waits. */
export async function nextDeadline(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.all<{ next: bigint | null }>("SELECT MIN(deadline_at) AS next FROM job");
  return row?.next == null ? undefined : safeNumber(row.next);
}

/** One open job of each phase of an agent, the oldest: among them is the one its pose follows. */
export async function leadingCandidates(sql: Sql, agentId: AgentId): Promise<readonly JobRecord[]> {
  const rows = await sql.all<JobRow>(
    "SELECT state, MIN(created_at_ms) FROM job WHERE open = 1 AND agent_id = ? GROUP BY phase",
    agentId,
  );
  return rows.map(recordOf);
}

/**
 * Gives the work that a former run left in the middle its whole time again: a tower that was down is no reason to
 * fail it.
 */
export async function renewDeadlines(sql: Sql, limits: PhaseLimits, now: number): Promise<void> {
  for (const phase of ["evaluating", "executing"] as const) {
    await sql.run("UPDATE job SET deadline_at = ? WHERE open = 1 AND phase = ?", now + limits[phase], phase);
  }
}
