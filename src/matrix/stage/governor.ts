import { QUALITY_LEVELS, type Quality, qualityAt } from "./quality.ts";

/** Slower than this is slow. A little under 30: a screen or a power saver that holds frames at 30 is no slowness. */
const SLOW_S = 1 / 28.5;
/** Faster than this is fast. */
const FAST_S = 1 / 55;
/** Where frames were never quicker than this the screen itself shows 30 a second, and to keep up with it is fast. */
const SCREEN_OF_30_S = 1 / 32;
/** Frames are judged together over this long, in seconds. */
const WINDOW_S = 3;
/** So many fast windows in a row before the picture gets better. */
const FAST_WINDOWS = 5;
/** What a drop must save of a frame's time to have helped. */
const HELPFUL = 0.1;
/** Drops that may fail to help before they are taken back. */
const VAIN_DROPS = 2;
/** A level is left alone after it was too slow so often, for so long; longer each time. In seconds. */
const STRIKES = 2;
const REST_S = 300;
const LONGEST_REST_S = 3600;
/** The most that one frame counts: a hitch is not slowness. In seconds. */
const LONGEST_COUNTED_S = 0.5;
/** After an interruption shaders are compiled and caches filled, which says nothing. In seconds. */
const SETTLE_S = 1;

export interface Governor {
  readonly quality: Quality;
  /** Tells how long it was from the last frame to this one, in seconds. */
  note(dt: number): void;
  /** Says that the next second measures something else: a resize, a hidden page, a lost context, a slower pace. */
  interrupt(): void;
  /** The finest density worth drawing at may change at any time, with the window or the screen. */
  setFinest(density: number): void;
}

interface Level {
  /** How often it was too slow. */
  strikes: number;
  /** Not tried again before this, in seconds of measured time. */
  restsUntil: number;
}

/**
 * Chooses how richly to draw by how long frames take. It drops after a slow window and rises after a long fast
 * stretch; a level that was too slow twice is not tried again for minutes. Frames that stay as slow however little
 * is drawn are held up by something else, so drops that do not help are taken back.
 */
export function createGovernor(finest: number): Governor {
  const levels: Level[] = QUALITY_LEVELS.map(() => ({ strikes: 0, restsUntil: 0 }));
  let level = 0;
  let quality = qualityAt(level, finest);
  let measured = 0;
  let settling = SETTLE_S;
  let span = 0;
  let frames = 0;
  let fastWindows = 0;
  /** The shortest mean frame of a window so far, in seconds. */
  let best = Number.POSITIVE_INFINITY;
  /** The drops that have not been seen to help yet: where they began, how long a frame took there, how many. */
  let descent: { readonly from: number; readonly mean: number; drops: number } | undefined;
  let noDropsUntil = 0;

  /** The next level in a direction that is drawn differently from the present one; -1 where there is none. */
  function next(by: 1 | -1): number {
    for (let to = level + by; to >= 0 && to < levels.length; to += by) {
      const other = qualityAt(to, finest);
      if (other.density !== quality.density || other.effects !== quality.effects) return to;
    }
    return -1;
  }

  function go(to: number): void {
    level = to;
    quality = qualityAt(level, finest);
    settling = SETTLE_S;
    fastWindows = 0;
  }

  /** The drops have helped, so the levels above were too slow. */
  function settleDescent(): void {
    for (const above of descent ? levels.slice(descent.from, level) : []) {
      above.strikes += 1;
      const rest = above.strikes < STRIKES ? 0 : REST_S * 2 ** (above.strikes - STRIKES);
      above.restsUntil = measured + Math.min(rest, LONGEST_REST_S);
    }
    descent = undefined;
  }

  function slow(mean: number): void {
    if (measured < noDropsUntil) return;
    if (descent && mean < descent.mean * (1 - HELPFUL)) settleDescent();
    descent ??= { from: level, mean, drops: 0 };
    const to = next(1);
    if (descent.drops >= VAIN_DROPS || (to < 0 && descent.drops > 0)) {
      noDropsUntil = measured + REST_S;
      go(descent.from);
      descent = undefined;
    } else if (to >= 0) {
      descent.drops += 1;
      go(to);
    }
  }

  function fast(): void {
    fastWindows += 1;
    const to = next(-1);
    if (fastWindows < FAST_WINDOWS || to < 0 || measured < (levels[to]?.restsUntil ?? 0)) return;
    go(to);
  }

  function judge(mean: number): void {
    best = Math.min(best, mean);
    if (mean > SLOW_S) {
      fastWindows = 0;
      slow(mean);
      return;
    }
    settleDescent();
    if (mean <= FAST_S || best > SCREEN_OF_30_S) fast();
    else fastWindows = 0;
  }

  return {
    get quality() {
      return quality;
    },
    note(dt) {
      const counted = Math.min(dt, LONGEST_COUNTED_S);
      if (settling > 0) {
        settling -= counted;
        return;
      }
      measured += counted;
      span += counted;
      frames += 1;
      if (span < WINDOW_S) return;
      const mean = span / frames;
      span = 0;
      frames = 0;
      judge(mean);
    },
    interrupt() {
      settling = SETTLE_S;
    },
    setFinest(density) {
      if (density === finest) return;
      finest = density;
      span = 0;
      frames = 0;
      go(level);
    },
  };
}
