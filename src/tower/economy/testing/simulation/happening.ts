import type { JobRecord } from "../../../../protocol/records.ts";
import type { Random } from "./random.ts";

/** Something that may happen. `weight` is how often beside the others. */
export interface Happening {
  readonly name: string;
  readonly weight: number;
  happen(): void | Promise<void>;
}

/** Something that may happen to a job, whatever its state. */
export interface JobHappening {
  readonly name: string;
  readonly weight: number;
  /** Whether it makes sense now: it is then some times as likely as what must only be refused. */
  readonly fits?: (job: JobRecord) => boolean;
  happen(job: JobRecord): void | Promise<void>;
}

/** What one side of the world does to a tower. */
export interface Happenings {
  readonly toJobs?: readonly JobHappening[];
  readonly otherwise?: readonly Happening[];
}

/** How many times likelier something is where it makes sense. */
const FITTING = 8;

/** What may happen to a job now, with how often. */
export const weighed = (happenings: readonly JobHappening[], job: JobRecord): readonly JobHappening[] =>
  happenings.map((happening) =>
    happening.fits?.(job) === true ? { ...happening, weight: happening.weight * FITTING } : happening,
  );

/** One of them, the heavier the likelier. Throws when there is none. */
export function pickWeighted<Item extends { readonly weight: number }>(
  random: Random,
  items: readonly Item[],
): Item {
  let left = random.next() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  throw new Error("nothing can happen");
}
