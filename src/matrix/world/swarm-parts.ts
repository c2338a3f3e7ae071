import type { Place } from "./layout.ts";

/** Ways to divide the swarm, from the finest: into so many sectors around the core and so many rings. */
const DIVISIONS = [
  { sectors: 12, rings: 3 },
  { sectors: 8, rings: 2 },
  { sectors: 5, rings: 1 },
  { sectors: 3, rings: 1 },
] as const;

/** How many ways to divide the swarm there are. */
export const GRAINS = DIVISIONS.length;

/** The number of the part of a swarm of `radius` metres that a place is in, divided by the grain-th way from 0. */
export function swarmPart({ x, z }: Place, radius: number, grain: number): number {
  const { sectors, rings } = DIVISIONS[grain] ?? DIVISIONS[0];
  const turn = Math.atan2(x, z) / (2 * Math.PI) + 0.5;
  const sector = Math.min(sectors - 1, Math.floor(turn * sectors));
  const ring = Math.min(rings - 1, Math.floor((Math.hypot(x, z) / radius) * rings));
  return ring * sectors + sector;
}
