import { damping } from "../stage/orbit.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState } from "../state/model.ts";
import type { Roster } from "./roster.ts";

/** How the whole world feels. Values glide; they do not jump. */
export interface Mood {
  /** 0 nothing to do, 1 everyone is busy. */
  readonly activity: number;
  dispose(): void;
}

/** Open jobs at which the world is about as busy as it looks. */
const BUSY_JOBS = 4;

/** Follows the link and the jobs: cut off, the world goes quiet; with work to do, it livens up. Also sets the fog. */
export function createMood(stage: Stage, state: Pick<MatrixState, "link" | "jobs">, roster: Roster): Mood {
  const { globals } = stage.materials;
  let openJobs = 0;
  let activity = 0;
  const count = () => {
    openJobs = state.jobs.get().reduce((sum, job) => sum + (job.isOpen ? 1 : 0), 0);
  };
  count();
  const isQuiet = () => (state.link.get().status === "live" ? 0 : 1);
  globals.quiet = isQuiet();
  const stopJobs = state.jobs.subscribe(count);
  const stopFrames = stage.onFrame(({ dt }) => {
    const toward = stage.reducedMotion ? 1 : damping(1.6, dt);
    globals.quiet += (isQuiet() - globals.quiet) * toward;
    activity += (1 - Math.exp(-openJobs / BUSY_JOBS) - activity) * toward;
    globals.fog = 0.36 / Math.max(30, roster.radius * 3.2);
  });
  return {
    get activity() {
      return activity;
    },
    dispose() {
      stopJobs();
      stopFrames();
    },
  };
}
