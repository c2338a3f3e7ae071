import type { Stage } from "../../stage/stage.ts";
import { createScreenRoom } from "../declutter.ts";
import { HALF_LINE_PX } from "./lettering.ts";
import type { ScreenView } from "./screen-view.ts";
import type { Side } from "./text-lines.ts";

/** What is not shown yet wants so many CSS px between it and others; what is shown stays until it touches. */
const GAP_X_PX = 12;
const GAP_Y_PX = 2;
/** Names of a crowd keep up to so many CSS px farther apart, or they would hide it. */
const CROWD_GAP_X_PX = 84;
const CROWD_GAP_Y_PX = 34;
/** What is shown already stays while it has this part of the room that a newcomer needs. */
const STAYING = 0.5;
/** Half of the least that a name takes: unless so much is free, it is not even measured. */
const HEART_PX = 16;
const HALF_HEART_PX = 5;

/** The part of a text's width that is left of what it hangs on. */
export const LEFT_PART: Readonly<Record<Side, number>> = { right: 0, middle: 0.5, left: 1 };

/**
 * What may keep a text away: everything; only texts that come before it, for who has to pay must see it; or nothing,
 * for the agent that is picked.
 */
export type Yields = "always" | "toTexts" | "never";

interface Manner {
  readonly isThere: boolean;
  readonly yields: Yields;
  /** How far it keeps from others, 0 to 1, as one of a crowd. */
  readonly apart?: number;
  /** CSS px above its middle in which it must not touch a ring. */
  readonly above?: number;
}

/** Where texts may stand on the screen: clear of each other, of job rings and of panels. All in CSS px from the top left. */
export interface LabelRoom {
  /** Frees everything on the screen as the view looked at it last. */
  clear(): void;
  /** Takes the square that reaches so far around the middle of a job's ring. */
  takeRing(x: number, y: number, reach: number): void;
  /** Whether a text is wholly between the columns that panels cover. */
  isUncovered(left: number, right: number): boolean;
  /** Whether a text with this vertical middle is wholly between the rows that panels cover. */
  isRowUncovered(middle: number): boolean;
  /** Takes a box, given by its left and its vertical middle, if it is free; what is shown only must not touch. */
  takes(left: number, wide: number, middle: number, manner: Manner): boolean;
  /** Whether the least that a text takes is free, for a text that begins, ends or is centred at `x`. */
  hasHeart(x: number, y: number, side: Side): boolean;
}

export function createLabelRoom(
  { camera }: Pick<Stage, "camera">,
  view: Pick<ScreenView, "width" | "height">,
): LabelRoom {
  const texts = createScreenRoom();
  /** Where job rings are: apart, for a line may stand close to its own ring. */
  const rings = createScreenRoom();
  return {
    clear() {
      texts.clear(view.width, view.height);
      rings.clear(view.width, view.height);
    },
    takeRing: (x, y, reach) => rings.take(x - reach, y - reach, x + reach, y + reach),
    isUncovered: (left, right) => left >= camera.insets.left && right <= view.width - camera.insets.right,
    isRowUncovered: (middle) =>
      middle - HALF_LINE_PX >= camera.insets.top &&
      middle + HALF_LINE_PX <= view.height - camera.insets.bottom,
    takes(left, wide, middle, { isThere, yields, apart = 0, above = HALF_LINE_PX }) {
      const [top, bottom] = [middle - HALF_LINE_PX, middle + HALF_LINE_PX];
      const right = left + wide;
      const kept = isThere ? apart * STAYING : apart;
      const gapX = (isThere ? 0 : GAP_X_PX) + kept * CROWD_GAP_X_PX;
      const gapY = (isThere ? 0 : GAP_Y_PX) + kept * CROWD_GAP_Y_PX;
      const isFree =
        yields === "never" ||
        ((yields === "toTexts" || rings.isFree(left, middle - above, right, bottom)) &&
          texts.isFree(left - gapX, top - gapY, right + gapX, bottom + gapY));
      if (isFree) texts.take(left, top, right, bottom);
      return isFree;
    },
    hasHeart(x, y, side) {
      const left = x - 2 * HEART_PX * LEFT_PART[side];
      const [right, top, bottom] = [left + 2 * HEART_PX, y - HALF_HEART_PX, y + HALF_HEART_PX];
      return texts.isFree(left, top, right, bottom) && rings.isFree(left, top, right, bottom);
    },
  };
}
