/** Figures that count up and down to where they should be instead of jumping. */
export interface Figures {
  /** What to show at `now` (milliseconds) of a figure whose true value is `target`. Whole. */
  shown(name: string, target: number, now: number): number;
  /** Whether any figure is still on its way. */
  isMoving(): boolean;
}

/** How long a figure counts, in milliseconds. */
const DURATION = 900;

interface Count {
  from: number;
  to: number;
  since: number;
}

/** `isStill` (reduced motion): figures jump. A figure that was never shown starts where it is. */
export function createFigures(isStill: () => boolean): Figures {
  const counts = new Map<string, Count>();
  const moving = new Set<string>();

  function at({ from, to, since }: Count, now: number): number {
    const part = Math.min(1, Math.max(0, (now - since) / DURATION));
    return Math.round(to + (from - to) * (1 - part) ** 3);
  }

  return {
    shown(name, target, now) {
      const count = counts.get(name);
      if (count === undefined || isStill()) {
        counts.set(name, { from: target, to: target, since: now });
        moving.delete(name);
        return target;
      }
      if (count.to !== target) {
        count.from = at(count, now);
        count.to = target;
        count.since = now;
      }
      const shown = at(count, now);
      if (shown === target) moving.delete(name);
      else moving.add(name);
      return shown;
    },
    isMoving: () => moving.size > 0,
  };
}
