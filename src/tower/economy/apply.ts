import { chatLines, startedLines } from "../../job/chat.ts";
import { startJob, stepJob } from "../../job/step.ts";
import { isJobFact, type JobFact, type LoggedFact } from "../../protocol/facts.ts";
import type { AgentId, JobId } from "../../protocol/ids.ts";
import type { ChatLine, JobRecord } from "../../protocol/records.ts";
import { spendBudget } from "../agents/budget.ts";
import { post } from "../ledger/post.ts";
import { appendFacts, type NewEntry } from "../log/append.ts";
import { insertChatLine } from "../log/chat-lines.ts";
import type { Sql } from "../storage/port.ts";
import type { PhaseLimits } from "./decide/deadline.ts";
import type { Decision, Effect } from "./decide/decision.ts";
import { insertEffect } from "./effects-table.ts";
import { readJobRecord, writeJob } from "./jobs.ts";
import { postingsOf } from "./money.ts";

/** What a transaction needs to know of its surroundings. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The calendar day of the tower's time zone, `YYYY-MM-DD`: whose budget is spent. */
  readonly day: string;
  readonly limits: PhaseLimits;
}

/** What came of a decision, for those who are told after the commit. */
export interface Applied {
  readonly facts: readonly LoggedFact[];
  /** The jobs it changed, as they are now. */
  readonly jobs: readonly JobRecord[];
  readonly effects: readonly Effect[];
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
  for (const fact of decision.facts) {
    const owner =
      isJobFact(fact) && fact.type !== "job_started" ? (await load(fact.jobId)).ownerId : undefined;
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
      jobId: move.jobId,
      postings: postingsOf(move),
    });
    if (move.kind === "brain_used") await spendBudget(sql, move.agentId, moment.day, move.cost);
  }
  for (const effect of decision.effects) await insertEffect(sql, effect, moment.now);

  return {
    facts: appended.map((entry) => entry.fact),
    jobs: [...changed.values()],
    effects: decision.effects,
    spenders: decision.moves.flatMap((move) => (move.kind === "brain_used" ? [move.agentId] : [])),
  };
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
