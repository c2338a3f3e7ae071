import { formatSats } from "../../../protocol/format.ts";
import type { HudFeature } from "../context.ts";
import { panelGround } from "../kit/build.ts";
import { rect } from "../kit/rect.ts";
import { COLOR, SPACE } from "../kit/theme.ts";
import { FIGURE_ROW, figureRows } from "./figure-rows.ts";

/** What the tower has, earned, spent and may still spend today. */
export const economyFeature: HudFeature = {
  name: "economy",
  create: (context) => ({
    view(at) {
      const { state } = context;
      const economy = state.economy.get();
      const top = at.y + 10;
      const rows = figureRows(
        context,
        [
          { key: "balance", label: "BALANCE", value: economy?.balanceSats, unit: "sats" },
          { key: "earned", label: "EARNED TODAY", value: economy?.earnedTodaySats, unit: "sats" },
          { key: "pending", label: "PENDING", value: economy?.pendingInvoices, unit: "count" },
          { key: "spent", label: "SPENT TODAY", value: economy?.spentTodaySats, unit: "sats" },
          { key: "limit", label: "DAILY LIMIT", value: economy?.dailyLimitSats, unit: "sats" },
        ],
        { ...at, y: top },
      );
      const used =
        economy === undefined || economy.dailyLimitSats === 0
          ? 0
          : Math.min(1, economy.spentTodaySats / economy.dailyLimitSats);
      const bar = rect(at.x + SPACE.pad, top + 5 * FIGURE_ROW + 12, at.width - 2 * SPACE.pad, 6);
      const isLive = state.link.get().status === "live";
      return {
        key: "economy",
        role: "region",
        rect: at,
        label: "Economy",
        marks: [panelGround(at)],
        children: [
          ...rows,
          {
            key: "used",
            role: "meter",
            rect: bar,
            value: used,
            label: `${formatSats(economy?.spentTodaySats ?? 0)} of the daily limit spent`,
            marks: [
              { kind: "box", rect: bar, fill: COLOR.well, stroke: COLOR.line },
              {
                kind: "box",
                rect: rect(bar.x, bar.y, Math.round(bar.width * used), bar.height),
                fill: isLive ? (used > 0.8 ? COLOR.amber : COLOR.accent) : COLOR.stale,
              },
            ],
          },
        ],
      };
    },
  }),
};
