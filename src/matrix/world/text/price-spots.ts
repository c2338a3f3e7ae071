import { ROOM_STEP_PX } from "../declutter.ts";
import { JOB_RING_HEIGHT, JOB_RING_LIFT_PX, JOB_RING_RADIUS } from "../places.ts";
import { HALF_LINE_PX } from "./lettering.ts";
import { type LinePlace, NAME_HEIGHT } from "./text-drawing.ts";
import { BESIDE_PX, type Side } from "./text-lines.ts";

/** CSS px from where a name hangs up to the middle of its letters. */
export const NAME_UP_PX = 12;
/** CSS px from the middle of a name to that of a price over or under it: two newcomers that do not touch. */
const APART_PX = 2 * HALF_LINE_PX + 2 * ROOM_STEP_PX;
/** CSS px from where a name hangs to a price that would cover it. */
const CLEAR_PX = NAME_UP_PX + APART_PX;
/** CSS px from a ring up to the middle of a price over it. */
const OVER_PX = HALF_LINE_PX + ROOM_STEP_PX;

/** A job's ring and its agent's name on the screen, in CSS px from the top left. */
export interface RingOnScreen {
  x: number;
  /** Its middle. */
  y: number;
  /** From there to where its glow ends. */
  radius: number;
  /** What the name hangs on. */
  nameX: number;
  nameY: number;
}

/** A spot beside a job's ring where its price may stand. */
export interface PriceSpot {
  /** Where the letters are, seen from {@link PriceSpot.x}. */
  readonly side: Side;
  readonly hangs: Omit<LinePlace, "x" | "z">;
  /** So far from its ring that without the name between them it would read as a neighbour's. */
  readonly needsName?: true;
  /** Where its letters begin, end or have their middle; CSS px. */
  x(ring: RingOnScreen): number;
  /** The middle of its letters; CSS px. */
  y(ring: RingOnScreen): number;
}

const BESIDE = { y: JOB_RING_HEIGHT, over: 0, up: JOB_RING_LIFT_PX, clear: CLEAR_PX } as const;
const besideY = ({ y, nameY }: RingOnScreen): number => Math.min(y, nameY - CLEAR_PX);

/** The first that is free is taken: right of the ring, left of it, over it, under the name. */
export const PRICE_SPOTS: readonly PriceSpot[] = [
  {
    side: "right",
    hangs: { ...BESIDE, beside: JOB_RING_RADIUS },
    x: ({ x, radius }) => x + radius + BESIDE_PX,
    y: besideY,
  },
  {
    side: "left",
    hangs: { ...BESIDE, beside: -JOB_RING_RADIUS },
    x: ({ x, radius }) => x - radius - BESIDE_PX,
    y: besideY,
  },
  {
    side: "middle",
    hangs: {
      y: JOB_RING_HEIGHT,
      beside: 0,
      over: JOB_RING_RADIUS,
      up: JOB_RING_LIFT_PX + OVER_PX,
      clear: 0,
    },
    x: ({ x }) => x,
    y: ({ y, radius }) => y - radius - OVER_PX,
  },
  {
    side: "middle",
    needsName: true,
    hangs: { y: NAME_HEIGHT, beside: 0, over: 0, up: NAME_UP_PX - APART_PX, clear: 0 },
    x: ({ nameX }) => nameX,
    y: ({ nameY }) => nameY - NAME_UP_PX + APART_PX,
  },
];
