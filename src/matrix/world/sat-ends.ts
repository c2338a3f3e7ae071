import type { AgentId } from "../../protocol/ids.ts";
import type { Point3 } from "../stage/orbit.ts";
import { liftOf, wireEnd } from "./curve.ts";
import { gateMiddle } from "./gate-place.ts";
import type { Place } from "./layout.ts";
import { HEART_HEIGHT } from "./places.ts";
import { phaseOf, type Roster } from "./roster.ts";
import type { Launch, PartOf, SatEnd } from "./sat-flow.ts";
import { swarmPart } from "./swarm-parts.ts";
import type { TreasuryGauge } from "./treasury-gauge.ts";
import { createWhereabouts } from "./whereabouts.ts";

/** How far one comet of a bundle is from the bundle's ends, in metres on the floor: where it comes from, where it goes. */
export interface Strand {
  readonly gathers: Place;
  readonly splits: Place;
}

export interface Path {
  readonly from: Point3;
  readonly to: Point3;
  /** Metres that its curve rises. */
  readonly lift: number;
  /** One for each part of a bundle; none when it is no bundle. */
  readonly strands: readonly Strand[];
}

/** Knows where sats leave and arrive, also those of agents that have left. */
export interface SatEnds {
  readonly partOf: PartOf;
  pathOf(launch: Launch): Path;
  /** How many agents' places it knows. */
  readonly remembered: number;
  dispose(): void;
}

/** Ways by the gate rise higher than the lines do. */
const GATE_LIFT = 1.5;
const CENTRE: Place = { x: 0, z: 0 };

const meanOf = (places: readonly Place[]): Place => ({
  x: places.reduce((sum, { x }) => sum + x, 0) / places.length,
  z: places.reduce((sum, { z }) => sum + z, 0) / places.length,
});

/** Evenly chosen, from the first on. */
const choose = <T>(all: readonly T[], i: number, of: number): T | undefined =>
  all[Math.floor((i * all.length) / of)];

export function createSatEnds(roster: Roster, treasury: Pick<TreasuryGauge, "height" | "scale">): SatEnds {
  const whereabouts = createWhereabouts(roster);
  // Sats of somebody who was never here are shown at the core's foot: their amount is true, only the place is not known.
  const placeOf = (id: AgentId): Place => whereabouts.find(id) ?? CENTRE;

  const agentsOf = (end: SatEnd): readonly AgentId[] => {
    if (end.kind === "agents") return end.agentIds;
    return end.kind === "agent" ? [end.agentId] : [];
  };

  function pointOf(end: SatEnd, other: Place, phase: number): Point3 {
    if (end.kind === "core") return wireEnd(other, treasury.height * treasury.scale, phase);
    if (end.kind === "gate") return gateMiddle(roster, phase);
    const { x, z } = meanOf(agentsOf(end).map(placeOf));
    return { x, y: HEART_HEIGHT, z };
  }

  /** From the middle of a bundle's end to the agent that its i-th strand belongs to. */
  function asideOf(end: SatEnd, middle: Point3, i: number, of: number): Place {
    if (end.kind !== "agents") return CENTRE;
    const id = choose(end.agentIds, i, of);
    const at = id === undefined ? middle : placeOf(id);
    return { x: at.x - middle.x, z: at.z - middle.z };
  }

  return {
    get remembered() {
      return whereabouts.size;
    },
    partOf: (id, grain) => swarmPart(placeOf(id), roster.radius, grain),
    pathOf({ from: leaves, to: arrives, parts }) {
      const ids = [...agentsOf(leaves), ...agentsOf(arrives)];
      const place = ids.length > 0 ? meanOf(ids.map(placeOf)) : CENTRE;
      const phase = ids.length === 1 ? phaseOf(ids.join()) : 0.5;
      const from = pointOf(leaves, place, phase);
      const to = pointOf(arrives, place, phase);
      const isBundle = leaves.kind === "agents" || arrives.kind === "agents";
      const byGate = leaves.kind === "gate" || arrives.kind === "gate";
      return {
        from,
        to,
        lift: liftOf(from, to) * (byGate ? GATE_LIFT : 1),
        strands: isBundle
          ? parts.map((_, i) => ({
              gathers: asideOf(leaves, from, i, parts.length),
              splits: asideOf(arrives, to, i, parts.length),
            }))
          : [],
      };
    },
    dispose: whereabouts.dispose,
  };
}
