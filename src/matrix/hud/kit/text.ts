import { FONT_FAMILY, isFontLoaded } from "./font.ts";

/** A part of a text that stands on one line, as offsets in UTF-16 units. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** Measures and breaks text for the HUD's one font family. */
export interface TextMeasure {
  /** Width in CSS pixels. */
  width(text: string, size: number, bold?: boolean): number;
  /** The text's lines: broken at newlines, after spaces and hyphens, and inside words that are too long. */
  ranges(text: string, size: number, maxWidth: number, firstIndent?: number): readonly LineRange[];
  /** The text cut to a width, ending in … when something is missing. */
  fit(text: string, size: number, maxWidth: number, bold?: boolean): string;
  /** Forgets all widths: call it when the font has arrived. */
  reset(): void;
}

/** The one method of a 2D context that measuring needs. */
export interface Measurer {
  font: string;
  measureText(text: string): { readonly width: number };
}

/** Browsers draw U+26A1 as a colour emoji even where the font has it; the HUD's font has it here as well. */
const DRAWN_LIGHTNING = "\uE000";

/** The text as it is handed to the canvas. */
export const drawnText = (text: string): string =>
  isFontLoaded() ? text.replaceAll("⚡", DRAWN_LIGHTNING) : text;

/** The CSS `font` of a text. `size` in CSS pixels. */
export const fontOf = (size: number, bold = false): string =>
  `${bold ? "bold " : ""}${size}px ${FONT_FAMILY}`;

/** Widths are kept per character at this size and scaled: text widths are linear in the font size. */
const REFERENCE_SIZE = 100;

/** Makes a measure that asks `measurer` once for each character and weight. */
export function createTextMeasure(measurer: Measurer): TextMeasure {
  const regular = new Map<string, number>();
  const bolds = new Map<string, number>();

  function advance(character: string, bold: boolean): number {
    const known = bold ? bolds : regular;
    let width = known.get(character);
    if (width === undefined) {
      measurer.font = fontOf(REFERENCE_SIZE, bold);
      width = measurer.measureText(drawnText(character)).width / REFERENCE_SIZE;
      known.set(character, width);
    }
    return width;
  }

  function width(text: string, size: number, bold = false): number {
    let sum = 0;
    for (const character of text) sum += advance(character, bold);
    return sum * size;
  }

  function ranges(text: string, size: number, maxWidth: number, firstIndent = 0): readonly LineRange[] {
    const lines: LineRange[] = [];
    let start = 0;
    let lineWidth = firstIndent;
    let breakAt = 0;
    let widthAtBreak = 0;
    for (let index = 0; index < text.length; ) {
      const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
      const next = index + character.length;
      if (character === "\n") {
        lines.push({ start, end: index });
        start = breakAt = next;
        lineWidth = widthAtBreak = 0;
        index = next;
        continue;
      }
      const step = advance(character, false) * size;
      // A space that does not fit hangs over the edge, as in a text area.
      if (lineWidth + step > maxWidth + 0.01 && character !== " " && index > start) {
        const end = breakAt > start ? breakAt : index;
        lines.push({ start, end });
        lineWidth = breakAt > start ? lineWidth - widthAtBreak : 0;
        start = breakAt = end;
        widthAtBreak = 0;
      } else if (
        lineWidth + step > maxWidth + 0.01 &&
        index === start &&
        firstIndent > 0 &&
        lines.length === 0
      ) {
        lines.push({ start, end: start });
        lineWidth = 0;
      }
      lineWidth += step;
      index = next;
      if (character === " " || character === "-") {
        breakAt = next;
        widthAtBreak = lineWidth;
      }
    }
    lines.push({ start, end: text.length });
    return lines;
  }

  function fit(text: string, size: number, maxWidth: number, bold = false): string {
    if (width(text, size, bold) <= maxWidth) return text;
    let room = maxWidth - advance("…", bold) * size;
    let kept = "";
    for (const character of text) {
      room -= advance(character, bold) * size;
      if (room < 0) break;
      kept += character;
    }
    return `${kept.trimEnd()}…`;
  }

  return {
    width,
    ranges,
    fit,
    reset() {
      regular.clear();
      bolds.clear();
    },
  };
}
