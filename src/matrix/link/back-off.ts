import { RECONNECT_FIRST_SECONDS, RECONNECT_MOST_SECONDS } from "../../protocol/limits.ts";

/**
 * How long to wait before attempt `failures + 1`, in milliseconds: a random part of a bound that doubles, so that
 * a thousand clients of a tower that comes back do not come all at once.
 */
export function backOff(failures: number, random: () => number): number {
  const bound = Math.min(RECONNECT_MOST_SECONDS, RECONNECT_FIRST_SECONDS * 2 ** Math.max(0, failures - 1));
  return Math.round(1000 * bound * (0.5 + random() / 2));
}
