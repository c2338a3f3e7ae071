import type { Point3 } from "../stage/orbit.ts";
import type { Roster } from "./roster.ts";

/** The gate at a size of 1, in metres: half its opening, where its arch begins, the middle of its opening. */
export const GATE = { halfWidth: 1.7, shoulder: 2.5, middle: 2.1 } as const;
/** Metres between the swarm and the gate. */
const FORECOURT = 2.6;
/** Up to this radius in metres the gate is at its smallest; it grows with larger swarms, a little slower than they do. */
const SMALL_RADIUS = 9;
const LEAST_SCALE = 0.74;
const GROWTH = 0.68;

/** Where the gate stands: at the edge of the swarm, towards -z. */
export const gatePlace = ({ frontRadius }: Pick<Roster, "frontRadius">): Point3 => ({
  x: 0,
  y: 0,
  z: -(frontRadius + FORECOURT),
});

/** How large the gate is, so that it is found from where the whole swarm is seen. */
export const gateScale = (roster: Pick<Roster, "radius">): number =>
  LEAST_SCALE * Math.max(1, roster.radius / SMALL_RADIUS) ** GROWTH;

/** Where sats pass through the gate; each `phase`, from 0 to 1, has its own place in the opening. */
export function gateMiddle(roster: Roster, phase: number): Point3 {
  const { x, z } = gatePlace(roster);
  const scale = gateScale(roster);
  const aside = (((phase * 7.13) % 1) - 0.5) * GATE.halfWidth;
  const above = (((phase * 3.71) % 1) - 0.5) * 1.2;
  return { x: x + aside * scale, y: (GATE.middle + above) * scale, z };
}
