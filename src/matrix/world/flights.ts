import type { AgentId } from "../../protocol/ids.ts";
import type { Sats } from "../../protocol/units.ts";
import { damping, type Point3 } from "../stage/orbit.ts";
import type { Stage, Undo } from "../stage/stage.ts";
import type { MatrixState } from "../state/model.ts";
import { ACCENT, AMBER, ICE, type Rgb } from "./colors.ts";
import { middleOf } from "./curve.ts";
import type { Place } from "./layout.ts";
import type { Roster } from "./roster.ts";
import { createSatEnds, type Strand } from "./sat-ends.ts";
import { createSatFlow, type Launch, type SatEnd } from "./sat-flow.ts";
import type { TreasuryGauge } from "./treasury-gauge.ts";

/** Sats on their way through the world, as they are drawn: one or more movements on one path. */
export interface Flight {
  readonly amountSats: Sats;
  /** How many movements it carries, 1 or more. */
  readonly merged: number;
  /** Whose they are; undefined for a bundle of many agents' sats. */
  readonly agentId: AgentId | undefined;
  /** The middle of its path, in metres. */
  readonly middle: Point3;
  readonly color: Rgb;
  /** How far it has come, 0 to 1. */
  readonly progress: number;
}

/** One comet of a flight. Their amounts add up to the flight's. */
export interface Comet extends Strand {
  readonly amountSats: Sats;
  /** When it leaves, in seconds as `elapsed` of a frame. */
  readonly leavesAt: number;
}

/** What is needed to draw a flight when it leaves. */
export interface Departure {
  readonly flight: Flight;
  readonly from: Point3;
  readonly to: Point3;
  /** Metres that its curve rises. */
  readonly lift: number;
  readonly goal: "agent" | "gate" | "core";
  /** Seconds that each comet is on its way. */
  readonly flightS: number;
  readonly comets: readonly Comet[];
}

/** What moves and waits now, for whoever debugs. */
export interface FlightTally {
  readonly flights: number;
  readonly comets: number;
  /** Exact up to 2⁵³, as all sums of sats here. */
  readonly flyingSats: number;
  readonly flyingMovements: number;
  readonly waitingSats: number;
  readonly waitingMovements: number;
}

/** What is on its way now. */
export interface Flights {
  /** In the order they left. The same array each time: it holds until the next frame. */
  current(): readonly Flight[];
  /** Calls `listener` when sats leave. */
  onDeparture(listener: (departure: Departure) => void): Undo;
  /** How much passes through the gate, and arrives at or leaves the core, from 0 to 1. Fades within a second or two. */
  readonly traffic: { readonly gate: number; readonly core: number };
  tally(): FlightTally;
  /** How many agents' places are known, of those who are here and of the last who left. */
  readonly remembered: number;
  dispose(): void;
}

/** The most comets at once with every effect, and with the fewest. */
const MOST_COMETS = { rich: 1024, plain: 256 } as const;
/** Kept free for bundles beyond those. */
const RESERVE = 256;
/** The most comets there can be at once. */
export const CAPACITY = MOST_COMETS.rich + RESERVE;
/** Seconds on the way; where nothing travels the whole way is lit for longer, so that its amount can be read. */
const FLIGHT_S = 1.7;
const STILL_FLIGHT_S = 3;
/** Seconds between the comets of a shower, and between flights that leave in the same frame, in all at most. */
const APART_S = 0.13;
const NEXT_S = 0.004;
const LAST_S = 0.6;
/** Seconds that the flash of an arrival stays. */
export const FLASH_S = 0.7;
/** How fast the light of the gate and the core fades, a second; and how much at most has to fade. */
const FADING = 1.5;
const MOST_LIGHT = 3;

/** How large sats are drawn: 0 for none, 1 for ten thousand. */
export const sizeOf = (amountSats: number): number => Math.min(1.75, Math.log10(1 + amountSats) / 4);

interface Flying extends Flight {
  progress: number;
  readonly startsAt: number;
  readonly arrivesAt: number;
  readonly from: SatEnd;
  readonly to: SatEnd;
}

/** Paid in is amber, earned is green, given back is ice. */
const colorOf = ({ from, to }: Pick<Launch, "from" | "to">): Rgb => {
  if (to.kind === "gate") return ICE;
  return to.kind === "core" && from.kind !== "gate" ? ACCENT : AMBER;
};

const agentOf = ({ from, to }: Launch): AgentId | undefined => {
  if (to.kind === "agent") return to.agentId;
  return from.kind === "agent" && to.kind !== "agents" ? from.agentId : undefined;
};

/** Keeps those that `isKept` of an array, in place. */
function keep<T>(all: T[], isKept: (each: T) => boolean): void {
  let kept = 0;
  for (const each of all) if (isKept(each)) all[kept++] = each;
  all.length = kept;
}

export interface FlightsOptions {
  readonly stage: Stage;
  readonly state: Pick<MatrixState, "cues">;
  readonly roster: Roster;
  readonly treasury: Pick<TreasuryGauge, "height" | "scale">;
}

/** Sends the sats of the state's cues on their way, and knows what is on its way. It draws nothing. */
export function createFlights({ stage, state, roster, treasury }: FlightsOptions): Flights {
  const ends = createSatEnds(roster, treasury);
  const flow = createSatFlow(ends.partOf);
  const flying: Flying[] = [];
  /** When each comet that is drawn is over, the flash at its end included. */
  const drawnUntil: number[] = [];
  const listeners = new Set<(departure: Departure) => void>();
  const lit = { gate: 0, core: 0 };

  function send(launch: Launch, delay: number): void {
    const { amountSats, merged, parts } = launch;
    const { from, to, lift, strands } = ends.pathOf(launch);
    const flightS = stage.reducedMotion ? STILL_FLIGHT_S : FLIGHT_S;
    const startsAt = stage.now.elapsed + delay;
    // The strands of a bundle leave together, the comets of a shower one after the other.
    const apart = strands.length > 0 || stage.reducedMotion ? 0 : APART_S;
    const arrivesAt = startsAt + apart * (parts.length - 1) + flightS;
    const flight: Flying = {
      amountSats,
      merged,
      agentId: agentOf(launch),
      middle: middleOf(from, to, lift),
      color: colorOf(launch),
      progress: 0,
      startsAt,
      arrivesAt,
      from: launch.from,
      to: launch.to,
    };
    flying.push(flight);
    const departure: Departure = {
      flight,
      from,
      to,
      lift,
      goal: launch.to.kind === "agents" ? "agent" : launch.to.kind,
      flightS,
      comets: parts.map((part, i) => ({
        amountSats: part,
        leavesAt: startsAt + i * apart,
        ...(strands[i] ?? UNSPLIT),
      })),
    };
    for (const { leavesAt } of departure.comets) drawnUntil.push(leavesAt + flightS + FLASH_S);
    for (const listener of listeners) listener(departure);
  }

  /** Lights the gate or the core for sats that pass it within a frame. */
  function light({ kind }: SatEnd, amountSats: Sats): void {
    if (kind === "gate" || kind === "core") lit[kind] = Math.min(MOST_LIGHT, lit[kind] + sizeOf(amountSats));
  }

  const undo = [
    state.cues.subscribe((cue) => {
      if (cue.kind !== "sats") return;
      flow.add(cue.from, cue.to, cue.amountSats, stage.now.elapsed, cue.movements);
      stage.stir();
    }),
    stage.onFrame(({ elapsed, dt }) => {
      keep(drawnUntil, (end) => end > elapsed);
      const { rich, plain } = MOST_COMETS;
      const most = Math.round(plain + (rich - plain) * stage.quality.effects);
      const launches = flow.take(
        elapsed,
        Math.max(0, most - drawnUntil.length),
        Math.max(0, most + RESERVE - drawnUntil.length),
      );
      const next = stage.reducedMotion ? 0 : Math.min(NEXT_S, LAST_S / Math.max(1, launches.length));
      launches.forEach((launch, i) => {
        send(launch, i * next);
      });

      const fading = 1 - damping(FADING, dt);
      lit.gate *= fading;
      lit.core *= fading;
      for (const flight of flying) {
        const { startsAt, arrivesAt, amountSats } = flight;
        if (startsAt > elapsed - dt && startsAt <= elapsed) light(flight.from, amountSats);
        if (arrivesAt <= elapsed) light(flight.to, amountSats);
        flight.progress = Math.min(1, Math.max(0, (elapsed - startsAt) / (arrivesAt - startsAt)));
      }
      keep(flying, ({ progress }) => progress < 1);
    }),
  ];

  return {
    current: () => flying,
    onDeparture(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    traffic: {
      get gate() {
        return 1 - Math.exp(-lit.gate);
      },
      get core() {
        return 1 - Math.exp(-lit.core);
      },
    },
    tally: () => ({
      flights: flying.length,
      comets: drawnUntil.length,
      flyingSats: flying.reduce((sum, { amountSats }) => sum + amountSats, 0),
      flyingMovements: flying.reduce((sum, { merged }) => sum + merged, 0),
      waitingSats: flow.waitingSats,
      waitingMovements: flow.waitingMovements,
    }),
    get remembered() {
      return ends.remembered;
    },
    dispose() {
      for (const stop of undo) stop();
      ends.dispose();
      listeners.clear();
    },
  };
}

const NOWHERE: Place = { x: 0, z: 0 };
const UNSPLIT: Strand = { gathers: NOWHERE, splits: NOWHERE };
