/** Below this many frames a second for a while the picture gets coarser; above that for longer, finer again. */
const SLOW_FPS = 30;
const FAST_FPS = 55;
const PATIENCE_DOWN_S = 3;
const PATIENCE_UP_S = 15;

export interface Governor {
  /** Tells how long the last frame took, in seconds. Returns the pixels per CSS px to draw from now on. */
  note(dt: number): number;
}

/**
 * Chooses how fine to draw, between one pixel per CSS px, so that text stays legible, and `finest`. Slow to
 * change its mind, and it does not try a density again that was too slow twice.
 */
export function createGovernor(finest: number): Governor {
  const levels = [...new Set([finest, Math.max(1, finest * 0.75), 1])].filter((level) => level <= finest);
  let level = 0;
  let slowFor = 0;
  let fastFor = 0;
  let drops = 0;
  return {
    note(dt) {
      slowFor = dt > 1 / SLOW_FPS ? slowFor + dt : 0;
      fastFor = dt < 1 / FAST_FPS ? fastFor + dt : 0;
      if (slowFor > PATIENCE_DOWN_S && level + 1 < levels.length) {
        level += 1;
        drops += 1;
        slowFor = 0;
      }
      if (fastFor > PATIENCE_UP_S && level > 0 && drops < 2) {
        level -= 1;
        fastFor = 0;
      }
      return levels[level] ?? 1;
    },
  };
}
