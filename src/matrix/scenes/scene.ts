import { FACTS, type NewFact } from "../../protocol/facts.ts";
import type { CurrentValue } from "../../protocol/values.ts";

/** What the tower of a scene can say: a fact, which gets its place in the log when it happens, or a current value. */
export type Saying = NewFact | CurrentValue;

/** A frame just as it travels, for what no tower of ours would send: it is neither numbered nor remembered. */
export interface RawFrame {
  readonly raw: string;
}

/** One thing that happens in a scene. `at` is milliseconds from its beginning; what comes before 0 is history. */
export interface Moment {
  readonly at: number;
  readonly say: Saying | RawFrame;
}

/** Whether what is said has its place in the log. */
export const isFact = (say: Moment["say"]): say is NewFact => "type" in say && Object.hasOwn(FACTS, say.type);

/** The tower cannot be reached from one time up to another, in milliseconds from the beginning. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** A recorded tower: what it says when, and whether it can be reached. */
export interface Scene {
  /** What stands after `?scene=` in the page's address. */
  readonly name: string;
  /** One sentence: what is to be seen. */
  readonly shows: string;
  /** In order of time. Asked for once for each time the scene is played; read only as far as it is played. */
  readonly script: () => Iterable<Moment>;
  readonly outages?: readonly Outage[];
  /** Plays as for somebody who asked for reduced motion. */
  readonly reducedMotion?: true;
  /** Seconds from the beginning at which the scene shows what it is for. */
  readonly picture: number;
}

/** When every scene begins, in milliseconds since 1970: no picture depends on the day it is taken. */
export const SCENE_EPOCH_MS = Date.UTC(2026, 2, 18, 12);

/** Moments of several sources in order of time; of one time, those that were named first come first. */
export const inOrder = (...sources: readonly (readonly Moment[])[]): readonly Moment[] =>
  sources.flat().sort((a, b) => a.at - b.at);
