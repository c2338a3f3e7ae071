import type { JobRecord, SessionRecord } from "../../../../protocol/records.ts";
import type { Random } from "./random.ts";

/** Something that may happen. `weight` is how often beside the others. */
export interface Happening {
  readonly name: string;
  readonly weight: number;
  happen(): void | Promise<void>;
}

/** Something that may happen to one thing of many, whatever its state. */
export interface HappeningTo<Thing> {
  readonly name: string;
  readonly weight: number;
  /** Whether it makes sense now: it is then some times as likely as what must only be refused. */
  readonly fits?: (thing: Thing) => boolean;
  happen(thing: Thing): void | Promise<void>;
}

/** What one side of the world does to a tower. */
export interface Happenings {
  readonly toJobs?: readonly HappeningTo<JobRecord>[];
  readonly toSessions?: readonly HappeningTo<SessionRecord>[];
  readonly otherwise?: readonly Happening[];
}

/** How many times likelier something is where it makes sense. */
const FITTING = 20;

/** What may happen to a thing now, with how often. */
export const weighed = <Thing>(
  happenings: readonly HappeningTo<Thing>[],
  thing: Thing,
): readonly HappeningTo<Thing>[] =>
  happenings.map((happening) =>
    happening.fits?.(thing) === true ? { ...happening, weight: happening.weight * FITTING } : happening,
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
