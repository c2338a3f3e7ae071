/** Steps of nearness within one rank. */
const STEPS = 256;

/** Something that would like to be shown, somewhere on the screen. */
export interface Candidates {
  readonly count: number;
  /** What each of them is: the caller's own numbers. */
  readonly what: Int32Array;
  readonly kind: Uint8Array;
  /** CSS px from the top left. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** CSS px above `y` in which it must not touch a job ring. */
  readonly above: Float32Array;
  /** Forgets all. `farthest`: the greatest depth there may be. */
  clear(farthest: number): void;
  /** `rank` counts from 0, first come; `nearness` is the depth in metres by which those of one rank are ordered. */
  add(kind: number, what: number, x: number, y: number, above: number, rank: number, nearness: number): void;
  /** Calls `visit` with every candidate's number, by rank and then the nearer first. */
  inOrder(visit: (candidate: number) => void): void;
}

/** Keeps candidates in arrays that are used again and orders them by counting: nothing is allocated once it has grown. */
export function createCandidates(ranks: number): Candidates {
  let count = 0;
  let capacity = 0;
  let scale = 1;
  let what = new Int32Array(0);
  let kind = new Uint8Array(0);
  let x = new Float32Array(0);
  let y = new Float32Array(0);
  let above = new Float32Array(0);
  let next = new Int32Array(0);
  /** The first candidate of each step of each rank; the others follow by `next`. */
  const first = new Int32Array(ranks * STEPS);

  function grow(): void {
    capacity = Math.max(256, capacity * 2);
    const copy = <T extends Int32Array | Uint8Array | Float32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    what = copy(what, new Int32Array(capacity));
    kind = copy(kind, new Uint8Array(capacity));
    x = copy(x, new Float32Array(capacity));
    y = copy(y, new Float32Array(capacity));
    above = copy(above, new Float32Array(capacity));
    next = copy(next, new Int32Array(capacity));
  }

  return {
    get count() {
      return count;
    },
    get what() {
      return what;
    },
    get kind() {
      return kind;
    },
    get x() {
      return x;
    },
    get y() {
      return y;
    },
    get above() {
      return above;
    },
    clear(farthest) {
      count = 0;
      scale = 1 / Math.max(1, farthest);
      first.fill(-1);
    },
    add(itsKind, itsWhat, itsX, itsY, itsAbove, rank, nearness) {
      if (count === capacity) grow();
      what[count] = itsWhat;
      kind[count] = itsKind;
      x[count] = itsX;
      y[count] = itsY;
      above[count] = itsAbove;
      // Finer near by, where it matters.
      const step = Math.min(STEPS - 1, Math.floor(Math.sqrt(Math.max(0, nearness) * scale) * STEPS));
      const at = rank * STEPS + step;
      next[count] = first[at] ?? -1;
      first[at] = count;
      count += 1;
    },
    inOrder(visit) {
      for (let at = 0; at < first.length; at++) {
        for (let each = first[at] ?? -1; each >= 0; each = next[each] ?? -1) visit(each);
      }
    },
  };
}
