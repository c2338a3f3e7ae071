import type { Mark } from "../kit/node.ts";
import { COLOR } from "../kit/theme.ts";
import type { CardView } from "./invoice-state.ts";

/**
 * The sign of a card with nothing left to pay, around a point. `grown` is how far the rings of joy have grown,
 * 0 to 1; at 1 they are gone.
 */
export function cardSign(
  view: CardView,
  x: number,
  y: number,
  radius: number,
  grown: number,
): readonly Mark[] {
  const color = inkOf(view);
  const ring: Mark = { kind: "disc", x, y, radius, stroke: color, line: 3 };
  const tick = radius / 44;
  switch (view.kind) {
    case "paid":
    case "refunded":
      return [
        ...(grown < 1
          ? [
              {
                kind: "disc",
                x,
                y,
                radius: radius + 90 * grown,
                stroke: fade(1 - grown),
                line: 2,
              } as const,
              {
                kind: "disc",
                x,
                y,
                radius: radius + 45 * grown,
                stroke: fade(1 - grown),
                line: 4,
              } as const,
            ]
          : []),
        { kind: "disc", x, y, radius, fill: COLOR.well, stroke: color, line: 3 },
        {
          kind: "path",
          points: [
            [x - 18 * tick, y + 1],
            [x - 4 * tick, y + 15 * tick],
            [x + 20 * tick, y - 13 * tick],
          ],
          color,
          line: 4,
        },
      ];
    case "expired":
      return [
        { ...ring, stroke: COLOR.stale },
        {
          kind: "path",
          points: [
            [x, y - 22 * tick],
            [x, y],
            [x + 15 * tick, y + 9 * tick],
          ],
          color: COLOR.stale,
          line: 3,
        },
      ];
    default:
      return [
        ring,
        {
          kind: "path",
          points: [
            [x + 20 * tick, y],
            [x - 18 * tick, y],
          ],
          color,
          line: 3,
        },
        {
          kind: "path",
          points: [
            [x - 4 * tick, y - 14 * tick],
            [x - 18 * tick, y],
            [x - 4 * tick, y + 14 * tick],
          ],
          color,
          line: 3,
        },
      ];
  }
}

const fade = (alpha: number): string => `rgba(77, 255, 154, ${alpha.toFixed(3)})`;

/** The colour of what a card says: amber while something waits, green when it is done, grey when it is over. */
export function inkOf({ kind }: CardView, calm: string = COLOR.amber): string {
  if (kind === "paid" || kind === "refunded") return COLOR.accent;
  return kind === "expired" ? COLOR.dim : calm;
}
