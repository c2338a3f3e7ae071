import type { ChatLine } from "../protocol/records.ts";
import type { Gesture } from "./pose.ts";

/** What entering a state tells the world and the HUD, once. Lasting poses are no cue: they are in the view. */
export type JobCue =
  | { readonly type: "gesture"; readonly gesture: Gesture }
  | { readonly type: "chat"; readonly lines: readonly ChatLine[] };
