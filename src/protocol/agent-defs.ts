import { type AgentId, agentId } from "./ids.ts";

/** One agent as it stands in the world. */
export interface AgentDef {
  readonly id: AgentId;
  /** What people call it; up to 24 characters. */
  readonly label: string;
  /** Its own colour, `#rrggbb`. */
  readonly color: string;
  readonly role: string;
  /** Where it faces: degrees clockwise from +z, seen from above. */
  readonly direction: number;
  /** Place on the floor in metres; timmy and the treasury core are at the centre. */
  readonly x: number;
  readonly z: number;
}

/** The agents a new tower starts with. To add an agent, append one entry. */
export const AGENT_DEFS: readonly AgentDef[] = [
  { id: agentId("timmy"), label: "Timmy", color: "#7dffb0", role: "steward", direction: 180, x: 0, z: -2 },
  { id: agentId("alpha"), label: "Alpha", color: "#4fd8ff", role: "analyst", direction: 135, x: -7, z: 4 },
  { id: agentId("beta"), label: "Beta", color: "#c79bff", role: "writer", direction: 45, x: -7, z: -6 },
  { id: agentId("gamma"), label: "Gamma", color: "#ffd166", role: "researcher", direction: 225, x: 7, z: 4 },
  { id: agentId("delta"), label: "Delta", color: "#ff8fab", role: "reviewer", direction: 315, x: 7, z: -6 },
];
