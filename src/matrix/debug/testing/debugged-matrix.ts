import type { TowerMessage } from "../../../protocol/messages.ts";
import { createMatrix } from "../../state/inbox.ts";
import { createCommands } from "../commands.ts";
import { createTaps } from "../taps.ts";
import { createTrail } from "../trail.ts";

/** A state that is debugged, told of every change at once. */
export function createDebuggedMatrix() {
  const taps = createTaps();
  const trail = createTrail();
  let snapshots = 0;
  const takeSnapshot = () => {
    snapshots += 1;
  };
  const { state, inbox, dispose } = createMatrix({
    schedule: (flush) => {
      queueMicrotask(flush);
      return () => undefined;
    },
    onMisfit: () => {
      taps.misfit();
      takeSnapshot();
    },
    inspect: taps.inspect,
  });
  taps.watchActors(trail.inspect);
  const apply = (message: TowerMessage) => inbox.apply(message, { live: true });
  return {
    state,
    taps,
    trail,
    dispose,
    commands: createCommands({ state, trail, taps, apply, takeSnapshot }),
    /** The tower says these. */
    hear(...messages: readonly TowerMessage[]) {
      for (const message of messages) apply(message);
    },
    /** How often the tower was asked for everything. */
    snapshots: () => snapshots,
  };
}
