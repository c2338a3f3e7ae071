import type { AnyActorRef, InspectionEvent } from "xstate";
import type { Unsubscribe } from "../state/model.ts";

/** Watches everything that the actors of the jobs do. */
export type Inspect = (event: InspectionEvent) => void;

/** Where a page that is debugged can be watched, from before the debugging itself has loaded. */
export interface Taps {
  /** For the state: takes what the actors of the jobs do. */
  readonly inspect: Inspect;
  /** For the link: a message has come. */
  received(): void;
  /** For the state: the chart forbids what has come. */
  misfit(): void;
  /** How many messages have come. */
  readonly messages: number;
  /** How often the chart forbade what had come. */
  readonly misfits: number;
  /** Passes on what the actors do, beginning with every actor that there is and the state it is in. */
  watchActors(watch: Inspect): Unsubscribe;
}

/** Makes the taps. They keep the actors that run and nothing else. */
export function createTaps(): Taps {
  /** The registration of each actor that runs, by its session. */
  const running = new Map<string, InspectionEvent>();
  const watchers = new Set<Inspect>();
  let messages = 0;
  let misfits = 0;

  const register = (event: InspectionEvent) => {
    // Inspected are actors; only the type of the event knows less.
    const actor = event.actorRef as AnyActorRef;
    const forget = () => running.delete(actor.sessionId);
    running.set(actor.sessionId, event);
    actor.subscribe({ complete: forget, error: forget });
  };

  return {
    inspect(event) {
      if (event.type === "@xstate.actor") register(event);
      for (const watch of watchers) watch(event);
    },
    received() {
      messages += 1;
    },
    misfit() {
      misfits += 1;
    },
    get messages() {
      return messages;
    },
    get misfits() {
      return misfits;
    },
    watchActors(watch) {
      for (const registration of running.values()) {
        const { actorRef, rootId } = registration;
        watch(registration);
        watch({
          type: "@xstate.snapshot",
          actorRef,
          rootId,
          event: { type: "xstate.init" },
          snapshot: actorRef.getSnapshot(),
        });
      }
      const own: Inspect = (event) => watch(event);
      watchers.add(own);
      return () => watchers.delete(own);
    },
  };
}
