import { RefusalError } from "../../protocol/refusal.ts";

/**
 * Resolves with something as soon as it is `as` asked, now or after a change; without polling. Rejects when `signal` aborts, and
 * with whatever `read` and `as` throw. `watch` calls back with each change and returns its own undo.
 */
export async function waitFor<Thing>(
  of: {
    readonly watch: (listener: (thing: Thing) => void) => () => void;
    readonly read: () => Promise<Thing>;
  },
  as: (thing: Thing) => boolean,
  signal: AbortSignal,
): Promise<Thing> {
  const { promise: later, resolve, reject } = Promise.withResolvers<Thing>();
  // Nobody may be waiting for it any more when it rejects.
  later.catch(() => undefined);
  const undo = of.watch((thing) => {
    try {
      if (as(thing)) resolve(thing);
    } catch (error) {
      reject(error);
    }
  });
  const stop = (): void =>
    reject(new RefusalError("internal", "It takes longer than expected: ask for it again later."));
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    // Listening began before looking, so that nothing falls between the two.
    const thing = await of.read();
    return as(thing) ? thing : await later;
  } finally {
    undo();
    signal.removeEventListener("abort", stop);
  }
}
