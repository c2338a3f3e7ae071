import { POSES, type Pose } from "../../job/pose.ts";
import type { AgentView } from "../state/model.ts";

/** What an agent looks towards: its own way, the gate where payers stand, or the treasury core. */
export type Facing = "own" | "gate" | "core";

/** How an agent bears itself. */
export interface Behaviour {
  readonly clip: Pose;
  readonly facing: Facing;
  /** How brightly the figure is lit; 1 is fully awake. */
  readonly presence: number;
  /** How much its line to the core has to tell, 0 to 1. */
  readonly flow: number;
  /** How deeply it breathes, 0 to 1. */
  readonly breath: number;
  /** How far its gaze wanders, in radians. */
  readonly gaze: number;
  /** How strongly the ring of a mind deep in something is lit, 0 to 1. */
  readonly focus: number;
  /** How unevenly it breathes, 0 to 1. */
  readonly unrest: number;
}

/** Two ends of a scale: at 0 and at 1. */
type Range = readonly [number, number];

interface PoseBehaviour {
  readonly facing: Facing;
  readonly presence: number;
  readonly flow: number;
  /** From an engagement of 0 to one of 1. */
  readonly breath: Range;
  readonly gaze: Range;
  readonly focus: Range;
  /** What a topic on its mind adds to the focus ring; asleep there is none to see. */
  readonly topic: number;
  /** How much of a confused mind shows. */
  readonly shows: number;
}

const POSE_BEHAVIOURS: Readonly<Record<Pose, PoseBehaviour>> = {
  idle: {
    facing: "own",
    presence: 0.8,
    flow: 0,
    breath: [0.45, 0.8],
    gaze: [0.6, 0.2],
    focus: [0, 0.2],
    topic: 0.5,
    shows: 1,
  },
  waiting: {
    facing: "gate",
    presence: 0.9,
    flow: 0.1,
    breath: [0.4, 0.7],
    gaze: [0.4, 0.15],
    focus: [0, 0.2],
    topic: 0.4,
    shows: 1,
  },
  thinking: {
    facing: "own",
    presence: 1,
    flow: 0.5,
    breath: [0.4, 0.9],
    gaze: [0.35, 0.08],
    focus: [0, 0.45],
    topic: 0.5,
    shows: 1,
  },
  working: {
    facing: "core",
    presence: 1.15,
    flow: 1,
    breath: [0.5, 1],
    gaze: [0.2, 0.04],
    focus: [0, 0.45],
    topic: 0.5,
    shows: 0.8,
  },
  offering: {
    facing: "gate",
    presence: 1.1,
    flow: 0.2,
    breath: [0.4, 0.7],
    gaze: [0.15, 0.05],
    focus: [0, 0.2],
    topic: 0.3,
    shows: 0.8,
  },
  deep_focus: {
    facing: "own",
    presence: 1.1,
    flow: 0.7,
    breath: [0.7, 1],
    gaze: [0.05, 0],
    focus: [0.45, 0.8],
    topic: 0.2,
    shows: 0.6,
  },
  asleep: {
    facing: "own",
    presence: 0.34,
    flow: 0,
    breath: [0.25, 0.25],
    gaze: [0, 0],
    focus: [0, 0],
    topic: 0,
    shows: 0,
  },
};

/** The words for a state in which an agent sleeps whatever its jobs ask of it: nobody is there to do them. */
const ABSENT: Readonly<Record<string, Pose>> = { offline: "asleep" };

/** Radians that a confused mind's gaze wanders more. */
const LOST_GAZE = 0.5;
/** Coherence from which a mind is calm, and at which it is wholly confused. */
const CONFUSED: Range = [0.8, 0.15];
/** Engagement over which the focus ring of a mind lights up by itself. */
const ENGAGED: Range = [0.5, 1];

/** From 0 to 1; what is no number is `otherwise`. */
const unit = (value: number, otherwise: number): number =>
  Number.isNaN(value) ? otherwise : Math.min(1, Math.max(0, value));
const between = ([low, high]: Range, amount: number): number => low + (high - low) * amount;
const along = ([from, to]: Range, value: number): number => unit((value - from) / (to - from), 0);

/** How an agent bears itself, from what it is doing and what is on its mind. Pure. */
export function behaviourOf(
  agent: Pick<AgentView, "pose" | "state" | "focusTopic" | "engagement" | "coherence">,
): Behaviour {
  const word = Object.hasOwn(ABSENT, agent.state) ? ABSENT[agent.state] : undefined;
  const clip = word ?? (POSES.includes(agent.pose) ? agent.pose : "idle");
  const pose = POSE_BEHAVIOURS[clip];
  const engagement = unit(agent.engagement, 0);
  const confusion = along(CONFUSED, unit(agent.coherence, 1)) * pose.shows;
  return {
    clip,
    facing: pose.facing,
    presence: pose.presence,
    flow: pose.flow,
    breath: between(pose.breath, engagement),
    gaze: between(pose.gaze, engagement) + LOST_GAZE * confusion,
    focus: unit(between(pose.focus, along(ENGAGED, engagement)) + (agent.focusTopic ? pose.topic : 0), 0),
    unrest: confusion,
  };
}
