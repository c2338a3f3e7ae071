import { damping } from "../stage/orbit.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState } from "../state/model.ts";
import type { Crowd } from "./crowd.ts";
import type { Roster } from "./roster.ts";

/** How the whole world feels. Values glide; they do not jump. */
export interface Mood {
  /** 0 nothing to do, 1 everyone is busy. */
  readonly activity: number;
  dispose(): void;
}

/** Agents with a job at which the world is about as busy as it looks. */
const BUSY_AGENTS = 4;

/** Follows the link and the jobs: cut off, the world goes quiet; with work to do, it livens up. Also sets the fog. */
export function createMood(
  stage: Stage,
  state: Pick<MatrixState, "link">,
  { roster, crowd }: { readonly roster: Pick<Roster, "radius">; readonly crowd: Pick<Crowd, "busy"> },
): Mood {
  const { globals } = stage.materials;
  let activity = 0;
  const isQuiet = () => (state.link.get().status === "live" ? 0 : 1);
  globals.quiet = isQuiet();
  const stop = stage.onFrame(({ dt }) => {
    const toward = stage.reducedMotion ? 1 : damping(1.6, dt);
    globals.quiet += (isQuiet() - globals.quiet) * toward;
    activity += (1 - Math.exp(-crowd.busy / BUSY_AGENTS) - activity) * toward;
    globals.fog = 0.36 / Math.max(30, roster.radius * 3.2);
  });
  return {
    get activity() {
      return activity;
    },
    dispose: stop,
  };
}
