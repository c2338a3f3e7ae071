import { chatLines, startedLines } from "../../job/chat.ts";
import { startJob, stepJob } from "../../job/step.ts";
import { isJobFact, type JobFact, type LoggedFact } from "../../protocol/facts.ts";
import { type AgentId, type JobId, ownerId, type SessionId, sessionId } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { AgentRecord, ChatLine, JobRecord, SessionRecord } from "../../protocol/records.ts";
import type { CurrentValue } from "../../protocol/values.ts";
import { publicJob, publicView } from "../../protocol/visibility.ts";
import type { Snapshot } from "./snapshot-parts.ts";

/** Whoever looks at a scene is this owner: its jobs are seen whole. */
export const VIEWER = ownerId("viewer");
/** The one session that the viewer has, where it has one. */
export const VIEWERS_SESSION = sessionId("session_c07e44");

/** What the tower of a scene knows at a moment. */
export interface Holdings {
  /** Takes what has just happened. Throws `illegal_event` when the job's chart forbids it: the script is wrong. */
  take(message: LoggedFact | CurrentValue): void;
  agents(): readonly AgentRecord[];
  /** The newest of each current value. */
  values(): readonly CurrentValue[];
  /** Everything, as the viewer may see it. */
  snapshot(): Snapshot;
  /** The message as the viewer may see it; undefined when it may not see it at all. */
  seen<Message extends LoggedFact | CurrentValue>(message: Message): Message | undefined;
}

/** Only the newest value of a key counts: one per agent, one per job, one per kind of figures. */
function keyOf(value: CurrentValue): string {
  if ("agentId" in value) return `${value.type} ${value.agentId}`;
  return "jobId" in value ? `${value.type} ${value.jobId}` : value.type;
}

function withoutType<Value extends { readonly type: string }>(value: Value): Omit<Value, "type"> {
  const { type, ...figures } = value;
  return figures;
}

export function createHoldings(): Holdings {
  const agents = new Map<AgentId, AgentRecord>();
  const jobs = new Map<JobId, JobRecord>();
  const sessions = new Map<SessionId, SessionRecord>();
  const values = new Map<string, CurrentValue>();
  let chat: readonly ChatLine[] = [];

  const isViewers = (jobId: JobId): boolean => jobs.get(jobId)?.ownerId === VIEWER;

  const step = (fact: JobFact): void => {
    if (fact.type === "job_started") {
      const job = startJob(fact);
      jobs.set(fact.jobId, job);
      if (isViewers(fact.jobId)) chat = [...chat, ...startedLines(job)];
      return;
    }
    const before = jobs.get(fact.jobId);
    if (before === undefined) throw new Error(`The script has no job ${fact.jobId} that has started.`);
    if (isViewers(fact.jobId)) chat = [...chat, ...chatLines(fact, before)];
    jobs.set(fact.jobId, stepJob(before, fact));
  };

  const takeFact = (fact: LoggedFact): void => {
    if (isJobFact(fact)) {
      step(fact);
      return;
    }
    if (fact.type === "agent_joined") {
      const { type, seq, at, ...definition } = fact;
      agents.set(fact.agentId, { state: "idle", ...agents.get(fact.agentId), ...definition });
    }
    if (fact.type === "agent_left") {
      agents.delete(fact.agentId);
      values.delete(`agent_state ${fact.agentId}`);
    }
    if (fact.type === "session_state") {
      const { type, seq, at, ...session } = fact;
      sessions.set(fact.sessionId, session);
    }
    if (fact.type === "chat") {
      const { type, seq, ...line } = fact;
      chat = [...chat, { id: `${seq}:0`, ...line }];
    }
  };

  const figures = (): Pick<Snapshot, "economy" | "treasury" | "purse"> => {
    const all = [...values.values()];
    const economy = all.find((value) => value.type === "economy_state");
    const treasury = all.find((value) => value.type === "treasury_state");
    const purse = all.find((value) => value.type === "purse_state");
    return {
      ...(economy && { economy: withoutType(economy) }),
      ...(treasury && { treasury: withoutType(treasury) }),
      ...(purse && { purse: withoutType(purse) }),
    };
  };

  return {
    take(message) {
      if ("seq" in message) {
        takeFact(message);
        return;
      }
      values.set(keyOf(message), message);
      if (message.type !== "agent_state") return;
      const { type, ...mind } = message;
      const agent = agents.get(message.agentId);
      if (agent !== undefined) agents.set(message.agentId, { ...agent, ...mind });
    },
    agents: () => [...agents.values()],
    values: () => [...values.values()],
    snapshot: () => ({
      agents: [...agents.values()],
      jobs: Array.from(jobs.values(), (job) => (isViewers(job.jobId) ? job : publicJob(job))),
      chat: [...chat],
      sessions: [...sessions.values()].filter(({ ownerId: owner }) => owner === VIEWER),
      progress: [...values.values()].filter((value) => value.type === "job_progress"),
      ...figures(),
    }),
    seen<Message extends LoggedFact | CurrentValue>(message: Message): Message | undefined {
      const isOwn =
        message.type === "session_state"
          ? message.ownerId === VIEWER
          : "jobId" in message && message.jobId !== undefined && isViewers(message.jobId);
      // Of a fact or current value, the public view is one of the same type.
      return isOwn ? message : (publicView(message as TowerMessage) as Message | undefined);
    },
  };
}
