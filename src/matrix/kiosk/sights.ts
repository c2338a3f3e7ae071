import type { Gesture, Pose } from "../../job/pose.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { AgentView, Cue } from "../state/model.ts";

/** What a kiosk may look at. */
export type SightKind =
  | "done"
  | "refund"
  | "payment"
  | "refused"
  | "thinking"
  | "offering"
  | "working"
  | "focused";

/** Something that happens, with the agent it happens to. */
export interface Sight {
  readonly kind: SightKind;
  readonly agentId: AgentId;
}

/** How a kind of sight is shown. Times are in seconds. */
export interface SightSpec {
  /** The higher is shown first. */
  readonly rank: number;
  /** How long after it happened it is still worth going there; absent for what lasts. */
  readonly freshS?: number;
  /** Once gone to, it is shown at least so long, the way there counted in. */
  readonly dwellS: number;
  /** However long it lasts, it is not shown longer. */
  readonly longestS: number;
  /** Seen from near, or together with the way to the gate that its sats take. */
  readonly framing: "near" | "way";
}

export const SIGHTS: Readonly<Record<SightKind, SightSpec>> = {
  done: { rank: 8, freshS: 8, dwellS: 16, longestS: 20, framing: "near" },
  refund: { rank: 7, freshS: 8, dwellS: 16, longestS: 20, framing: "way" },
  payment: { rank: 6, freshS: 8, dwellS: 16, longestS: 20, framing: "way" },
  refused: { rank: 5, freshS: 8, dwellS: 16, longestS: 20, framing: "near" },
  thinking: { rank: 4, dwellS: 20, longestS: 40, framing: "near" },
  offering: { rank: 3, dwellS: 20, longestS: 30, framing: "near" },
  working: { rank: 2, dwellS: 22, longestS: 60, framing: "near" },
  focused: { rank: 1, dwellS: 20, longestS: 40, framing: "near" },
};

const GESTURE_SIGHTS: Readonly<Partial<Record<Gesture, SightKind>>> = {
  celebrate: "done",
  refuse: "refused",
};
const POSE_SIGHTS: Readonly<Partial<Record<Pose, SightKind>>> = {
  thinking: "thinking",
  offering: "offering",
  working: "working",
  deep_focus: "focused",
};

/** What a cue is to look at, if anything: sats that an agent is paid or gives back, work that ends. */
export function sightOfCue(cue: Cue): Sight | undefined {
  if (cue.kind === "gesture") {
    const kind = GESTURE_SIGHTS[cue.gesture];
    return kind && { kind, agentId: cue.agentId };
  }
  if (cue.to.kind === "agent") return { kind: "payment", agentId: cue.to.agentId };
  // What goes to the core is the end of work, which has a gesture.
  return cue.from.kind === "agent" && cue.to.kind === "gate"
    ? { kind: "refund", agentId: cue.from.agentId }
    : undefined;
}

/** What an agent's pose is to look at, if anything. */
export function sightOfAgent({ id, pose }: Pick<AgentView, "id" | "pose">): Sight | undefined {
  const kind = POSE_SIGHTS[pose];
  return kind && { kind, agentId: id };
}
