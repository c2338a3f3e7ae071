import {
  JOB_RING_FULL_FROM_M,
  JOB_RING_HEIGHT,
  JOB_RING_LEAST,
  JOB_RING_LIFT_PX,
  JOB_RING_RADIUS,
  JOB_RING_REACH,
} from "../places.ts";
import type { RingOnScreen } from "./price-spots.ts";
import type { ScreenView } from "./screen-view.ts";
import { NAME_HEIGHT } from "./text-drawing.ts";

/** Finds job rings on the screen. Nothing is allocated: it is asked for every job. */
export interface RingFinder {
  /** The ring that was found last. */
  readonly ring: Readonly<RingOnScreen>;
  /**
   * Finds the name and the job's ring of an agent that stands there, in metres; it moves the view's last point.
   * Returns how far the ring reaches from its middle, in CSS px.
   */
  find(x: number, z: number): number;
}

export function createRingFinder(view: ScreenView): RingFinder {
  const ring: RingOnScreen = { x: 0, y: 0, radius: 0, nameX: 0, nameY: 0 };
  return {
    ring,
    find(x, z) {
      view.project(x, NAME_HEIGHT, z, Number.POSITIVE_INFINITY);
      ring.nameX = view.x;
      ring.nameY = view.y;
      view.project(x, JOB_RING_HEIGHT, z, Number.POSITIVE_INFINITY);
      const away = view.away(x, JOB_RING_HEIGHT, z) / JOB_RING_FULL_FROM_M;
      const metre = (Math.min(1, Math.max(JOB_RING_LEAST, away)) * view.pxPerMetre) / view.depth;
      ring.x = view.x;
      ring.y = view.y - JOB_RING_LIFT_PX;
      ring.radius = JOB_RING_RADIUS * metre;
      return JOB_RING_REACH * metre;
    },
  };
}
