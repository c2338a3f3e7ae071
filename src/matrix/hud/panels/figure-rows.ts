import { formatNumber, formatSats } from "../../../protocol/format.ts";
import type { HudContext } from "../context.ts";
import { text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { type Rect, rect } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";

/** One line of a panel: what the figure is and what it says. */
export interface FigureRow {
  readonly key: string;
  readonly label: string;
  /** Whole; undefined while the tower has not said it yet. */
  readonly value: number | undefined;
  readonly unit: "sats" | "count";
  /** A net figure: shown with its sign, and in amber below zero. */
  readonly isNet?: boolean;
}

/** Height of one row in CSS pixels. */
export const FIGURE_ROW = 24;

/** Rows of label and figure from the top of `at`. Figures count to where they should be; stale ones are grey. */
export function figureRows(
  { state, figures, now, again }: HudContext,
  rows: readonly FigureRow[],
  at: Rect,
): readonly HudNode[] {
  const isLive = state.link.get().status === "live";
  return rows.map((row, index) => {
    const y = at.y + index * FIGURE_ROW + FIGURE_ROW / 2;
    const shown = row.value === undefined ? undefined : figures.shown(row.key, row.value, now());
    if (figures.isMoving()) again();
    return {
      key: row.key,
      role: "text",
      rect: rect(at.x, at.y + index * FIGURE_ROW, at.width, FIGURE_ROW),
      marks: [
        text(at.x + SPACE.pad, y, row.label, { size: SIZE.small, color: isLive ? COLOR.dim : COLOR.stale }),
        text(at.x + at.width - SPACE.pad, y, figureText(row, shown), {
          size: SIZE.large,
          bold: true,
          align: "right",
          color: isLive ? figureColor(row, shown) : COLOR.stale,
        }),
      ],
    };
  });
}

function figureText({ unit, isNet }: FigureRow, shown: number | undefined): string {
  if (shown === undefined) return "—";
  const words = unit === "sats" ? formatSats(shown) : formatNumber(shown);
  return isNet === true && shown > 0 ? `+${words}` : words;
}

function figureColor({ isNet }: FigureRow, shown: number | undefined): string {
  if (shown === undefined) return COLOR.dim;
  if (isNet !== true || shown === 0) return COLOR.text;
  return shown > 0 ? COLOR.accent : COLOR.amber;
}
