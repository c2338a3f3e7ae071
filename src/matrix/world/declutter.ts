/** A label that would like to be shown: its box on the canvas in CSS px. */
export interface LabelBox {
  readonly key: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Larger is shown first. */
  readonly rank: number;
}

const GAP = 3;
const CELL = 64;

/**
 * Chooses which labels are shown so that none overlaps another: by rank, and those that are shown already before those
 * of like rank that are not, so that labels do not flicker. At most `most` are shown.
 */
export function declutter(
  boxes: readonly LabelBox[],
  shown: ReadonlySet<string>,
  most: number,
): ReadonlySet<string> {
  const order = [...boxes].sort(
    (a, b) => b.rank + (shown.has(b.key) ? 0.5 : 0) - a.rank - (shown.has(a.key) ? 0.5 : 0),
  );
  const taken = new Map<string, LabelBox[]>();
  const chosen = new Set<string>();
  for (const box of order) {
    if (chosen.size >= most) break;
    const cells: string[] = [];
    for (let x = Math.floor((box.left - GAP) / CELL); x <= (box.left + box.width + GAP) / CELL; x++) {
      for (let y = Math.floor((box.top - GAP) / CELL); y <= (box.top + box.height + GAP) / CELL; y++) {
        cells.push(`${x}:${y}`);
      }
    }
    const overlaps = cells.some((cell) => taken.get(cell)?.some((other) => touches(box, other)));
    if (overlaps) continue;
    chosen.add(box.key);
    for (const cell of cells) taken.set(cell, [...(taken.get(cell) ?? []), box]);
  }
  return chosen;
}

const touches = (a: LabelBox, b: LabelBox): boolean =>
  a.left < b.left + b.width + GAP &&
  b.left < a.left + a.width + GAP &&
  a.top < b.top + b.height + GAP &&
  b.top < a.top + a.height + GAP;
