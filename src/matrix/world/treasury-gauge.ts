import { damping } from "../stage/orbit.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState } from "../state/model.ts";
import type { Roster } from "./roster.ts";

/** The treasury as the world shows it. Values glide. */
export interface TreasuryGauge {
  /** Metres that the column of light is high. */
  readonly height: number;
  /** How much larger the core is than beside the first few agents, so that it still stands over a large swarm. */
  readonly scale: number;
  /** How lively it is, 0 to 1: what moved today. */
  readonly flow: number;
  /** Beats since the start: faster while more flows. Whole numbers are alike. */
  readonly beat: number;
  dispose(): void;
}

const LEAST_HEIGHT = 2.2;
const MOST_HEIGHT = 12;

/** The column's height in metres: 2.2 for an empty treasury and about 1.2 more for every factor of ten. */
export const heightOf = (treasurySats: number): number =>
  Math.min(MOST_HEIGHT, LEAST_HEIGHT + 1.2 * Math.log10(1 + Math.max(0, treasurySats)));

/** How lively the column is: 0 when nothing moved today, near 1 from a hundred thousand sats. */
export const flowOf = (movedSats: number): number => Math.min(1, Math.log10(1 + Math.max(0, movedSats)) / 5);

/** Follows the treasury and what was earned and spent today. Until figures arrive the column is at its least. */
export function createTreasuryGauge(
  stage: Stage,
  state: Pick<MatrixState, "treasury" | "economy">,
  roster: Roster,
): TreasuryGauge {
  let height = LEAST_HEIGHT;
  let scale = 1;
  let flow = 0;
  let beat = 0;
  const stop = stage.onFrame(({ dt }) => {
    const economy = state.economy.get();
    const moved = economy ? Math.abs(economy.earnedTodaySats) + economy.spentTodaySats : 0;
    const toward = stage.reducedMotion ? 1 : damping(1.4, dt);
    height += (heightOf(state.treasury.get()?.treasurySats ?? 0) - height) * toward;
    scale += (Math.max(1, roster.radius / 14) - scale) * toward;
    flow += (flowOf(moved) - flow) * toward;
    if (!stage.reducedMotion) beat = (beat + dt * (0.12 + 0.5 * flow)) % 1024;
  });
  return {
    get height() {
      return height;
    },
    get scale() {
      return scale;
    },
    get flow() {
      return flow;
    },
    get beat() {
      return beat;
    },
    dispose: stop,
  };
}
