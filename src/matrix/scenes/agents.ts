import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { agentId } from "../../protocol/ids.ts";
import type { ValueOf } from "../../protocol/values.ts";
import { createRandom } from "../world/random.ts";
import type { Moment } from "./scene.ts";

/** Before everything else: agents are there when the history of their jobs begins. */
export const LONG_AGO_MS = -86_400_000;

/** What is on an agent's mind, as far as a script says it. */
export type Mind = Omit<ValueOf<"agent_state">, "type" | "agentId">;

/** An agent as a script names it; what is left out is nothing special. */
export interface Newcomer {
  readonly id: string;
  readonly label?: string;
  readonly role?: string;
  readonly color?: string;
  /** Metres. Without a place the page finds one. */
  readonly at?: readonly [x: number, z: number];
  /** Degrees clockwise from +z. */
  readonly direction?: number;
}

/** The hue moves on by the golden angle, so that neighbours are never alike. */
const GOLDEN_DEGREES = 137.508;
const ROLES = ["analyst", "writer", "researcher", "reviewer", "scout", "archivist"];

/** The n-th of any number of bright colours that differ well, as `#rrggbb`. */
export function brightColor(n: number): string {
  const hue = (n * GOLDEN_DEGREES) % 360;
  const channel = (offset: number) => {
    const at = (offset + hue / 30) % 12;
    // CSS Color 4, HSL to sRGB, at 85% saturation and 72% lightness.
    const value = 0.72 - 0.85 * 0.28 * Math.max(-1, Math.min(at - 3, 9 - at, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** An agent comes; long before the scene begins when no time is given. */
export function joins(agent: Newcomer, at: number = LONG_AGO_MS): Moment {
  const { id, label = id, role = "analyst", color = "#4fd8ff", direction } = agent;
  return {
    at,
    say: {
      type: "agent_joined",
      agentId: agentId(id),
      label,
      role,
      color,
      ...(direction !== undefined && { direction }),
      ...(agent.at !== undefined && { x: agent.at[0], z: agent.at[1] }),
    },
  };
}

export const leaves = (id: string, at: number): Moment => ({
  at,
  say: { type: "agent_left", agentId: agentId(id) },
});

/** An agent has something on its mind; from before the scene begins when no time is given. */
export const minds = (id: string, mind: Mind, at: number = LONG_AGO_MS): Moment => ({
  at,
  say: { type: "agent_state", agentId: agentId(id), ...mind },
});

/** The agents that every tower starts with. */
export const FIRST_FIVE: readonly Newcomer[] = AGENT_DEFS.map(({ x, z, ...def }) => ({ ...def, at: [x, z] }));

/** So many agents without a place of their own, numbered from `first`. */
export const swarm = (count: number, first = 1): readonly Newcomer[] =>
  Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return {
      id: `agent-${number}`,
      label: `Agent ${String(number).padStart(4, "0")}`,
      role: ROLES[number % ROLES.length] ?? "agent",
      color: brightColor(number),
    };
  });

const STATES = ["idle", "idle", "active", "thinking", "working", "deep_focus", "offline"];
const TOPICS = ["sentiment", "summary", "translation", "review", "sources"];

/** Minds without end, the same in every run. */
export function* anyMinds(seed: number): Generator<Mind, never, void> {
  const random = createRandom(seed);
  const oneOf = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? "idle";
  for (;;) {
    yield {
      state: oneOf(STATES),
      focusTopic: oneOf(TOPICS),
      engagement: Math.round(random() * 100) / 100,
      coherence: Math.round((1 - random() ** 2 * 0.7) * 100) / 100,
      budgetStress: Math.round(random() ** 3 * 100) / 100,
    };
  }
}
