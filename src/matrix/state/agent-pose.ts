import type { Pose } from "../../job/pose.ts";
import type { JobView } from "../../job/view.ts";

/** What an agent looks like from the tower's word for its state alone. */
const STATE_POSES: Readonly<Record<string, Pose>> = {
  idle: "idle",
  active: "working",
  thinking: "thinking",
  working: "working",
  deep_focus: "deep_focus",
  waiting: "waiting",
  offering: "offering",
  paused: "asleep",
  asleep: "asleep",
  offline: "asleep",
};

/** The words for an agent's state that are known here; a tower may have words of its own. */
export const AGENT_STATES: readonly string[] = Object.keys(STATE_POSES);

/** The lasting pose of an agent: that of its leading job, or else of its state; idle for a word not known. */
export const agentPose = (state: string, job: JobView | undefined): Pose =>
  job?.pose ?? (Object.hasOwn(STATE_POSES, state) ? STATE_POSES[state] : undefined) ?? "idle";
