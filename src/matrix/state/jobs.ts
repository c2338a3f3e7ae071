import { createActor, type InspectionEvent } from "xstate";
import type { JobEvent } from "../../job/context.ts";
import type { JobCue } from "../../job/cue.ts";
import { jobMachine } from "../../job/machine.ts";
import { hydrate, toRecord } from "../../job/record.ts";
import { type JobView, jobView } from "../../job/view.ts";
import type { FactOf, JobFact } from "../../protocol/facts.ts";
import type { AgentId, JobId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import type { Batch } from "./batch.ts";
import type { Readable } from "./model.ts";
import { enforce, impliedStart } from "./towers-word.ts";

/** How many closed jobs are kept beside all the open ones. */
export const KEPT_CLOSED_JOBS = 200;

/** What became of a fact: `impossible` when the chart forbids it, so this browser's picture of the job is wrong. */
export type StepResult = "stepped" | "impossible" | "not_kept";

export interface Jobs {
  readonly list: Readable<readonly JobView[]>;
  get(jobId: JobId): JobView | undefined;
  /** The open jobs of an agent. */
  openOf(agentId: AgentId): Iterable<JobView>;
  /** Steps the job's actor by one fact; a first fact starts it. */
  step(fact: JobFact): StepResult;
  /** Forgets every job and takes these. No cue is emitted. */
  replaceAll(records: readonly JobRecord[]): void;
  dispose(): void;
}

export interface JobsOptions {
  readonly batch: Batch;
  /** Takes what entering a state tells of an agent's job, while `step` runs. */
  readonly onCue: (agentId: AgentId, cue: JobCue) => void;
  /** Called after a job of this agent came, changed or went. */
  readonly onChange: (agentId: AgentId) => void;
  /** Is told everything that the actors do, for somebody who debugs. */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
}

const createJobActor = (options: Parameters<typeof createActor<typeof jobMachine>>[1]) =>
  createActor(jobMachine, options);

interface Entry {
  readonly actor: ReturnType<typeof createJobActor>;
  /** The order in which jobs were first heard of. */
  readonly arrival: number;
  /** Worked out when somebody looks. */
  view: JobView | undefined;
}

const newestFirst = (a: Entry, b: Entry): number => b.arrival - a.arrival;

/** One actor of the job statechart for each job that this browser knows. */
export function createJobs({ batch, onCue, onChange, inspect }: JobsOptions): Jobs {
  const entries = new Map<JobId, Entry>();
  /** Ids of closed jobs, in the order they closed. */
  const closed = new Set<JobId>();
  const openByAgent = new Map<AgentId, Map<JobId, Entry>>();
  let arrivals = 0;

  const viewOf = (entry: Entry): JobView => {
    entry.view ??= jobView(toRecord(entry.actor.getSnapshot()));
    return entry.view;
  };

  const list = batch.view(() => {
    const open = [...openByAgent.values()].flatMap((jobs) => [...jobs.values()]).sort(newestFirst);
    const ended = Array.from(closed, (id) => entries.get(id)).filter((entry) => entry !== undefined);
    return [...open, ...ended.reverse()].map(viewOf);
  });

  /** Puts an entry where its phase belongs. */
  const file = (entry: Entry) => {
    const { value, context } = entry.actor.getSnapshot();
    const open = openByAgent.get(context.agentId) ?? new Map<JobId, Entry>();
    if (value.work === "closed") {
      closed.add(context.jobId);
      open.delete(context.jobId);
    } else {
      open.set(context.jobId, entry);
    }
    if (open.size > 0) openByAgent.set(context.agentId, open);
    else openByAgent.delete(context.agentId);
  };

  const dropOldest = () => {
    for (const id of closed) {
      if (closed.size <= KEPT_CLOSED_JOBS) return;
      closed.delete(id);
      entries.get(id)?.actor.stop();
      entries.delete(id);
    }
  };

  const changed = (entry: Entry) => {
    entry.view = undefined;
    file(entry);
    dropOldest();
    list.invalidate();
    onChange(entry.actor.getSnapshot().context.agentId);
  };

  const add = (jobId: JobId, options: Parameters<typeof createJobActor>[0]): Entry => {
    const entry: Entry = {
      actor: createJobActor({ id: jobId, ...options, ...(inspect && { inspect }) }),
      arrival: entries.get(jobId)?.arrival ?? arrivals++,
      view: undefined,
    };
    entries.get(jobId)?.actor.stop();
    entries.set(jobId, entry);
    entry.actor.on("*", (cue) => onCue(entry.actor.getSnapshot().context.agentId, cue));
    // Observed, so that an impossible figure is the result of `step` and not an error of the page.
    entry.actor.subscribe({ error: () => {} });
    entry.actor.start();
    return entry;
  };

  /** Enters no state, so nothing is told; the input only has the right shape. */
  const hydrated = (record: JobRecord): Entry => {
    const { jobId, agentId, funding } = record;
    return add(jobId, { snapshot: hydrate(record), input: { type: "job_started", jobId, agentId, funding } });
  };

  const start = (fact: FactOf<"job_started">): StepResult => {
    if (entries.has(fact.jobId)) return fact.seq === undefined ? "not_kept" : "impossible";
    changed(add(fact.jobId, { input: fact }));
    return "stepped";
  };

  const forceStep = (entry: Entry, fact: JobEvent): StepResult => {
    const { record, cues } = enforce(toRecord(entry.actor.getSnapshot()), fact);
    const forced = hydrated(record);
    for (const cue of cues) onCue(record.agentId, cue);
    changed(forced);
    return "stepped";
  };

  const stopAll = () => {
    for (const { actor } of entries.values()) actor.stop();
    entries.clear();
    closed.clear();
    openByAgent.clear();
  };

  return {
    list,
    get(jobId) {
      const entry = entries.get(jobId);
      return entry && viewOf(entry);
    },
    *openOf(agentId) {
      for (const entry of openByAgent.get(agentId)?.values() ?? []) yield viewOf(entry);
    },
    step(fact) {
      if (fact.type === "job_started") return start(fact);
      let entry = entries.get(fact.jobId);
      if (entry === undefined) {
        // In a log, a job that is not here has been closed for so long that it is no longer kept.
        if (fact.seq !== undefined) return "not_kept";
        entry = add(fact.jobId, { input: impliedStart(fact) });
      }
      const before = entry.actor.getSnapshot();
      entry.actor.send(fact);
      const after = entry.actor.getSnapshot();
      if (after.status === "error") return "impossible";
      if (after === before) return fact.seq === undefined ? forceStep(entry, fact) : "impossible";
      changed(entry);
      return "stepped";
    },
    replaceAll(records) {
      stopAll();
      const inOrder = records.toSorted(
        (a, b) => (a.startedAt ?? "").localeCompare(b.startedAt ?? "") || a.seq - b.seq,
      );
      for (const record of inOrder) hydrated(record);
      // Closed jobs are filed in the order they last changed, which is as near to their closing as a record says.
      for (const { jobId } of records.toSorted((a, b) => a.seq - b.seq)) {
        const entry = entries.get(jobId);
        if (entry !== undefined) file(entry);
      }
      dropOldest();
      list.invalidate();
    },
    dispose: stopAll,
  };
}
