import type { Point3 } from "../../stage/orbit.ts";
import type { Departure, Flight, Flights } from "../flights.ts";

/** Parts of a way at which its amount may stand, the nearest to its middle first. */
const PARTS = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.14, 0.86, 0.08, 0.92];

/** Where the amount of sats on the move may stand. */
export interface FlightWays {
  /** Calls `isGood` with places along a flight's way, from its middle outwards, until one is. Returns that. */
  find(flight: Flight, isGood: (place: Point3) => boolean): Point3 | undefined;
  dispose(): void;
}

/** Remembers the ways of flights since they left. Of a flight whose departure was missed only the middle is known. */
export function createFlightWays(flights: Pick<Flights, "onDeparture">): FlightWays {
  const ends = new WeakMap<Flight, Pick<Departure, "from" | "to">>();
  const undo = flights.onDeparture(({ flight, from, to }) => {
    ends.set(flight, { from, to });
  });
  return {
    find(flight, isGood) {
      const { middle } = flight;
      const way = ends.get(flight);
      if (!way) return isGood(middle) ? middle : undefined;
      const { from, to } = way;
      const place = { x: 0, y: 0, z: 0 };
      for (const t of PARTS) {
        // The parabola through both ends that is in `middle` half way.
        const start = (1 - t) * (1 - 2 * t);
        const half = 4 * t * (1 - t);
        const end = t * (2 * t - 1);
        place.x = from.x * start + middle.x * half + to.x * end;
        place.y = from.y * start + middle.y * half + to.y * end;
        place.z = from.z * start + middle.z * half + to.z * end;
        if (isGood(place)) return place;
      }
      return undefined;
    },
    dispose: undo,
  };
}
