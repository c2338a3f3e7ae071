import type { Point3 } from "../stage/orbit.ts";
import type { Roster } from "./roster.ts";

/** How much larger than life the figures are, so that they read from across the room. */
export const FIGURE_SCALE = 2;
/** Heights in metres of a figure at that size. */
export const HEAD_HEIGHT = 1.81 * FIGURE_SCALE;
export const CHEST_HEIGHT = 1.3 * FIGURE_SCALE;
export const JOB_RING_HEIGHT = HEAD_HEIGHT + 0.8;
/** CSS px that the job ring is lifted above that, so that it clears the name however far away it is. */
export const JOB_RING_LIFT_PX = 20;

/** Order of drawing: everything is translucent, so who comes later is drawn over who came before. */
export const ORDER = {
  sky: 0,
  stars: 1,
  grid: 2,
  rain: 3,
  floorMarks: 4,
  gate: 5,
  core: 6,
  lines: 7,
  figures: 10,
  jobRings: 11,
  comets: 12,
  labels: 13,
} as const;

/** Where the gate stands: at the edge of the swarm, towards -z. */
export const gatePlace = (roster: Roster): Point3 => ({ x: 0, y: 0, z: -(roster.frontRadius + 2.6) });
