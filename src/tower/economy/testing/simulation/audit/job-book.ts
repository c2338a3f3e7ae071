import { startJob, stepJob } from "../../../../../job/step.ts";
import { isJobFact, type LoggedFact } from "../../../../../protocol/facts.ts";
import type { AgentId, JobId, SessionId } from "../../../../../protocol/ids.ts";
import { seq } from "../../../../../protocol/ids.ts";
import type { JobRecord, SessionRecord } from "../../../../../protocol/records.ts";
import { readAfter } from "../../../../log/read.ts";
import type { Sql } from "../../../../storage/port.ts";
import { expectSame } from "./same.ts";

/** More facts than a simulation writes. */
const ALL = 1_000_000;

/** Every job as its facts alone make it, stepped through the chart from the log's first; and every session as it was last said. */
export interface JobBook {
  readonly jobs: ReadonlyMap<JobId, JobRecord>;
  readonly sessions: ReadonlyMap<SessionId, SessionRecord>;
  /** The sessions that were ever paid for. */
  readonly lived: ReadonlySet<SessionId>;
  /** What each job that is funded ahead had set aside for its work at first, in sats. */
  readonly setAside: ReadonlyMap<JobId, number>;
  /** How often each kind of fact came about. */
  readonly reached: ReadonlyMap<string, number>;
  /** Reads what is new, and compares every job and session that it changed with the one that is stored. Gives those jobs. */
  follow(sql: Sql): Promise<readonly JobRecord[]>;
}

/** What a fact is, without what differs from job to job. */
function kindOfFact(fact: LoggedFact): string {
  switch (fact.type) {
    case "job_completed":
      return `${fact.type} ${fact.outcome}`;
    case "job_started":
      return fact.funding === "invoice" ? fact.type : `${fact.type} for ${fact.funding}`;
    case "session_state":
      return `${fact.type} ${fact.state}${fact.refund === "none" ? "" : `, ${fact.refund}`}`;
    case "refund_settled":
      return fact.method === "credit" ? `${fact.type} as credit` : fact.type;
    case "invoice_settled":
      if (fact.paidBy !== undefined) return `${fact.type} by ${fact.paidBy}`;
      return `${fact.type} ${fact.onTime === false ? "late" : "in time"}${fact.queuePlace === undefined ? "" : ", queued"}`;
    case "refund_failed":
      return `${fact.type} ${fact.fate}`;
    default:
      return fact.type;
  }
}

const isOver = ({ state }: SessionRecord): boolean => state === "closed" || state === "expired";

/** A book that has read nothing yet. */
export function createJobBook(): JobBook {
  const jobs = new Map<JobId, JobRecord>();
  const sessions = new Map<SessionId, SessionRecord>();
  const lived = new Set<SessionId>();
  /** What was said of each session before the last time: its owner's farewell may have come between. */
  const said = new Map<SessionId, SessionRecord>();
  const setAside = new Map<JobId, number>();
  const reached = new Map<string, number>();
  const asked = new Set<string>();
  /** The places of those who wait, in the order in which they paid. */
  const waiting = new Map<JobId, AgentId>();
  let last = seq(0);

  function tell(fact: LoggedFact): JobId | undefined {
    last = fact.seq;
    const kind = kindOfFact(fact);
    reached.set(kind, (reached.get(kind) ?? 0) + 1);
    if (fact.type === "session_state") {
      const { type: _type, seq: _seq, at: _at, ...session } = fact;
      expectNotRevived(session);
      sessions.set(fact.sessionId, session);
      if (session.state === "active" || session.state === "paused") lived.add(fact.sessionId);
    }
    if (!isJobFact(fact)) return undefined;
    if (fact.type === "job_started" && fact.reservedSats !== undefined)
      setAside.set(fact.jobId, fact.reservedSats);
    const before = jobs.get(fact.jobId);
    if (fact.type === "job_started") {
      const request = `${fact.ownerId} ${fact.requestId}`;
      if (asked.has(request)) throw new Error(`one request has opened two jobs: ${fact.requestId}`);
      asked.add(request);
    }
    if (fact.type === "job_started") jobs.set(fact.jobId, startJob(fact));
    else if (before === undefined) throw new Error(`${fact.type} of a job that never started`);
    else jobs.set(fact.jobId, stepJob(before, fact));
    expectInTurn(fact.jobId, before, fact);
    return fact.jobId;
  }

  /** What is over is over. Whoever had a session that somebody else has recovered is told that it is, though it lives on. */
  function expectNotRevived(after: SessionRecord): void {
    const { sessionId } = after;
    const last = sessions.get(sessionId);
    const isRecovered = last !== undefined && last.ownerId !== after.ownerId;
    const before = isRecovered ? said.get(sessionId) : last;
    if (before !== undefined && isOver(before) && !isOver(after))
      throw new Error(`session ${sessionId} was ${before.state} and is ${after.state} again`);
    if (last !== undefined) said.set(sessionId, last);
  }

  /** Who paid first is served first. */
  function expectInTurn(jobId: JobId, before: JobRecord | undefined, fact: LoggedFact): void {
    const after = jobs.get(jobId);
    if (after?.phase === "queued") {
      if (before?.phase !== "queued") waiting.set(jobId, after.agentId);
      return;
    }
    if (fact.type === "job_dequeued") {
      const [first] = [...waiting].find(([, agentId]) => agentId === after?.agentId) ?? [];
      if (first !== jobId) throw new Error(`job ${jobId} was served before ${first}, which paid first`);
    }
    waiting.delete(jobId);
  }

  return {
    jobs,
    sessions,
    lived,
    setAside,
    reached,
    async follow(sql) {
      const since = last;
      const entries = await readAfter(sql, last, ALL);
      expectSame(
        "the places of the log",
        entries.map(({ fact }) => fact.seq),
        entries.map((_, index) => since + index + 1),
      );
      const ids = new Set(entries.map(({ fact }) => tell(fact)).filter((id) => id !== undefined));
      const rows = await sql.all<{ state: string }>("SELECT state FROM job WHERE updated_seq > ?", since);
      const stored = rows.map(({ state }) => JSON.parse(state) as JobRecord);
      for (const job of stored) expectSame(`job ${job.jobId}`, job, jobs.get(job.jobId));
      expectSame("the jobs that changed", new Set(stored.map(({ jobId }) => jobId)), ids);
      const rowsOfSessions = await sql.all<{ session_id: SessionId; state: string }>(
        "SELECT session_id, state FROM session WHERE updated_seq > ?",
        since,
      );
      for (const { session_id: id, state } of rowsOfSessions)
        expectSame(`session ${id}`, JSON.parse(state), sessions.get(id));
      return stored;
    },
  };
}
