/** How much larger than life the figures are, so that they read from across the room. */
export const FIGURE_SCALE = 2;
/** Heights in metres of a figure at that size. */
export const HEAD_HEIGHT = 1.81 * FIGURE_SCALE;
export const CHEST_HEIGHT = 1.3 * FIGURE_SCALE;
/** Where the line to the core and sats leave an agent, and what a view of it from near looks at. */
export const HEART_HEIGHT = CHEST_HEIGHT * 0.86;
export const JOB_RING_HEIGHT = HEAD_HEIGHT + 0.8;
/** CSS px that the job ring is lifted above that, so that it clears the name however far away it is. */
export const JOB_RING_LIFT_PX = 20;
/** Metres from the middle of the job ring to where its glow ends, and to where it can no longer be seen. */
export const JOB_RING_RADIUS = 0.72;
export const JOB_RING_REACH = 0.66;
/** Nearer to the eye than this many metres the ring, and what stands beside it, is smaller, down to such a part. */
export const JOB_RING_FULL_FROM_M = 22;
export const JOB_RING_LEAST = 0.42;

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
