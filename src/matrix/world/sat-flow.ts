import { type Sats, sats } from "../../protocol/units.ts";
import type { SatPlace } from "../state/model.ts";

/** One comet to be started: so many sats on their way. */
export interface Launch {
  readonly from: SatPlace;
  readonly to: SatPlace;
  readonly amountSats: Sats;
  /** Its place in its shower, from 0: later ones leave a little later. */
  readonly order: number;
}

export interface SatFlow {
  /** Notes sats that move. Those on the same way in the same frame become one shower. */
  add(from: SatPlace, to: SatPlace, amountSats: Sats): void;
  /** What to start now, at most `room` comets. What finds no room waits and is merged; no sat is lost. */
  take(room: number): Launch[];
  /** Sats that wait. */
  readonly waitingSats: Sats;
}

const MOST_IN_A_SHOWER = 6;

const keyOf = (place: SatPlace): string => (place.kind === "agent" ? `agent ${place.agentId}` : place.kind);

/** How many comets an amount is worth: one, and one more for every factor of ten. */
export const cometsFor = (amountSats: number): number =>
  amountSats < 1 ? 0 : Math.min(MOST_IN_A_SHOWER, 1 + Math.floor(Math.log10(amountSats)));

/** Splits an amount into whole parts that add up to it. */
function split(amountSats: Sats, parts: number): Sats[] {
  const each = Math.floor(amountSats / parts);
  const rest = amountSats - each * parts;
  return Array.from({ length: parts }, (_, i) => sats(each + (i < rest ? 1 : 0)));
}

/** Gathers moving sats by their way, so that a thousand settlements in a frame are a few bright showers. */
export function createSatFlow(): SatFlow {
  const waiting = new Map<string, { readonly from: SatPlace; readonly to: SatPlace; amountSats: number }>();
  return {
    add(from, to, amountSats) {
      if (amountSats <= 0) return;
      const key = `${keyOf(from)} > ${keyOf(to)}`;
      const way = waiting.get(key);
      if (way) way.amountSats += amountSats;
      else waiting.set(key, { from, to, amountSats });
    },
    take(room) {
      const launches: Launch[] = [];
      for (const [key, { from, to, amountSats }] of waiting) {
        const count = Math.min(cometsFor(amountSats), room - launches.length);
        if (count <= 0) break;
        waiting.delete(key);
        split(sats(amountSats), count).forEach((part, order) => {
          launches.push({ from, to, amountSats: part, order });
        });
      }
      return launches;
    },
    get waitingSats() {
      return sats([...waiting.values()].reduce((sum, way) => sum + way.amountSats, 0));
    },
  };
}
