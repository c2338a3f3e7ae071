import { type Sats, satsDown, satsUp } from "../../../protocol/units.ts";
import type { Figures } from "../../ledger/figures.ts";

/** The figures of the books in whole sats: what is had and earned rounded down, what is gone rounded up. */
export interface ShownFigures {
  readonly treasurySats: Sats;
  readonly balanceSats: Sats;
  readonly earnedTodaySats: Sats;
  readonly spentTodaySats: Sats;
  readonly dailyBurnSats: Sats;
  readonly netTodaySats: Sats;
}

/** Figures as every screen, the routes and the export show them. */
export const shownFigures = (figures: Figures): ShownFigures => ({
  treasurySats: satsDown(figures.treasury),
  balanceSats: satsDown(figures.balance),
  earnedTodaySats: satsDown(figures.earnedToday),
  spentTodaySats: satsUp(figures.spentToday),
  dailyBurnSats: satsUp(figures.burnToday),
  netTodaySats: satsDown(figures.netToday),
});
