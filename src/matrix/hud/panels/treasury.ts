import { formatSats } from "../../../protocol/format.ts";
import { type HudContext, type HudFeature, patchUi } from "../context.ts";
import { chevron, panelGround, text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { bottomOf, type Rect, rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { isLow } from "../needs.ts";
import { figureRows } from "./figure-rows.ts";

/** What is the treasury's own, what it costs a day, and the person's own purse and session. */
export const treasuryFeature: HudFeature = {
  name: "treasury",
  create: (context) => ({
    view(at) {
      const treasury = context.state.treasury.get();
      const purse = context.state.purse.get();
      return {
        key: "treasury",
        role: "region",
        rect: at,
        label: "Treasury",
        marks: [panelGround(at)],
        children: [
          ...figureRows(
            context,
            [
              { key: "treasury", label: "TREASURY", value: treasury?.treasurySats, unit: "sats" },
              { key: "burn", label: "DAILY BURN", value: treasury?.dailyBurnSats, unit: "sats" },
              { key: "net", label: "NET TODAY", value: treasury?.netTodaySats, unit: "sats", isNet: true },
              ...(purse === undefined
                ? []
                : ([{ key: "purse", label: "YOUR PURSE", value: purse.balanceSats, unit: "sats" }] as const)),
            ],
            { ...at, y: at.y + 12 },
          ),
          sessionRow(context, rect(at.x, bottomOf(at) - SPACE.target, at.width, SPACE.target)),
        ],
      };
    },
  }),
};

/** What the person's session has left; a tap opens it, or the way to start one. A kiosk has none. */
function sessionRow({ state, ui, figures, now, again }: HudContext, at: Rect): HudNode {
  const isLive = state.link.get().status === "live";
  const isKiosk = state.me.get().role === "kiosk";
  const session = state.session.get();
  const isPaying = session !== undefined && session.state !== "awaiting_payment";
  const shown = isPaying ? formatSats(figures.shown("session", session.balanceSats, now())) : "—";
  if (figures.isMoving()) again();
  const y = at.y + at.height / 2;
  const edge = rightOf(at) - SPACE.pad;
  const color = !isPaying ? COLOR.dim : isLow(session) ? COLOR.amber : COLOR.text;
  return {
    key: "session",
    role: isKiosk ? "text" : "button",
    rect: at,
    ...(!isKiosk && {
      tap: () => patchUi(ui, { sheet: undefined, card: { kind: "session" as const, page: "home" as const } }),
    }),
    marks: [
      {
        kind: "path",
        points: [
          [at.x + SPACE.pad, at.y + 0.5],
          [edge, at.y + 0.5],
        ],
        color: COLOR.line,
        line: 1,
      },
      text(at.x + SPACE.pad, y, "SESSION BALANCE", {
        size: SIZE.small,
        color: isLive ? COLOR.dim : COLOR.stale,
      }),
      text(isKiosk ? edge : edge - 18, y, shown, {
        size: SIZE.large,
        bold: true,
        align: "right",
        color: isLive ? color : COLOR.stale,
      }),
      ...(isKiosk ? [] : [chevron(edge - 3, y, "right", COLOR.dim)]),
    ],
  };
}
