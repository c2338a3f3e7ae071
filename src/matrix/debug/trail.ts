import type { AnyActorRef, AnyEventObject, AnyTransitionDefinition, InspectionEvent } from "xstate";
import type { JobSnapshot } from "../../job/record.ts";
import type { JobId } from "../../protocol/ids.ts";
import { type Move, moveOf } from "./chart.ts";
import type { Inspect } from "./taps.ts";

/** What one event did to a job. */
export interface TrailStep {
  /** The fact's type; `snapshot` when the job came as a whole. */
  readonly event: string;
  /** The fact's place in the log. */
  readonly seq: number | undefined;
  /** What the fact says, without its place and the job's own id. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What was taken, in this order, with what the chart raised itself. Empty when the chart forbids the fact. */
  readonly moves: readonly Move[];
}

/** The last steps of every job, as its actor took them. */
export interface Trail {
  readonly inspect: Inspect;
  /** The newest last. */
  of(jobId: JobId): readonly TrailStep[];
}

/** How many steps of a job are kept: more than a job with a late payment and a failed refund takes. */
const KEPT_STEPS = 20;

/** Stands for the fact when a job came as a whole. */
export const WHOLE = "snapshot";

const PLACE = new Set(["type", "jobId", "seq", "prev", "at"]);

const fieldsOf = (fact: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fact).filter(([name]) => !PLACE.has(name)));

/** The fact behind an event: a job's first is the input of its actor. One that came as a whole had none. */
function factOf({ type, ...rest }: AnyEventObject, hasMoved: boolean): AnyEventObject {
  if (type !== "xstate.init") return { type, ...rest };
  const input: unknown = rest["input"];
  return hasMoved && typeof input === "object" ? (input as AnyEventObject) : { type: WHOLE };
}

/** Keeps a trail of every job whose actor it is told of, until the actor stops. */
export function createTrail(): Trail {
  const steps = new Map<JobId, TrailStep[]>();
  /** What each actor has taken since its last whole step, by session. */
  const taken = new Map<string, AnyTransitionDefinition[]>();
  /** Which actor speaks for a job: a job that is put right gets a new one before its old one ends. */
  const speakers = new Map<JobId, string>();

  const finish = (event: Extract<InspectionEvent, { type: "@xstate.snapshot" }>) => {
    const { sessionId } = event.actorRef;
    const moves = (taken.get(sessionId) ?? []).map(moveOf);
    taken.delete(sessionId);
    // Only job machines are watched.
    const { context, status } = event.snapshot as JobSnapshot;
    const { jobId } = context;
    if (status !== "active") {
      if (speakers.get(jobId) !== sessionId) return;
      speakers.delete(jobId);
      steps.delete(jobId);
      return;
    }
    const fact = factOf(event.event, moves.length > 0);
    const seq: unknown = fact["seq"];
    const all = steps.get(jobId) ?? [];
    steps.set(jobId, all);
    all.push({
      event: fact.type,
      seq: typeof seq === "number" ? seq : context.seq,
      fields: fieldsOf(fact),
      moves,
    });
    if (all.length > KEPT_STEPS) all.shift();
  };

  const register = (event: InspectionEvent) => {
    // The actor of a job has the job's id.
    const { id, sessionId } = event.actorRef as AnyActorRef;
    const before = speakers.get(id as JobId);
    // One that failed has not finished its last step.
    if (before !== undefined) taken.delete(before);
    speakers.set(id as JobId, sessionId);
  };

  return {
    inspect(event) {
      const { sessionId } = event.actorRef;
      if (event.type === "@xstate.actor") register(event);
      if (event.type === "@xstate.microstep") {
        taken.set(sessionId, [...(taken.get(sessionId) ?? []), ...event._transitions]);
      }
      if (event.type === "@xstate.snapshot") finish(event);
    },
    of: (jobId) => steps.get(jobId) ?? [],
  };
}
