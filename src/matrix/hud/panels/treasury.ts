import type { HudFeature } from "../context.ts";
import { panelGround } from "../kit/build.ts";
import { figureRows } from "./figure-rows.ts";

/** What is the treasury's own, what it costs a day, and the person's own purse. */
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
        children: figureRows(
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
      };
    },
  }),
};
