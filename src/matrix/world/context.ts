import type { AgentId } from "../../protocol/ids.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState, Readable } from "../state/model.ts";
import { createMood, type Mood } from "./mood.ts";
import { createRoster, type Roster } from "./roster.ts";
import { createTreasuryGauge, type TreasuryGauge } from "./treasury-gauge.ts";

/** What the world reads of the state. It writes none of it. */
export type WorldState = Pick<MatrixState, "link" | "agents" | "jobs" | "economy" | "treasury" | "cues">;

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
  readonly mood: Mood;
  readonly treasury: TreasuryGauge;
  /** Frees what the context itself made; features are disposed before it. */
  dispose(): void;
}

/** Something that stands in the world until it is disposed. */
export interface WorldFeature {
  dispose(): void;
}

/** Makes what the features share. */
export function createWorldContext(options: WorldOptions): WorldContext {
  const roster = createRoster(options.stage, options.state.agents);
  const mood = createMood(options.stage, options.state, roster);
  const treasury = createTreasuryGauge(options.stage, options.state, roster);
  return {
    ...options,
    roster,
    mood,
    treasury,
    dispose() {
      treasury.dispose();
      mood.dispose();
      roster.dispose();
    },
  };
}
