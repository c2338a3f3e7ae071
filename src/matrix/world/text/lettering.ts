/** A way to write: the size in CSS px and the weight of the letters. */
export interface Lettering {
  readonly px: number;
  readonly weight: 400 | 700;
}

/**
 * How labels are written. A letter of the world's face is 0.6 of its size wide: at these sizes that is a whole number of
 * pixels on screens of one and of two pixels per CSS px, and letters are equally sharp.
 */
export const LETTERINGS = {
  name: { px: 40 / 3, weight: 400 },
  /** The name of the agent that is picked. */
  chosen: { px: 15, weight: 700 },
  amount: { px: 40 / 3, weight: 700 },
} as const satisfies Record<string, Lettering>;
export type LetteringName = keyof typeof LETTERINGS;

/** How far the dark edge reaches around letters, in CSS px. */
export const EDGE_PX = 4;
/** What a line of letters takes above and below its middle, in CSS px, without the edge's soft end. */
export const HALF_LINE_PX = 9;
