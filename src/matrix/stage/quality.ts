/** How richly the stage draws. Features read it each frame and only toggle what they have built. */
export interface Quality {
  /** Pixels per CSS px, each way. */
  readonly density: number;
  /** 1 is every effect, 0.5 fewer, 0 the least that still says everything. */
  readonly effects: number;
}

/** From the best to the plainest. None is coarser than CSS px, so that text stays legible. */
export const QUALITY_LEVELS: readonly Quality[] = [
  { density: 2, effects: 1 },
  { density: 1.5, effects: 1 },
  { density: 1.5, effects: 0.5 },
  { density: 1, effects: 0.5 },
  { density: 1, effects: 0 },
];

/** Finer than this nobody sees from where an iPad is held. */
const FINEST = 2;
/** The most pixels that are drawn, in whatever size of window: those of a 4K screen. */
const MOST_PIXELS = 3840 * 2160;

/** The finest density worth drawing at: what the screen can show, within the bounds of sight and of cost. */
export function finestDensity(pixelRatio: number, size: { width: number; height: number }): number {
  const affordable = Math.sqrt(MOST_PIXELS / Math.max(1, size.width * size.height));
  return Math.min(pixelRatio > 0 ? pixelRatio : 1, FINEST, affordable);
}

/** A level as it is drawn where nothing finer than `finest` makes sense. */
export const qualityAt = (level: number, finest: number): Quality => {
  const { density, effects } = QUALITY_LEVELS[level] ?? { density: 1, effects: 0 };
  return { density: Math.min(density, finest), effects };
};
