import { damping } from "../stage/orbit.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState } from "../state/model.ts";
import type { Roster } from "./roster.ts";

/** The treasury as the world shows it. Values glide. */
export interface TreasuryGauge {
  /** Metres that the column of light is high. */
  readonly height: number;
  /** 1 when the figure is known, 0 while it is not: the column then must not claim a height. */
  readonly known: number;
  /** How much larger the core is than beside the first few agents, so that it still stands over a large swarm. */
  readonly scale: number;
  /** How lively it is, 0 to 1: what moved today. */
  readonly flow: number;
  /** Beats since the start: faster while more flows, none while cut off. Whole numbers are alike. */
  readonly beat: number;
  dispose(): void;
}

/** Metres for an empty treasury, for every factor of ten, and for all there is room for. */
const LEAST_HEIGHT = 1.6;
const DECADE_HEIGHT = 1.15;
export const MOST_HEIGHT = 12;
/** Up to a swarm of this radius in metres the core is at its own size. */
const LIFE_SIZE_RADIUS = 11;
/** The highest power of ten with a mark on the scale: a thousand million sats. */
const HIGHEST_MARK = 9;

/** The column's height in metres: by the logarithm, from 1.6 for an empty treasury to 12 from about 1,100 million sats. */
export const heightOf = (treasurySats: number): number =>
  Math.min(MOST_HEIGHT, LEAST_HEIGHT + DECADE_HEIGHT * Math.log10(1 + Math.max(0, treasurySats)));

/** Where the scale has its marks, in metres: at 1 sat, 10, 100 and so on. */
export const SCALE_MARKS: readonly number[] = Array.from({ length: HIGHEST_MARK + 1 }, (_, power) =>
  heightOf(10 ** power),
);

/** How lively the column is: 0 when nothing moved today, near 1 from a hundred thousand sats. */
export const flowOf = (movedSats: number): number => Math.min(1, Math.log10(1 + Math.max(0, movedSats)) / 5);

/** Follows the treasury and what was earned and spent today. Until figures arrive the column is at its least. */
export function createTreasuryGauge(
  stage: Stage,
  state: Pick<MatrixState, "treasury" | "economy">,
  roster: Pick<Roster, "radius">,
): TreasuryGauge {
  const { globals } = stage.materials;
  let height = LEAST_HEIGHT;
  let known = 0;
  let scale = 1;
  let flow = 0;
  let beat = 0;
  const stop = stage.onFrame(({ dt }) => {
    const economy = state.economy.get();
    const figures = state.treasury.get();
    const moved = economy ? Math.abs(economy.earnedTodaySats) + economy.spentTodaySats : 0;
    const toward = stage.reducedMotion ? 1 : damping(1.4, dt);
    height += (heightOf(figures?.treasurySats ?? 0) - height) * toward;
    known += ((figures ? 1 : 0) - known) * toward;
    scale += (Math.max(1, roster.radius / LIFE_SIZE_RADIUS) - scale) * toward;
    flow += (flowOf(moved) - flow) * toward;
    if (!stage.reducedMotion) beat = (beat + dt * (0.12 + 0.3 * flow) * (1 - globals.quiet)) % 1024;
  });
  return {
    get height() {
      return height;
    },
    get known() {
      return known;
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
