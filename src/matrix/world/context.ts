import type { AgentId } from "../../protocol/ids.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState, Readable } from "../state/model.ts";
import { type Crowd, createCrowd } from "./crowd.ts";
import { createFlights, type Flights } from "./flights.ts";
import { createMood, type Mood } from "./mood.ts";
import { createRoster, type Roster } from "./roster.ts";
import { createTreasuryGauge, type TreasuryGauge } from "./treasury-gauge.ts";

/** What the world reads of the state. It writes none of it. */
export type WorldState = Pick<
  MatrixState,
  "link" | "agents" | "agentChanges" | "jobs" | "economy" | "treasury" | "cues"
>;

export interface WorldOptions {
  readonly stage: Stage;
  readonly state: WorldState;
  /** The agent a person has picked, here or in the HUD. */
  readonly selected: Readable<AgentId | undefined>;
  /** A person picks an agent in the world, or nothing. */
  readonly onSelect: (agentId: AgentId | undefined) => void;
  /** CSS font family of the labels; loaded before the labels are made. */
  readonly fontFamily: string;
}

/** What every feature of the world is given. */
export interface WorldContext extends WorldOptions {
  readonly roster: Roster;
  readonly crowd: Crowd;
  readonly mood: Mood;
  readonly treasury: TreasuryGauge;
  readonly flights: Flights;
  /** Frees what the context itself made; features are disposed before it. */
  dispose(): void;
}

/** Something that stands in the world until it is disposed. */
export interface WorldFeature {
  /** Settles when nothing more has to be loaded; absent when nothing had to be. */
  readonly ready?: Promise<void>;
  /** How many agents that are here it gave to the GPU for its last frame; absent when it draws none. */
  agentsDrawn?(): number;
  dispose(): void;
}

/** How many agents that are here all these features draw together. */
export const agentsDrawnBy = (features: readonly WorldFeature[]): number =>
  features.reduce((sum, feature) => sum + (feature.agentsDrawn?.() ?? 0), 0);

/** Makes what the features share. */
export function createWorldContext(options: WorldOptions): WorldContext {
  const roster = createRoster(options.stage, options.state);
  const crowd = createCrowd({ ...options, roster });
  const mood = createMood(options.stage, options.state, { roster, crowd });
  const treasury = createTreasuryGauge(options.stage, options.state, roster);
  const flights = createFlights({ stage: options.stage, state: options.state, roster, treasury });
  return {
    ...options,
    roster,
    crowd,
    mood,
    treasury,
    flights,
    dispose() {
      flights.dispose();
      treasury.dispose();
      mood.dispose();
      crowd.dispose();
      roster.dispose();
    },
  };
}
