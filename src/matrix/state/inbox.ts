import type { InspectionEvent } from "xstate";
import type { JobCue } from "../../job/cue.ts";
import { type Fact, isJobFact, type JobFact } from "../../protocol/facts.ts";
import type { TowerReplyOf } from "../../protocol/handshake.ts";
import { type AgentId, seq as asSeq } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { ValueOf } from "../../protocol/values.ts";
import { createAgents } from "./agents.ts";
import { createBatch } from "./batch.ts";
import { createChat } from "./chat.ts";
import { createJobs } from "./jobs.ts";
import type { LinkView, MatrixState, Me, SessionSecret, Unsubscribe } from "./model.ts";
import { createNotices } from "./notices.ts";
import { satCues } from "./sat-cues.ts";
import { createSending } from "./sending.ts";
import { createSessions } from "./sessions.ts";
import { createSnapshotGatherer, type Snapshot } from "./snapshot.ts";

/** How a message came: `live` is false for what happened while this browser was away, which is not re-enacted. */
export interface Arrival {
  readonly live: boolean;
}

/** The one door through which anything becomes true in this browser. */
export interface Inbox {
  /** Takes one message, in the order of the connection. Never throws. */
  apply(message: TowerMessage, arrival: Arrival): void;
  linkChanged(view: LinkView): void;
  /** An intent is on its way. */
  sent(intent: Intent): void;
}

export interface Matrix {
  readonly state: MatrixState;
  readonly inbox: Inbox;
  dispose(): void;
}

export interface MatrixOptions {
  /** Runs `flush` once, soon: when readers are told of a batch. */
  readonly schedule: (flush: () => void) => Unsubscribe;
  /** Called when the tower's facts do not fit what is known here: only a snapshot helps. */
  readonly onMisfit: () => void;
  /** Takes what a reader threw when it was told; uncaught when left out. The other readers are told all the same. */
  readonly onFault?: (error: unknown) => void;
  /** Is told everything that the actors of the jobs do, for somebody who debugs. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
}

const NOBODY: Me = { role: "visitor", ownerId: undefined, playSats: false };
const NO_LINK: LinkView = { status: "connecting" };

/** Makes the state and the inbox that alone writes it. */
export function createMatrix({ schedule, onMisfit, onFault, inspect }: MatrixOptions): Matrix {
  const batch = createBatch(schedule, onFault);
  const link = batch.cell<LinkView>(NO_LINK);
  const me = batch.cell<Me>(NOBODY);
  const economy = batch.cell<ReturnType<MatrixState["economy"]["get"]>>(undefined);
  const treasury = batch.cell<ReturnType<MatrixState["treasury"]["get"]>>(undefined);
  const purse = batch.cell<ReturnType<MatrixState["purse"]["get"]>>(undefined);
  const chat = createChat(batch);
  const sending = createSending(batch);
  const notices = createNotices(batch);
  const sessions = createSessions(batch, me.get);
  const secretListeners = new Set<(secret: SessionSecret) => void>();
  const gatherer = createSnapshotGatherer();
  /** What came between the parts of a snapshot. */
  let waiting: { readonly message: TowerMessage; readonly arrival: Arrival }[] = [];
  /** Of the message at hand. */
  let isLive = false;
  /** Whether the fact at hand has a place in a log. */
  let hasPlace = false;
  let lineCount = 0;
  /** The place in the log at which the tower answered `subscribed`: what a snapshot shows. */
  let subscribedAt = asSeq(0);

  const tell = (agentId: AgentId, cue: JobCue) => {
    if (cue.type === "gesture") {
      if (isLive) batch.cue({ kind: "gesture", agentId, gesture: cue.gesture });
      return;
    }
    // The lines of all of a job's facts that have no place in a log would share one id.
    chat.add(hasPlace ? cue.lines : cue.lines.map((line) => ({ ...line, id: localId() })));
  };
  const localId = () => {
    lineCount += 1;
    return `local:${lineCount}`;
  };

  const jobs = createJobs({
    batch,
    onCue: tell,
    onChange: (agentId) => agents.jobsChanged(agentId),
    inspect,
  });
  const agents = createAgents(batch, jobs.openOf);

  const applyJobFact = (fact: JobFact) => {
    const before = isLive && fact.type !== "job_started" ? jobs.get(fact.jobId) : undefined;
    if (fact.type === "job_completed") chat.endProgress(fact.jobId);
    hasPlace = fact.seq !== undefined;
    const result = jobs.step(fact);
    if (result === "impossible") {
      onMisfit();
      return;
    }
    if (before !== undefined && fact.type !== "job_started")
      for (const cue of satCues(fact, before)) batch.cue(cue);
    sending.happened(fact);
  };

  const applyFact = (fact: Fact) => {
    if (isJobFact(fact)) {
      applyJobFact(fact);
      return;
    }
    switch (fact.type) {
      case "agent_joined":
        agents.joined(fact, isLive);
        return;
      case "agent_left":
        agents.left(fact.agentId, isLive);
        return;
      case "chat": {
        const { speaker, text, jobId, ownerId, at, seq } = fact;
        chat.add([
          {
            id: seq === undefined ? localId() : `${seq}:0`,
            ...(at !== undefined && { at }),
            ...(jobId !== undefined && { jobId }),
            ...(ownerId !== undefined && { ownerId }),
            speaker,
            text,
          },
        ]);
        return;
      }
      case "session_state":
        sessions.changed(fact);
        return;
      case "day_started":
        // The figures of a new day come as current values.
        return;
    }
  };

  const writes = (value: ValueOf<"job_progress">) => {
    const job = jobs.get(value.jobId);
    if (job?.isOpen === true) chat.progress(value, job.agentId);
  };

  const takeSnapshot = (snapshot: Snapshot) => {
    jobs.replaceAll(snapshot.jobs ?? []);
    agents.replaceAll(snapshot.agents ?? []);
    chat.replaceAll(snapshot.chat ?? []);
    for (const value of snapshot.progress ?? []) writes(value);
    economy.set(snapshot.economy);
    treasury.set(snapshot.treasury);
    purse.set(snapshot.purse);
    sessions.replaceAll(snapshot.sessions ?? [], subscribedAt);
  };

  /**
   * Passes a secret on to whoever listens just now and keeps nothing: neither here nor in the browser's storage, where
   * every script of this address could read it. The plan would store the macaroon, but the page never needs it: a
   * session is its owner's, whom the tower knows by the owner's token.
   */
  const tellSecret = ({ type, requestId, ...secret }: TowerReplyOf<"session_secret">) => {
    sending.answered(requestId);
    if (me.get().role === "kiosk") return;
    for (const listener of [...secretListeners]) listener(secret);
  };

  const gather = (part: TowerReplyOf<"snapshot_part">) => {
    const snapshot = gatherer.add(part);
    if (snapshot === "more") return;
    const held = waiting;
    waiting = [];
    if (snapshot === "broken") {
      onMisfit();
      return;
    }
    takeSnapshot(snapshot);
    for (const { message, arrival } of held) apply(message, arrival);
  };

  const apply = (message: TowerMessage, arrival: Arrival): void => {
    isLive = arrival.live;
    switch (message.type) {
      case "connection":
        agents.greet(message.agents, message.agentCount);
        me.set({ ...me.get(), playSats: message.wallet === "play" });
        return;
      case "subscribed":
        me.set({ ...me.get(), role: message.role, ownerId: message.ownerId });
        subscribedAt = message.seq;
        sessions.viewerChanged();
        waiting = [];
        if (message.mode === "snapshot") gatherer.begin();
        return;
      case "snapshot_part":
        gather(message);
        return;
      case "accepted":
        sending.answered(message.requestId);
        return;
      case "error":
        if (message.requestId !== undefined) sending.answered(message.requestId);
        notices.add(message);
        return;
      case "session_secret":
        tellSecret(message);
        return;
      default:
    }
    if (gatherer.isGathering()) {
      waiting.push({ message, arrival });
      return;
    }
    switch (message.type) {
      case "agent_state":
        agents.minds(message);
        return;
      case "agent_count":
        agents.counted(message.count);
        return;
      case "economy_state": {
        const { type, ...figures } = message;
        economy.set(figures);
        return;
      }
      case "treasury_state": {
        const { type, ...figures } = message;
        treasury.set(figures);
        return;
      }
      case "purse_state": {
        const { type, ...figures } = message;
        purse.set(figures);
        return;
      }
      case "job_progress":
        writes(message);
        return;
      default:
        applyFact(message);
    }
  };

  return {
    state: {
      link,
      me,
      agents: agents.all,
      agentChanges: agents.changes,
      agentCount: agents.count,
      jobs: jobs.list,
      economy,
      treasury,
      purse,
      chat: chat.lines,
      sending: sending.ids,
      notices: notices.list,
      sessions: sessions.list,
      session: sessions.current,
      cues: batch.cues,
      secrets: {
        subscribe(listener) {
          const own = (secret: SessionSecret) => listener(secret);
          secretListeners.add(own);
          return () => secretListeners.delete(own);
        },
      },
    },
    inbox: { apply, linkChanged: link.set, sent: sending.sent },
    dispose() {
      jobs.dispose();
      batch.dispose();
      secretListeners.clear();
    },
  };
}
