import { GESTURES, type Gesture, POSES, type Pose } from "../../job/pose.ts";

/** The clips of the figure, in the order their rows are kept. */
export const CLIP_NAMES = [...POSES, ...GESTURES] as const;
export type ClipName = Pose | Gesture;

/** A time that is over: nothing that began then is still to be seen. Shaders read any time below 0 so. */
export const LONG_AGO = -1;

/** Seconds that a change of clip takes to cross-fade. */
export const FADE_S = 0.45;
/** Seconds that a turn and a change of mind take. */
export const CHANGE_S = 0.9;
/** Seconds that a newcomer takes to appear, and that one who left takes to be gone. */
export const ENTER_S = 1.4;
export const LEAVE_S = 1.2;
/** Seconds in which a job's ring fills to its next phase, and in which it is gone when the job has ended. */
export const FILL_S = 0.8;
export const ENDED_S = 1.6;

/** A clip's number in the shader's table. */
export const clipIndex = (name: ClipName): number => CLIP_NAMES.indexOf(name);
export const isPose = (name: ClipName): name is Pose => (POSES as readonly string[]).includes(name);
