import type { AgentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { Cue, SatPlace } from "./model.ts";

/** Cues that wait to be told. */
export interface CueQueue {
  add(cue: Cue): void;
  /** Everything that waits, gestures first; it waits no more. */
  take(): readonly Cue[];
}

type Gesture = Extract<Cue, { kind: "gesture" }>;
type SatsCue = Extract<Cue, { kind: "sats" }>;

/** More than a person can follow at once: a page that was hidden for an hour does not play it all back. */
const MOST_GESTURES = 100;

const nameOf = (place: SatPlace): string => (place.kind === "agent" ? `agent ${place.agentId}` : place.kind);

/**
 * Of gestures the newest of each agent waits, and of all agents the newest hundred. Sats are never dropped: those on the
 * same way are added up, so that what is told adds up to what was moved.
 */
export function createCueQueue(): CueQueue {
  const gestures = new Map<AgentId, Gesture>();
  const sums = new Map<string, SatsCue>();
  /** Sums that would not be exact any more if more were added. */
  let full: SatsCue[] = [];

  function addSats(cue: SatsCue): void {
    const way = `${nameOf(cue.from)} > ${nameOf(cue.to)}`;
    const sum = sums.get(way);
    if (sum === undefined) {
      sums.set(way, cue);
      return;
    }
    const amount = sum.amountSats + cue.amountSats;
    if (!Number.isSafeInteger(amount)) {
      full.push(sum);
      sums.set(way, cue);
      return;
    }
    sums.set(way, {
      ...sum,
      amountSats: sats(amount),
      movements: (sum.movements ?? 1) + (cue.movements ?? 1),
    });
  }

  function addGesture(cue: Gesture): void {
    gestures.delete(cue.agentId);
    gestures.set(cue.agentId, cue);
    if (gestures.size <= MOST_GESTURES) return;
    const [oldest] = gestures.keys();
    if (oldest !== undefined) gestures.delete(oldest);
  }

  return {
    add(cue) {
      if (cue.kind === "sats") addSats(cue);
      else addGesture(cue);
    },
    take() {
      if (gestures.size === 0 && sums.size === 0) return [];
      const taken = [...gestures.values(), ...full, ...sums.values()];
      gestures.clear();
      sums.clear();
      full = [];
      return taken;
    },
  };
}
