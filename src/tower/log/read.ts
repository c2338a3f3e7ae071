import type { LoggedFact, NewFact } from "../../protocol/facts.ts";
import { type JobId, type OwnerId, type Seq, seq, type Timestamp } from "../../protocol/ids.ts";
import { type Sql, safeNumber } from "../storage/port.ts";
import type { LogEntry } from "./entry.ts";

interface FactRow {
  readonly seq: bigint;
  readonly at: string;
  readonly owner_id: string | null;
  readonly body: string;
}

/** Only {@link appendFacts} writes rows, so what is read has the shape it was given. */
function entryOf(row: FactRow): LogEntry {
  const body = JSON.parse(row.body) as NewFact;
  const fact: LoggedFact = { ...body, seq: seq(safeNumber(row.seq)), at: row.at as Timestamp };
  return { fact, ownerId: row.owner_id as OwnerId | null };
}

/** The place of the newest fact; 0 before the first. */
export async function lastSeq(sql: Sql): Promise<Seq> {
  const [row] = await sql.all<{ seq: bigint }>("SELECT seq FROM fact ORDER BY seq DESC LIMIT 1");
  return seq(row ? safeNumber(row.seq) : 0);
}

/** The facts that follow `after`, oldest first, `limit` at most. */
export async function readAfter(sql: Sql, after: Seq, limit: number): Promise<readonly LogEntry[]> {
  const rows = await sql.all<FactRow>(
    "SELECT seq, at, owner_id, body FROM fact WHERE seq > ? ORDER BY seq LIMIT ?",
    after,
    limit,
  );
  return rows.map(entryOf);
}

/** Everything that happened to one job, oldest first. */
export async function readJob(sql: Sql, jobId: JobId): Promise<readonly LogEntry[]> {
  const rows = await sql.all<FactRow>(
    "SELECT seq, at, owner_id, body FROM fact WHERE job_id = ? ORDER BY seq",
    jobId,
  );
  return rows.map(entryOf);
}
