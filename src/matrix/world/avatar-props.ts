import type { ClipName } from "./motion.ts";

type Point = readonly [number, number, number];

/** A screen to work at: part of an upright cylinder before the chest. */
interface Screen {
  readonly centre: Point;
  readonly radius: number;
  /** Radians it reaches around. */
  readonly arc: number;
  /** From its lower to its upper edge. */
  readonly height: number;
}

/** Something round: a disc across x and z, or a band around the y axis. */
interface Round {
  readonly centre: Point;
  readonly radius: number;
}

/**
 * What a figure holds or wears, each while a clip of its own plays; in metres where it rests. The script that builds
 * the figures and the shader that lights them read the same numbers.
 */
export const PROPS: { readonly screen: Screen; readonly coin: Round; readonly halo: Round } = {
  screen: { centre: [0, 1.28, 0.02], radius: 0.58, arc: 1.25, height: 0.44 },
  // Over the right palm, when that is held up.
  coin: { centre: [-0.165, 0.82, 0.005], radius: 0.085 },
  halo: { centre: [0, 1.762, -0.01], radius: 0.235 },
};
export type Prop = keyof typeof PROPS;

/** In the order of their numbers, from 1 on; 0 is the figure itself. */
export const PROP_NAMES: readonly Prop[] = ["screen", "coin", "halo"];
export const propNumber = (prop: Prop): number => PROP_NAMES.indexOf(prop) + 1;
/** How far apart the numbers of two are as bytes in the file, so that rounding cannot mix them up. */
export const PROP_STEP = 60;

/** The clips that something belongs to. */
export const CLIP_PROPS: Readonly<Partial<Record<ClipName, Prop>>> = {
  working: "screen",
  offering: "coin",
  hand_back: "coin",
  thinking: "halo",
};
