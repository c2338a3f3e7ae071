import type { JobView, Tint } from "../../job/view.ts";
import type { JobId } from "../../protocol/ids.ts";
import type { Behaviour } from "./behaviour.ts";
import { CHANGE_S, type ClipName, ENDED_S, FILL_S, isPose, LONG_AGO } from "./motion.ts";

/** Seconds after which every change is over, the longest gesture included. */
export const SETTLED_S = 6;

/** What glides to its next value when an agent changes its mind. */
interface Bearing {
  readonly heading: number;
  readonly presence: number;
  readonly focus: number;
  readonly gaze: number;
}

/** The ring of a job as it fills. */
interface JobRing {
  readonly jobId: JobId;
  readonly progress: number;
  readonly progressWas: number;
  readonly filledAt: number;
  readonly tint: Tint;
  readonly awaited: boolean;
  /** When the job ended; below 0 while it is open. */
  readonly endedAt: number;
}

/** What an agent is in the middle of. Times are the stage's `elapsed`, in seconds. */
export interface Living {
  from: ClipName;
  to: ClipName;
  fromSince: number;
  toSince: number;
  behaviour: Behaviour;
  bearing: Bearing;
  was: Bearing;
  changedAt: number;
  ring: JobRing | undefined;
}

const bearingOf = ({ presence, focus, gaze }: Behaviour, heading: number): Bearing => ({
  heading,
  presence,
  focus,
  gaze,
});

/** Somebody who has always been like this: nothing is acted out. */
export function createLiving(behaviour: Behaviour, heading: number, job: JobView | undefined): Living {
  const bearing = bearingOf(behaviour, heading);
  return {
    from: behaviour.clip,
    to: behaviour.clip,
    fromSince: LONG_AGO,
    toSince: LONG_AGO,
    behaviour,
    bearing,
    was: bearing,
    changedAt: LONG_AGO,
    ring: job && ringOf(job, job.progress, LONG_AGO),
  };
}

/** How far a change that began at `since` has come, 0 to 1. */
function comeTo(since: number, seconds: number, now: number): number {
  if (since < 0) return 1;
  const part = Math.min(1, Math.max(0, (now - since) / seconds));
  return part * part * (3 - 2 * part);
}

/** Cross-fades to a clip. */
export function play(living: Living, clip: ClipName, now: number): void {
  living.from = living.to;
  living.fromSince = living.toSince;
  living.to = clip;
  living.toSince = now;
}

/** Radians from one heading to another, the short way. */
const turnBetween = (from: number, to: number): number =>
  Math.atan2(Math.sin(to - from), Math.cos(to - from));

const isSame = (a: Bearing, b: Bearing): boolean =>
  Math.abs(a.heading - b.heading) < 1e-4 &&
  a.presence === b.presence &&
  a.focus === b.focus &&
  a.gaze === b.gaze;

/** Takes a behaviour on. In the middle of a gesture, body and heading wait until it is over. */
export function behave(living: Living, behaviour: Behaviour, heading: number, now: number): void {
  living.behaviour = behaviour;
  const isFree = isPose(living.to);
  const next = bearingOf(behaviour, isFree ? heading : living.bearing.heading);
  if (!isSame(next, living.bearing)) {
    // From where it is by now, so that a change of mind in the middle of another does not jump.
    const come = comeTo(living.changedAt, CHANGE_S, now);
    const { was, bearing } = living;
    const by = (a: number, b: number) => a + (b - a) * come;
    living.was = {
      heading: was.heading + turnBetween(was.heading, bearing.heading) * come,
      presence: by(was.presence, bearing.presence),
      focus: by(was.focus, bearing.focus),
      gaze: by(was.gaze, bearing.gaze),
    };
    living.bearing = next;
    living.changedAt = now;
  }
  if (isFree && living.to !== behaviour.clip) play(living, behaviour.clip, now);
}

function ringOf(job: JobView, progressWas: number, filledAt: number): JobRing {
  return {
    jobId: job.jobId,
    progress: job.progress,
    progressWas,
    filledAt,
    tint: job.tint,
    awaited: job.awaitingPayment,
    endedAt: LONG_AGO,
  };
}

/** What a gesture says about the job that ends with it: what its ring shows before it is gone. */
const ENDINGS: Readonly<Partial<Record<ClipName, Pick<JobRing, "tint"> & { readonly isFull: boolean }>>> = {
  celebrate: { tint: "good", isFull: true },
  refuse: { tint: "trouble", isFull: false },
};

/**
 * Takes a job on, or lets go of one. A ring that is seen for the first time is as full as it is; the next phases it
 * fills to; when its job has ended it shows how, and is gone after a moment.
 */
export function takeJob(living: Living, job: JobView | undefined, now: number): void {
  const { ring } = living;
  if (job) {
    const isSameJob = ring?.jobId === job.jobId && ring.endedAt < 0;
    if (!isSameJob) living.ring = ringOf(job, job.progress, LONG_AGO);
    else if (ring.progress === job.progress) living.ring = ringOf(job, ring.progressWas, ring.filledAt);
    else living.ring = ringOf(job, filled(ring, now), now);
    return;
  }
  if (!ring || ring.endedAt >= 0) {
    living.ring = shownRing(living, now);
    return;
  }
  const ending = ENDINGS[living.to];
  const fills = ending?.isFull ? { progress: 1, progressWas: filled(ring, now), filledAt: now } : undefined;
  living.ring = { ...ring, ...fills, tint: ending?.tint ?? ring.tint, awaited: false, endedAt: now };
}

/** The ring over it, unless it is gone. */
export const shownRing = ({ ring }: Living, now: number): JobRing | undefined =>
  ring && ring.endedAt >= 0 && now - ring.endedAt > ENDED_S ? undefined : ring;

/** Whether it has a job that is open. */
export const hasOpenJob = ({ ring }: Living): boolean => ring !== undefined && ring.endedAt < 0;

const filled = (ring: JobRing, now: number): number =>
  ring.progressWas + (ring.progress - ring.progressWas) * comeTo(ring.filledAt, FILL_S, now);
