import { text } from "./build.ts";
import type { Mark } from "./node.ts";
import { type Rect, rect, rightOf } from "./rect.ts";
import type { LineRange, TextMeasure } from "./text.ts";
import { FIELD_LINE, type TextField } from "./text-field.ts";
import { COLOR, SIZE, SPACE } from "./theme.ts";

/** Half a blink of the caret, in milliseconds. */
const BLINK = 530;

/** What a field's drawing depends on beside its text. */
export interface FieldLook {
  /** Where the text is, in CSS pixels. */
  readonly inner: Rect;
  readonly lines: readonly LineRange[];
  readonly color: string;
  readonly placeholder: string;
  readonly isCaretLit: boolean;
}

/** The ground of a text field. */
export const fieldGround = (field: TextField, at: Rect): Mark => ({
  kind: "box",
  rect: at,
  fill: COLOR.well,
  stroke: field.isFocused() ? COLOR.accent : COLOR.lineStrong,
  radius: SPACE.radius,
});

/** Selection, text and caret, as far as they are in sight. The text area says them in the twin. */
export function fieldMarks(field: TextField, measure: TextMeasure, look: FieldLook): readonly Mark[] {
  const { inner, lines } = look;
  const value = field.text();
  const { start, end } = field.selection();
  const isFocused = field.isFocused();
  if (value === "" && !isFocused) {
    const style = { size: SIZE.field, color: COLOR.stale, silent: true };
    return [text(inner.x, inner.y + FIELD_LINE / 2, look.placeholder, style)];
  }
  const scroll = field.scrollTop();
  const marks: Mark[] = [];
  lines.forEach((line, index) => {
    const y = inner.y + index * FIELD_LINE - scroll;
    if (y + FIELD_LINE <= inner.y || y >= inner.y + inner.height) return;
    const x = (offset: number): number =>
      inner.x + measure.width(value.slice(line.start, offset), SIZE.field);
    if (isFocused && start < end && start < line.end && end > line.start) {
      const from = x(Math.max(start, line.start));
      const to = x(Math.min(end, line.end));
      marks.push({
        kind: "box",
        rect: rect(from, y, Math.max(2, to - from), FIELD_LINE),
        fill: COLOR.selection,
      });
    }
    const words = value.slice(line.start, line.end);
    if (words !== "") {
      marks.push(
        text(inner.x, y + FIELD_LINE / 2, words, { size: SIZE.field, color: look.color, silent: true }),
      );
    }
    const isHere = end >= line.start && (end < line.end || (end === line.end && isLastAt(lines, index, end)));
    if (isFocused && start === end && isHere && look.isCaretLit) {
      marks.push({
        kind: "box",
        rect: rect(Math.min(Math.round(x(end)), rightOf(inner) - 2), y + 2, 2, FIELD_LINE - 4),
        fill: COLOR.accent,
      });
    }
  });
  return marks;
}

/** Whether the caret at `end` belongs at this line's end and not at the next line's start. */
function isLastAt(lines: readonly LineRange[], index: number, end: number): boolean {
  const next = lines[index + 1];
  return next === undefined || next.start > end;
}

/** Whether a caret that last moved at `since` is to be seen now; asks to be looked at when that changes. */
export function isCaretLit(
  since: number,
  context: { isStill(): boolean; now(): number; wakeAt(time: number): void },
): boolean {
  if (context.isStill()) return true;
  const phase = context.now() - since;
  context.wakeAt(context.now() + BLINK - (phase % BLINK));
  return Math.floor(phase / BLINK) % 2 === 0;
}
