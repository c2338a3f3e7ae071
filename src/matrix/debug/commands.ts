import type { JobView } from "../../job/view.ts";
import { isMindOfToday } from "../../protocol/agent-dialect.ts";
import { decodeTowerMessage } from "../../protocol/codec.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { AgentView, MatrixState } from "../state/model.ts";
import type { Taps } from "./taps.ts";
import type { Trail, TrailStep } from "./trail.ts";

/** What became of a command: `said` is for people. */
export interface CommandResult {
  readonly done: boolean;
  readonly said: string;
}

/** What of an agent's mind may be set: the figures are from 0 to 1, and an empty topic lets go of the one there is. */
export interface MindDraft {
  readonly state: string;
  readonly focusTopic?: string;
  readonly engagement?: number;
  readonly coherence?: number;
  readonly budgetStress?: number;
}

/** The figures of a mind. */
export const MIND_FIGURES = ["engagement", "coherence", "budgetStress"] as const;

/** A job's place in its chart, and the step that led there. */
export interface JobPlace {
  readonly jobId: string;
  readonly agentId: string;
  readonly phase: string;
  readonly refund: string;
  readonly why: string;
  readonly last: TrailStep | undefined;
}

/** The same with every step that is kept, the newest last. */
export interface JobReport extends JobPlace {
  readonly steps: readonly TrailStep[];
}

/** One agent in a few words. */
export interface AgentReport extends Required<Omit<MindDraft, "focusTopic">> {
  readonly id: string;
  readonly label: string;
  readonly pose: string;
  readonly focusTopic: string | undefined;
  readonly job: JobPlace | undefined;
  readonly openJobs: number;
}

/** What somebody who debugs may ask of the page. Nothing here reaches the tower. */
export interface Commands {
  agents(): readonly AgentReport[];
  agent(agentId: string): AgentReport | undefined;
  /** The job that an agent's chart shows: what it is busy with, else its last; without an agent, the newest of all. */
  jobOf(agentId: string | undefined): JobView | undefined;
  report(job: JobView): JobReport;
  /**
   * As if the tower had said that this is on the agent's mind; what is left out stays. Refused is everything that would
   * not be taken just as it is.
   */
  setState(agentId: string, mind: MindDraft): CommandResult;
  /** As if the tower had sent this text now. */
  inject(text: string): CommandResult;
  /** Whether anything was set or injected since the last `restore`. */
  isTouched(): boolean;
  /** Lets the tower's word stand again. */
  restore(): void;
}

export interface CommandOptions {
  readonly state: MatrixState;
  readonly trail: Trail;
  readonly taps: Pick<Taps, "misfits">;
  /** The inbox's door for what has just happened. */
  readonly apply: (message: TowerMessage) => void;
  /** Asks the tower for everything anew. */
  readonly takeSnapshot: () => void;
}

const done = (said: string): CommandResult => ({ done: true, said });
const refused = (said: string): CommandResult => ({ done: false, said });

/**
 * What is wrong with a mind, in a sentence. A tower's message would be mended instead: what was meant would silently not
 * be set. A console checks no types, so they are looked at too.
 */
function faultOf({ focusTopic, ...mind }: MindDraft): string | undefined {
  if (typeof mind.state !== "string" || mind.state === "") return "state is missing: say one, such as idle.";
  for (const name of MIND_FIGURES) {
    const figure = mind[name];
    if (figure === undefined || (typeof figure === "number" && figure >= 0 && figure <= 1)) continue;
    return `${name} must be a number from 0 to 1.`;
  }
  return isMindOfToday(focusTopic === "" ? mind : { ...mind, focusTopic })
    ? undefined
    : "state and focusTopic must each be a short text on one line.";
}

export function createCommands({ state, trail, taps, apply, takeSnapshot }: CommandOptions): Commands {
  let isTouched = false;

  const placeOf = ({ jobId, agentId, phase, refund, why }: JobView): JobPlace => ({
    jobId,
    agentId,
    phase,
    refund,
    why,
    last: trail.of(jobId).at(-1),
  });
  const agentReport = (view: AgentView): AgentReport => {
    const { id, label, pose, focusTopic, engagement, coherence, budgetStress, openJobs } = view;
    return {
      id,
      label,
      state: view.state,
      pose,
      focusTopic,
      engagement,
      coherence,
      budgetStress,
      job: view.job && placeOf(view.job),
      openJobs,
    };
  };
  const find = (agentId: string): AgentView | undefined => state.agents.get().get(agentId as AgentId);

  const inject = (text: string): CommandResult => {
    const decoded = decodeTowerMessage(text);
    if (decoded.kind === "refused") return refused(decoded.refusal.message);
    if (decoded.kind === "ignored") return refused(`This page passes over messages of type ${decoded.type}.`);
    isTouched = true;
    const before = taps.misfits;
    const { message, faults = [] } = decoded;
    apply(message);
    return taps.misfits === before
      ? done([`Taken: ${message.type}.`, ...faults].join(" "))
      : refused(`The chart forbids this ${message.type} now: the page asks the tower for everything.`);
  };

  return {
    agents: () => Array.from(state.agents.get().values(), agentReport),
    agent(agentId) {
      const view = find(agentId);
      return view && agentReport(view);
    },
    jobOf(agentId) {
      const jobs = state.jobs.get();
      if (agentId === undefined) return jobs[0];
      return find(agentId)?.job ?? jobs.find((job) => job.agentId === agentId);
    },
    report: (job) => ({ ...placeOf(job), steps: trail.of(job.jobId) }),
    setState(agentId, mind) {
      const view = find(agentId);
      if (view === undefined) return refused(`There is no agent ${JSON.stringify(agentId)}.`);
      const fault = faultOf(mind);
      if (fault !== undefined) return refused(fault);
      const { focusTopic, engagement, coherence, budgetStress } = view;
      return inject(
        JSON.stringify({
          type: "agent_state",
          agentId,
          focusTopic,
          engagement,
          coherence,
          budgetStress,
          ...mind,
        }),
      );
    },
    inject,
    isTouched: () => isTouched,
    restore() {
      if (!isTouched) return;
      isTouched = false;
      takeSnapshot();
    },
  };
}
