/**
 * Seconds after which the shaders' clock starts again. Every rate in a shader is a whole number of thousandths of a
 * hertz, so nothing jumps when it does; without it a screen that stands for weeks would run out of digits.
 */
export const CLOCK_PERIOD_S = 1000;

/** The longest step anything takes in one frame, in seconds: after a pause the world goes on, it does not leap. */
export const LONGEST_STEP_S = 0.1;

/** One frame: how long since the last one and what time it is, in seconds. */
export interface FrameTime {
  readonly dt: number;
  /** Since the stage was made, paused time left out. */
  readonly elapsed: number;
  /** `elapsed` within {@link CLOCK_PERIOD_S}: what the shaders know as `time`. */
  readonly time: number;
}
