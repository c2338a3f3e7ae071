/**
 * The offset of something that scrolls: follows a finger or a wheel, coasts when let go. Offset 0 is the top.
 * Knows no pixels of its own: the owner says how much there is and how much of it shows.
 */
export interface Scroller {
  /** How far down it is scrolled, in CSS pixels. */
  offset(): number;
  /** Says how long the content and how high the window is. A scroller at its end stays at its end if it sticks. */
  measure(content: number, window: number): void;
  /** Moves by so much at once; infinite means to the end. */
  by(distance: number): void;
  /** A finger moved by `distance` (down is positive) at `now` milliseconds. */
  drag(distance: number, now: number): void;
  /** The finger left at `now`: coast on. */
  release(now: number): void;
  /** Lets it coast; true while it moves. `now` in milliseconds. */
  step(now: number): boolean;
  /** Whether it shows the end. */
  atEnd(): boolean;
  canScroll(): boolean;
}

/** How fast coasting dies, per second: the speed falls to 1/e in a third of a second. */
const FRICTION = 3;
/** Below this a coast ends, in CSS pixels a second. */
const SLOWEST = 12;
/** A finger that rested this long before leaving does not throw, in milliseconds. */
const REST = 80;

/** Makes a scroller. With `sticksToEnd` new content at the bottom keeps the bottom in sight. */
export function createScroller({ sticksToEnd }: { readonly sticksToEnd: boolean }): Scroller {
  let offset = 0;
  let content = 0;
  let window = 0;
  let speed = 0;
  let last: number | undefined;
  let isHeld = false;

  const end = (): number => Math.max(0, content - window);
  const clamp = (value: number): number => Math.min(end(), Math.max(0, value));
  const atEnd = (): boolean => offset >= end() - 1;

  return {
    offset: () => Math.round(offset),
    measure(newContent, newWindow) {
      const wasAtEnd = atEnd();
      content = newContent;
      window = newWindow;
      offset = sticksToEnd && wasAtEnd && !isHeld ? end() : clamp(offset);
    },
    by(distance) {
      speed = 0;
      offset = clamp(offset + distance);
    },
    drag(distance, now) {
      const seconds = last === undefined || !isHeld ? 0 : (now - last) / 1000;
      isHeld = true;
      last = now;
      if (seconds > 0) speed = 0.6 * (-distance / seconds) + 0.4 * speed;
      offset = clamp(offset - distance);
    },
    release(now) {
      if (last === undefined || now - last > REST) speed = 0;
      isHeld = false;
      last = now;
    },
    step(now) {
      if (isHeld || Math.abs(speed) < SLOWEST || last === undefined) {
        if (!isHeld) speed = 0;
        return false;
      }
      // Time that passed while the page slept does not count.
      const seconds = Math.min(0.1, (now - last) / 1000);
      last = now;
      const before = offset;
      const decay = Math.exp(-FRICTION * seconds);
      offset = clamp(offset + (speed * (1 - decay)) / FRICTION);
      speed = offset === before && seconds > 0 ? 0 : speed * decay;
      return true;
    },
    atEnd,
    canScroll: () => content > window,
  };
}
