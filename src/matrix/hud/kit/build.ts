import type { BoxMark, HudNode, Mark, PathMark, TextMark } from "./node.ts";
import { inset, type Rect } from "./rect.ts";
import { COLOR, SIZE, SPACE } from "./theme.ts";

interface TextStyle {
  readonly size?: number;
  readonly color?: string;
  readonly bold?: boolean;
  readonly align?: "left" | "center" | "right";
  readonly silent?: boolean;
}

/** One line of text around the height `y`. */
export const text = (x: number, y: number, words: string, style: TextStyle = {}): TextMark => ({
  kind: "text",
  x,
  y,
  text: words,
  size: SIZE.body,
  color: COLOR.text,
  ...style,
});

/** The dark translucent ground of a panel with its one-pixel line. */
export const panelGround = (at: Rect, line: string = COLOR.line): BoxMark => ({
  kind: "box",
  rect: at,
  fill: COLOR.panel,
  stroke: line,
  radius: SPACE.radius,
});

/** A chevron around a point, `radius` CSS pixels large. */
export function chevron(
  x: number,
  y: number,
  towards: "up" | "down" | "left" | "right",
  color: string,
  radius = 5,
): PathMark {
  const half = radius / 2;
  const points = {
    up: [
      [x - radius, y + half],
      [x, y - half],
      [x + radius, y + half],
    ],
    down: [
      [x - radius, y - half],
      [x, y + half],
      [x + radius, y - half],
    ],
    left: [
      [x + half, y - radius],
      [x - half, y],
      [x + half, y + radius],
    ],
    right: [
      [x - half, y - radius],
      [x + half, y],
      [x - half, y + radius],
    ],
  } as const;
  return { kind: "path", points: points[towards], color, line: 1.5 };
}

/** The two strokes of a closing cross. */
export const cross = (x: number, y: number, color: string, radius = 5): readonly PathMark[] => [
  {
    kind: "path",
    points: [
      [x - radius, y - radius],
      [x + radius, y + radius],
    ],
    color,
    line: 1.5,
  },
  {
    kind: "path",
    points: [
      [x + radius, y - radius],
      [x - radius, y + radius],
    ],
    color,
    line: 1.5,
  },
];

interface ButtonLook {
  readonly key: string;
  readonly at: Rect;
  readonly words: string;
  readonly tap: () => void;
  /** `strong`: the one thing to do next. `quiet`: everything else. `attention`: it waits for the person. */
  readonly look?: "strong" | "quiet" | "attention";
  readonly disabled?: boolean;
  readonly size?: number;
  /** How much of the target around the drawn button stays free. */
  readonly margin?: number;
}

/** A button with words. `at` is the target; the drawn button may be smaller by `margin` above and below. */
export function button({
  key,
  at,
  words,
  tap,
  look = "quiet",
  disabled = false,
  ...more
}: ButtonLook): HudNode {
  const box = inset(at, 0, more.margin ?? 0);
  const edge = look === "attention" ? COLOR.amber : COLOR.lineStrong;
  const ink = look === "attention" ? COLOR.amber : COLOR.accent;
  const isFilled = look === "strong" && !disabled;
  return {
    key,
    role: "button",
    rect: at,
    tap,
    disabled,
    marks: [
      {
        kind: "box",
        rect: box,
        radius: SPACE.radius,
        fill: isFilled ? COLOR.accent : COLOR.well,
        stroke: disabled ? COLOR.line : isFilled ? COLOR.accent : edge,
      },
      text(at.x + at.width / 2, at.y + at.height / 2, words, {
        align: "center",
        bold: true,
        size: more.size ?? SIZE.small,
        color: disabled ? COLOR.stale : isFilled ? COLOR.onAccent : ink,
      }),
    ],
  };
}

/** A button that is a shape; `label` is what it is called. */
export const iconButton = (
  key: string,
  at: Rect,
  label: string,
  marks: readonly Mark[],
  tap: () => void,
): HudNode => ({ key, role: "button", rect: at, label, marks, tap });
