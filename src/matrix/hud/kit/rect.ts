/** A rectangle in CSS pixels from the canvas's top left corner. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height });

export const rightOf = (r: Rect): number => r.x + r.width;
export const bottomOf = (r: Rect): number => r.y + r.height;

/** The rectangle that is `dx`, `dy` smaller on each side. */
export const inset = (r: Rect, dx: number, dy = dx): Rect =>
  rect(r.x + dx, r.y + dy, Math.max(0, r.width - 2 * dx), Math.max(0, r.height - 2 * dy));

export const containsPoint = (r: Rect, x: number, y: number): boolean =>
  x >= r.x && x < rightOf(r) && y >= r.y && y < bottomOf(r);

export const sameRect = (a: Rect, b: Rect): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

export const overlaps = (a: Rect, b: Rect): boolean =>
  a.x < rightOf(b) && b.x < rightOf(a) && a.y < bottomOf(b) && b.y < bottomOf(a);

/** The smallest rectangle around all of them; undefined for none. */
export function unionOf(rects: Iterable<Rect>): Rect | undefined {
  let union: Rect | undefined;
  for (const r of rects) {
    if (union === undefined) {
      union = r;
      continue;
    }
    const x = Math.min(union.x, r.x);
    const y = Math.min(union.y, r.y);
    union = rect(x, y, Math.max(rightOf(union), rightOf(r)) - x, Math.max(bottomOf(union), bottomOf(r)) - y);
  }
  return union;
}
