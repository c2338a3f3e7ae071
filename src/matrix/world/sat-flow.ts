import type { AgentId } from "../../protocol/ids.ts";
import { type Sats, sats } from "../../protocol/units.ts";
import type { SatPlace } from "../state/model.ts";
import { GRAINS } from "./swarm-parts.ts";

/** Where sats leave from or arrive: one place, or several agents that stand near each other. */
export type SatEnd = SatPlace | { readonly kind: "agents"; readonly agentIds: readonly AgentId[] };

/** Sats that are to be on their way now: a shower of comets, or a bundle of many agents' sats. */
export interface Launch {
  readonly from: SatEnd;
  readonly to: SatEnd;
  readonly amountSats: Sats;
  /** How many movements it carries, 1 or more. */
  readonly merged: number;
  /** A comet each; they add up to the amount. */
  readonly parts: readonly Sats[];
}

export interface SatFlow {
  /** Notes sats that moved, at `now` in seconds. Movements on the same way become one shower until it leaves. */
  add(from: SatPlace, to: SatPlace, amountSats: Sats, now: number, movements?: number): void;
  /**
   * What is to leave now. Each way flies on its own while there is `room` for its comets. What found none for
   * {@link PATIENCE_S} leaves as bundles, one for all agents in the same part of the swarm: as small parts as fit half
   * of `spare` comets, so that the next bundles find room too. No sat is ever lost.
   */
  take(now: number, room: number, spare: number): readonly Launch[];
  /** Sats and movements that wait. */
  readonly waitingSats: number;
  readonly waitingMovements: number;
}

/** Tells which part of the swarm an agent stands in. A larger `grain`, below {@link GRAINS}, means larger parts. */
export type PartOf = (agentId: AgentId, grain: number) => number;

/** How long sats wait for room of their own, in seconds. */
export const PATIENCE_S = 0.6;
const MOST_IN_A_SHOWER = 6;
/** A bundle should be able to split into this many where it arrives. */
const STRANDS = 3;
const NOTHING: readonly Launch[] = [];

/** Movements on one way that wait for room. */
interface Waiting {
  readonly from: SatPlace;
  readonly to: SatPlace;
  amountSats: number;
  merged: number;
  readonly since: number;
}

/** How many comets an amount is worth: one, and one more for every factor of ten. */
export const cometsFor = (amountSats: number): number =>
  amountSats < 1 ? 0 : Math.min(MOST_IN_A_SHOWER, 1 + Math.floor(Math.log10(amountSats)));

/** Splits an amount into whole parts that add up to it. */
function split(amountSats: number, parts: number): Sats[] {
  const each = Math.floor(amountSats / parts);
  const rest = amountSats - each * parts;
  return Array.from({ length: parts }, (_, i) => sats(each + (i < rest ? 1 : 0)));
}

const sumOf = (ways: Iterable<Waiting>, of: "amountSats" | "merged"): number => {
  let sum = 0;
  for (const way of ways) sum += way[of];
  return sum;
};

/** One end of all `ways`, which have it in the same kind of place. */
function endOf(ways: readonly Waiting[], side: "from" | "to"): SatEnd {
  const agentIds = new Set<AgentId>();
  let end: SatPlace = { kind: "core" };
  for (const way of ways) {
    end = way[side];
    if (end.kind === "agent") agentIds.add(end.agentId);
  }
  return agentIds.size > 1 ? { kind: "agents", agentIds: [...agentIds] } : end;
}

const agentsOf = (end: SatEnd): number => (end.kind === "agents" ? end.agentIds.length : 1);

function launchOf(ways: readonly Waiting[], most: number): Launch {
  const from = endOf(ways, "from");
  const to = endOf(ways, "to");
  const amountSats = sumOf(ways, "amountSats");
  const agents = Math.max(agentsOf(from), agentsOf(to));
  const wanted = agents > 1 ? Math.min(agents, MOST_IN_A_SHOWER) : cometsFor(amountSats);
  return {
    from,
    to,
    amountSats: sats(amountSats),
    merged: sumOf(ways, "merged"),
    parts: split(amountSats, Math.min(wanted, most)),
  };
}

/** Gathers moving sats by their way, so that a thousand settlements in a frame are seen, and none of them is lost. */
export function createSatFlow(partOf: PartOf): SatFlow {
  /** The oldest first. */
  const waiting = new Map<string, Waiting>();
  let serial = 0;

  const partKey = (place: SatPlace, grain: number): string =>
    place.kind === "agent" ? `agents ${partOf(place.agentId, grain)}` : place.kind;

  /** The ways that wait, put together by where in the swarm they begin and end. */
  function bundle(grain: number): Waiting[][] {
    const bundles = new Map<string, { ways: Waiting[]; amountSats: number }>();
    for (const way of waiting.values()) {
      const key = `${partKey(way.from, grain)} > ${partKey(way.to, grain)}`;
      const same = bundles.get(key);
      if (same && Number.isSafeInteger(same.amountSats + way.amountSats)) {
        same.ways.push(way);
        same.amountSats += way.amountSats;
      } else {
        // An amount that would be too large to be exact flies beside the other.
        if (same) bundles.set(`${key} #${serial++}`, same);
        bundles.set(key, { ways: [way], amountSats: way.amountSats });
      }
    }
    return [...bundles.values()].map(({ ways }) => ways);
  }

  function takeBundles(spare: number): readonly Launch[] {
    const most = Math.floor(spare / 2);
    for (let grain = 0; grain < GRAINS; grain++) {
      const bundles = bundle(grain);
      const strands = Math.floor(most / bundles.length);
      if (strands < (grain < GRAINS - 1 ? STRANDS : 1)) continue;
      waiting.clear();
      return bundles.map((ways) => launchOf(ways, strands));
    }
    return NOTHING;
  }

  return {
    add(from, to, amountSats, now, movements = 1) {
      if (amountSats <= 0) return;
      const key = `${keyOf(from)} > ${keyOf(to)}`;
      const same = waiting.get(key);
      if (same && Number.isSafeInteger(same.amountSats + amountSats)) {
        same.amountSats += amountSats;
        same.merged += movements;
        return;
      }
      if (same) waiting.set(`${key} #${serial++}`, same);
      waiting.set(key, { from, to, amountSats, merged: movements, since: now });
    },
    take(now, room, spare) {
      if (waiting.size === 0) return NOTHING;
      const launches: Launch[] = [];
      // Showers get at most half of the room: others will want to fly as well.
      const share = Math.max(1, Math.floor(room / 2 / waiting.size));
      let left = room;
      for (const [key, way] of waiting) {
        if (left < 1) break;
        const launch = launchOf([way], Math.min(share, left));
        left -= launch.parts.length;
        waiting.delete(key);
        launches.push(launch);
      }
      const [oldest] = waiting.values();
      if (!oldest || now - oldest.since < PATIENCE_S) return launches;
      return [...launches, ...takeBundles(spare - (room - left))];
    },
    get waitingSats() {
      return sumOf(waiting.values(), "amountSats");
    },
    get waitingMovements() {
      return sumOf(waiting.values(), "merged");
    },
  };
}

const keyOf = (place: SatPlace): string => (place.kind === "agent" ? `agent ${place.agentId}` : place.kind);
