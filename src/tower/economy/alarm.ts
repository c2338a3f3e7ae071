import type { Clock } from "../clock.ts";

/** How soon to try again when something due could not be done, in milliseconds. */
const RETRY = 5_000;

/** One timer for many things that become due, set for the next of them. */
export interface Alarm {
  /** Something is due at `at` (milliseconds since 1970), or nothing is. */
  dueAt(at: number | undefined): void;
  /** Looks through everything: at the start. */
  look(): void;
  /** Looks no more; resolves when what is being done has come to rest. */
  close(): Promise<void>;
}

/**
 * An alarm over things in the database. `doDue` does what is due and says whether all of it could be done: if not, and when it
 * throws, it is tried again soon. `nextDue` says when the next is due. `failed` is told of what `doDue` threw.
 */
export function createAlarm(parts: {
  readonly clock: Clock;
  readonly doDue: (isClosed: () => boolean) => Promise<boolean>;
  readonly nextDue: () => Promise<number | undefined>;
  readonly failed: (error: unknown) => void;
}): Alarm {
  const { clock, doDue, nextDue, failed } = parts;
  let timer: { readonly at: number; cancel(): void } | undefined;
  let looking = false;
  let rests: Promise<void> = Promise.resolve();
  let again = false;
  let closed = false;

  function look(): void {
    if (closed) return;
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    rests = lookThrough();
  }

  async function lookThrough(): Promise<void> {
    try {
      do {
        again = false;
        setTimer((await doDue(() => closed)) ? await nextDue() : clock.now() + RETRY);
      } while (again && !closed);
    } catch (error) {
      failed(error);
      setTimer(clock.now() + RETRY);
    } finally {
      looking = false;
    }
  }

  /** Looks at `at`, or earlier when that was planned. */
  function setTimer(at: number | undefined): void {
    if (closed || at === undefined || (timer !== undefined && timer.at <= at)) return;
    timer?.cancel();
    const cancel = clock.after(at - clock.now(), () => {
      timer = undefined;
      look();
    });
    timer = { at, cancel };
  }

  return {
    dueAt: setTimer,
    look,
    close() {
      closed = true;
      timer?.cancel();
      return rests;
    },
  };
}

/**
 * Does something to each of many things that are due; true when all of it could be done. One that fails must not keep the others
 * from it: `failed` is told, and it is tried again with the next look.
 */
export async function doEach<Thing>(
  things: readonly Thing[],
  work: (thing: Thing) => Promise<void>,
  on: { readonly isClosed: () => boolean; readonly failed: (error: unknown) => void },
): Promise<boolean> {
  let all = true;
  for (const thing of things) {
    if (on.isClosed()) return true;
    try {
      await work(thing);
    } catch (error) {
      all = false;
      on.failed(error);
    }
  }
  return all;
}
