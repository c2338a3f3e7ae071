import { chatLines, startedLines } from "../../job/chat.ts";
import { startJob, stepJob } from "../../job/step.ts";
import { isJobFact, type JobFact, type LoggedFact } from "../../protocol/facts.ts";
import type { AgentId, JobId, OwnerId } from "../../protocol/ids.ts";
import type { ChatLine, JobRecord, SessionRecord } from "../../protocol/records.ts";
import { spendBudget } from "../agents/budget.ts";
import { post } from "../ledger/post.ts";
import { appendFacts, type NewEntry } from "../log/append.ts";
import { insertChatLine } from "../log/chat-lines.ts";
import type { LogEntry } from "../log/entry.ts";
import type { Sql } from "../storage/port.ts";
import type { PhaseLimits } from "./decide/deadline.ts";
import type { Decision, Effect } from "./decide/decision.ts";
import { insertEffect } from "./effects-table.ts";
import { readJobRecord, writeJob } from "./jobs.ts";
import { postingsOf } from "./money.ts";
import { settleSessions } from "./session-books.ts";
import { writeSession } from "./sessions.ts";

/** What a transaction needs to know of its surroundings. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The calendar day of the tower's time zone, `YYYY-MM-DD`: whose budget is spent. */
  readonly day: string;
  readonly limits: PhaseLimits;
  /** How long a session lives in which nothing happens, in milliseconds. */
  readonly sessionIdle: number;
}

/** What came of a decision, for those who are told after the commit. */
export interface Applied {
  readonly facts: readonly LoggedFact[];
  /** The jobs it changed, as they are now. */
  readonly jobs: readonly JobRecord[];
  /** The sessions it changed, as they are now. */
  readonly sessions: readonly SessionRecord[];
  readonly effects: readonly Effect[];
  /** Whether sats changed places. */
  readonly moved: boolean;
  /** The agents that spent of their budget. */
  readonly spenders: readonly AgentId[];
}

/**
 * Carries a decision out inside a transaction: facts appended, each job's chart stepped by its facts, chat lines
 * and states kept, money posted in balance, effects written before they are tried. Throws when the chart or the
 * ledger forbids any of it; the transaction then leaves nothing behind.
 */
export async function apply(sql: Sql, decision: Decision, moment: Moment): Promise<Applied> {
  const loaded = new Map<JobId, JobRecord>();
  const changed = new Map<JobId, JobRecord>();
  async function load(jobId: JobId): Promise<JobRecord> {
    const known = loaded.get(jobId) ?? (await readJobRecord(sql, jobId));
    loaded.set(jobId, known);
    return known;
  }

  const entries: NewEntry[] = [];
  // A job may be started and go on in one decision: it is not stored yet, and its first fact names its owner.
  const started = new Map<JobId, OwnerId | undefined>();
  for (const fact of decision.facts) {
    if (fact.type === "job_started") started.set(fact.jobId, fact.ownerId);
    const owner =
      isJobFact(fact) && fact.type !== "job_started"
        ? started.has(fact.jobId)
          ? started.get(fact.jobId)
          : (await load(fact.jobId)).ownerId
        : undefined;
    entries.push(owner === undefined ? { fact } : { fact, ownerId: owner });
  }
  const appended = await appendFacts(sql, entries, moment.now);

  for (const { fact } of appended) {
    if (fact.type === "chat") await insertChatLine(sql, spokenLine(fact), fact.seq, fact.ownerId);
    if (!isJobFact(fact)) continue;
    const before = fact.type === "job_started" ? undefined : await load(fact.jobId);
    const { job, lines } = step(before, fact);
    loaded.set(job.jobId, job);
    changed.set(job.jobId, job);
    for (const line of lines) await insertChatLine(sql, line, job.seq, job.ownerId);
  }
  for (const job of changed.values()) await writeJob(sql, job, moment.limits, moment.now);

  for (const move of decision.moves) {
    await post(sql, {
      at: moment.now,
      reason: move.kind,
      ...("jobId" in move && { jobId: move.jobId }),
      postings: postingsOf(move),
    });
    if (move.kind === "brain_used") await spendBudget(sql, move.agentId, moment.day, move.cost);
  }
  for (const effect of decision.effects) await insertEffect(sql, effect, moment.now);
  const sessions = await settleSessions(sql, decision, moment.now, moment.sessionIdle);
  const ofSessions = await appendSessions(sql, sessions, moment.now);

  return {
    facts: [...appended, ...ofSessions].map((entry) => entry.fact),
    jobs: [...changed.values()],
    sessions,
    effects: decision.effects,
    moved: decision.moves.length > 0,
    spenders: decision.moves.flatMap((move) => (move.kind === "brain_used" ? [move.agentId] : [])),
  };
}

/** Says each session as it is now, and keeps it so. */
async function appendSessions(
  sql: Sql,
  sessions: readonly SessionRecord[],
  now: number,
): Promise<readonly LogEntry[]> {
  if (sessions.length === 0) return [];
  const facts = sessions.map((session) => ({ fact: { type: "session_state", ...session } as const }));
  const appended = await appendFacts(sql, facts, now);
  for (const [index, { fact }] of appended.entries()) {
    const session = sessions[index];
    if (session !== undefined) await writeSession(sql, session, fact.seq);
  }
  return appended;
}

function step(before: JobRecord | undefined, fact: JobFact): { job: JobRecord; lines: readonly ChatLine[] } {
  if (fact.type === "job_started") {
    const job = startJob(fact);
    return { job, lines: startedLines(job) };
  }
  if (before === undefined) throw new Error(`${fact.type} before job_started`);
  return { job: stepJob(before, fact), lines: chatLines(fact, before) };
}

/** The line of somebody who spoke: what a snapshot shows of a `chat` fact. */
const spokenLine = ({ seq, at, speaker, text, jobId, ownerId }: LoggedFact & { type: "chat" }): ChatLine => ({
  id: `${seq}:0`,
  at,
  speaker,
  text,
  ...(jobId !== undefined && { jobId }),
  ...(ownerId !== undefined && { ownerId }),
});
