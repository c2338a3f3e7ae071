import { AGENT_DEFS } from "./agent-defs.ts";
import { tidyText } from "./agent-text.ts";
import { LABEL_LENGTH, ROLE_LENGTH, STATE_LENGTH } from "./records.ts";
import { type Fields, first, isRecord, known } from "./spelling.ts";

/** The most UTF-16 units of what an agent thinks about: the schema has no limit for it, but it is shown on a line. */
const TOPIC_LENGTH = 80;

/** How deep an agent is in something, where a tower says it in a word: 0 to 1, and the state it means. */
const ENGAGEMENT_WORDS = new Map<unknown, { engagement: number; state: string }>([
  ["idle", { engagement: 0, state: "idle" }],
  ["surface", { engagement: 0.4, state: "active" }],
  ["deep", { engagement: 0.9, state: "deep_focus" }],
]);

/** How much of one piece an agent is, where a tower says its mood instead: 0 to 1. */
const MOOD_COHERENCE = new Map<unknown, number>([
  ["settled", 0.95],
  ["curious", 0.8],
  ["energized", 0.7],
  ["hesitant", 0.35],
]);

/** Degrees clockwise from +z, where a tower says which way an agent faces in a word. */
const COMPASS = new Map<unknown, number>([
  ["north", 0],
  ["east", 90],
  ["south", 180],
  ["west", 270],
]);

const COLOR = /^#[0-9a-f]{6}$/i;

/** A colour as `#rrggbb` from `#rgb`, `rrggbb`, `0xrrggbb` or the number; nothing from anything else. */
function colorOf(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffff)
    return `#${value.toString(16).padStart(6, "0")}`;
  if (typeof value !== "string") return undefined;
  const digits = value.replace(/^(?:#|0x)/i, "");
  if (/^[0-9a-f]{6}$/i.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/i.test(digits) ? `#${digits.replace(/./g, "$&$&")}` : undefined;
}

/** A colour for an agent that came without: always the same for the same id. */
function colorFor(id: string): string | undefined {
  let sum = 0;
  for (const character of id) sum += character.codePointAt(0) ?? 0;
  return AGENT_DEFS[sum % AGENT_DEFS.length]?.color;
}

/** JSON can spell infinity, as `1e400`; what is no finite number says nothing. */
const finite = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/** Degrees from a number or a compass word; nothing from anything else. */
const directionOf = (value: unknown): number | undefined =>
  typeof value === "string" ? COMPASS.get(value.toLowerCase()) : finite(value);

/** From 0 to 1, what lies outside at the nearer end; what is no number says nothing. */
const unit = (value: unknown): number | undefined =>
  typeof value === "number" && !Number.isNaN(value) ? Math.min(1, Math.max(0, value)) : undefined;

/** The first of some places that is one: half a place is none. */
function placeOf(...places: readonly (Fields | undefined)[]): Fields {
  for (const place of places) {
    const x = finite(place?.["x"]);
    const z = finite(place?.["z"]);
    if (x !== undefined && z !== undefined) return { x, z };
  }
  return {};
}

/**
 * An agent's definition as it can be shown: what was left out, or cannot be, is taken from the agents every tower knows,
 * or from plain defaults. Without an id there is no agent.
 */
export function definitionOf({ direction, x, z, ...agent }: Fields): Fields {
  const id = first(agent["agentId"], agent["id"]);
  if (typeof id !== "string" || id === "") return agent;
  const def = AGENT_DEFS.find((candidate) => candidate.id === id);
  const position = isRecord(agent["position"]) ? agent["position"] : undefined;
  const capitalised = `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
  return {
    ...agent,
    ...known({
      agentId: id,
      label: first(
        tidyText(agent["label"], LABEL_LENGTH),
        tidyText(agent["name"], LABEL_LENGTH),
        def?.label,
        tidyText(capitalised, LABEL_LENGTH),
      ),
      role: first(tidyText(agent["role"], ROLE_LENGTH), def?.role, "agent"),
      color: colorOf(agent["color"]) ?? def?.color ?? colorFor(id),
      direction: directionOf(direction) ?? def?.direction,
    }),
    ...placeOf({ x, z }, position, def && { x: def.x, z: def.z }),
  };
}

/**
 * An agent's mind in numbers within their bounds. A word for its engagement that is not known says nothing, nor does a
 * number that is none.
 */
export function mindOf({ engagement, coherence, budgetStress, focusTopic, ...agent }: Fields): Fields {
  const word = ENGAGEMENT_WORDS.get(engagement);
  const status = tidyText(agent["status"], STATE_LENGTH);
  return {
    ...agent,
    ...known({
      engagement: typeof engagement === "string" ? word?.engagement : unit(engagement),
      coherence: unit(coherence) ?? MOOD_COHERENCE.get(agent["mood"]),
      budgetStress: unit(budgetStress),
      focusTopic: tidyText(focusTopic, TOPIC_LENGTH),
      state: first(tidyText(agent["state"], STATE_LENGTH), status, word?.state, "idle"),
    }),
  };
}

const isTidy = (value: unknown, length: number): boolean =>
  typeof value === "string" && value !== "" && tidyText(value, length) === value;
const isUnit = (value: unknown): boolean =>
  value === undefined || (typeof value === "number" && value >= 0 && value <= 1);
const isMeasure = (value: unknown): boolean => value === undefined || Number.isFinite(value);

/** Whether {@link mindOf} would change nothing. It runs for every message about a mind. */
export const isMindOfToday = (agent: Fields): boolean =>
  isTidy(agent["state"], STATE_LENGTH) &&
  isUnit(agent["engagement"]) &&
  isUnit(agent["coherence"]) &&
  isUnit(agent["budgetStress"]) &&
  (agent["focusTopic"] === undefined || isTidy(agent["focusTopic"], TOPIC_LENGTH)) &&
  agent["mood"] === undefined;

/** Whether {@link definitionOf} would change nothing. */
export const isDefinitionOfToday = (agent: Fields): boolean =>
  agent["agentId"] !== undefined &&
  isTidy(agent["label"], LABEL_LENGTH) &&
  isTidy(agent["role"], ROLE_LENGTH) &&
  typeof agent["color"] === "string" &&
  COLOR.test(agent["color"]) &&
  isMeasure(agent["direction"]) &&
  isMeasure(agent["x"]) &&
  isMeasure(agent["z"]) &&
  agent["position"] === undefined;

/** One agent of `connection` or a snapshot; a bare text is its id. */
export function agentRecord(value: unknown): unknown {
  const agent = typeof value === "string" ? { agentId: value } : value;
  if (!isRecord(agent) || (isMindOfToday(agent) && isDefinitionOfToday(agent))) return agent;
  return mindOf(definitionOf(agent));
}
