/** Room is taken in squares of so many CSS px: two boxes that are this far apart never want the same one. */
export const ROOM_STEP_PX = 2;
const BITS = 32;

/** Which parts of the screen are taken. Boxes are given by their edges in CSS px from the top left. */
export interface ScreenRoom {
  /** Frees everything on a screen of this size. */
  clear(width: number, height: number): void;
  /** Whether nothing of a box is taken. What is outside the screen is free. */
  isFree(left: number, top: number, right: number, bottom: number): boolean;
  take(left: number, top: number, right: number, bottom: number): void;
}

/** Keeps one bit for every square of the screen, so that ten thousand boxes are tried in a fraction of a millisecond. */
export function createScreenRoom(): ScreenRoom {
  let columns = 0;
  let rows = 0;
  let words = 0;
  let bits = new Uint32Array(0);

  /** The squares from `from` to `to` that are in one word of a row. */
  const maskOf = (word: number, from: number, to: number): number => {
    const low = Math.max(0, from - word * BITS);
    const high = Math.min(BITS - 1, to - word * BITS);
    return (high === BITS - 1 ? -1 : (1 << (high + 1)) - 1) & ~((1 << low) - 1);
  };

  /** Walks over the words of a box. Returns whether any square was taken; with `takes`, takes them all. */
  function walk(left: number, top: number, right: number, bottom: number, takes: boolean): boolean {
    const from = Math.max(0, Math.floor(left / ROOM_STEP_PX));
    const to = Math.min(columns - 1, Math.ceil(right / ROOM_STEP_PX) - 1);
    const last = Math.min(rows - 1, Math.ceil(bottom / ROOM_STEP_PX) - 1);
    if (to < from) return false;
    for (let row = Math.max(0, Math.floor(top / ROOM_STEP_PX)); row <= last; row++) {
      for (let word = from >> 5; word <= to >> 5; word++) {
        const at = row * words + word;
        const mask = maskOf(word, from, to);
        if (takes) bits[at] = (bits[at] ?? 0) | mask;
        else if (((bits[at] ?? 0) & mask) !== 0) return true;
      }
    }
    return false;
  }

  return {
    clear(width, height) {
      columns = Math.ceil(width / ROOM_STEP_PX);
      rows = Math.ceil(height / ROOM_STEP_PX);
      words = Math.ceil(columns / BITS);
      if (bits.length < words * rows) bits = new Uint32Array(words * rows);
      else bits.fill(0);
    },
    isFree: (left, top, right, bottom) => !walk(left, top, right, bottom, false),
    take(left, top, right, bottom) {
      walk(left, top, right, bottom, true);
    },
  };
}
