import { AGENT_DEFS } from "./agent-defs.ts";
import type { TowerMessageType } from "./messages.ts";
import { type Fields, isRecord, plain } from "./spelling.ts";

export type { Fields } from "./spelling.ts";

/** The plan's economy states, and what they are called now. */
const ECONOMY_STATES = new Map<unknown, Fields>([
  ["created", { phase: "awaiting_eval_payment" }],
  ["work_paid", { phase: "executing" }],
  ["completed", { phase: "closed", outcome: "completed" }],
  ["rejected", { phase: "closed", outcome: "rejected" }],
  ["failed", { phase: "closed", outcome: "failed" }],
]);

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

/** Who speaks, where a tower puts a word in the place of an agent's id. */
const SPEAKER_WORDS = new Map<unknown, string>([
  ["sys", "system"],
  ["system", "system"],
  ["user", "owner"],
  ["visitor", "owner"],
  ["owner", "owner"],
  ["operator", "operator"],
]);

/** The first value that is there and says something. */
const first = (...values: readonly unknown[]): unknown =>
  values.find((value) => value !== undefined && value !== "");

/** Fields to lay over a record; those that are not known are not laid. */
const known = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

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

const shortened = (value: unknown, length: number): unknown =>
  typeof value === "string" ? value.slice(0, length) : value;

/** Degrees from a number or a compass word; nothing from anything else. */
const directionOf = (value: unknown): unknown =>
  typeof value === "string" ? COMPASS.get(value.toLowerCase()) : value;

/** An agent's definition with what an older tower left out: from the agents every tower knows, or plain defaults. */
function definitionOf({ direction, ...agent }: Fields): Fields {
  const id = first(agent["agentId"], agent["id"]);
  if (typeof id !== "string" || id === "") return agent;
  const def = AGENT_DEFS.find((candidate) => candidate.id === id);
  const position = isRecord(agent["position"]) ? agent["position"] : {};
  const capitalised = `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
  return {
    ...agent,
    ...known({
      agentId: id,
      label: shortened(first(agent["label"], agent["name"], def?.label, capitalised), 24),
      role: shortened(first(agent["role"], def?.role, "agent"), 32),
      color: colorOf(agent["color"]) ?? def?.color ?? colorFor(id),
      direction: first(directionOf(direction), def?.direction),
      x: first(agent["x"], position["x"], def?.x),
      z: first(agent["z"], position["z"], def?.z),
    }),
  };
}

/** An agent's mind in numbers. A word for its engagement that is not known says nothing. */
function mindOf({ engagement, ...agent }: Fields): Fields {
  const word = ENGAGEMENT_WORDS.get(engagement);
  return {
    ...agent,
    ...known({
      engagement: typeof engagement === "string" ? word?.engagement : engagement,
      coherence: first(agent["coherence"], MOOD_COHERENCE.get(agent["mood"])),
      state: first(agent["state"], agent["status"], word?.state, "idle"),
    }),
  };
}

const isMindOfToday = (agent: Fields): boolean =>
  typeof agent["state"] === "string" &&
  typeof agent["engagement"] !== "string" &&
  agent["mood"] === undefined;

const isDefinitionOfToday = (agent: Fields): boolean =>
  agent["agentId"] !== undefined &&
  agent["label"] !== undefined &&
  agent["role"] !== undefined &&
  typeof agent["color"] === "string" &&
  agent["color"].length === 7 &&
  typeof agent["direction"] !== "string" &&
  agent["position"] === undefined;

/** One agent of `connection` or a snapshot; a bare text is its id. */
function agentRecord(value: unknown): unknown {
  const agent = typeof value === "string" ? { agentId: value } : value;
  if (!isRecord(agent) || (isMindOfToday(agent) && isDefinitionOfToday(agent))) return agent;
  return mindOf(definitionOf(agent));
}

/** The same list when nothing in it changed. */
function each(list: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = list.map(change);
  return changed.every((item, index) => item === list[index]) ? list : changed;
}

/** Agents as a list, or by id. */
function agentsOf(value: unknown): unknown {
  if (Array.isArray(value)) return each(value, agentRecord);
  if (!isRecord(value)) return value;
  return Object.entries(value).map(([id, agent]) => agentRecord(isRecord(agent) ? { id, ...agent } : id));
}

function jobRecord(value: unknown): unknown {
  const renamed = isRecord(value) ? ECONOMY_STATES.get(first(value["phase"], value["state"])) : undefined;
  return renamed === undefined || !isRecord(value) ? value : { ...value, ...renamed };
}

/** The message with one field changed, or the same message when it did not change. */
const replaced = (message: Fields, field: string, value: unknown): Fields =>
  message[field] === value ? message : { ...message, [field]: value };

/** The id of the agent a message is about, in its own field, as `id`, or nested. */
function withAgentId(message: Fields): Fields {
  if (message["agentId"] !== undefined) return message;
  const agent = message["agent"];
  const id = first(message["id"], isRecord(agent) ? first(agent["agentId"], agent["id"]) : agent);
  return id === undefined ? message : { ...message, agentId: id };
}

function speakerOf(message: Fields): unknown {
  const speaker = first(message["speaker"], message["agentId"], "system");
  if (typeof speaker !== "string") return speaker;
  const kind = SPEAKER_WORDS.get(speaker.toLowerCase());
  return kind === undefined ? { kind: "agent", agentId: speaker } : { kind };
}

/** How many agents there are, said in one way or another. */
function countOf(message: Fields): unknown {
  const agents = message["agents"];
  return first(
    message["count"],
    message["agentCount"],
    message["total"],
    Array.isArray(agents) ? agents.length : agents,
  );
}

/** A fact of today always has its place in the log. */
const isOlderFact = (message: Fields): boolean => message["seq"] === undefined;

type Adapters = Partial<Record<TowerMessageType, (message: Fields) => Fields>>;

/** What each type looked like before, beyond how its fields are spelt. Each returns the same message if it is new. */
const ADAPTERS = {
  connection: (message) => replaced(message, "agents", agentsOf(message["agents"])),
  snapshot_part: (message) => {
    const { agents, jobs } = message as { agents?: unknown; jobs?: unknown };
    const withAgents = agents === undefined ? message : replaced(message, "agents", agentsOf(agents));
    return Array.isArray(jobs) ? replaced(withAgents, "jobs", each(jobs, jobRecord)) : withAgents;
  },
  agent_joined: (message) => {
    const agent = message["agent"];
    if (isRecord(agent)) return definitionOf({ ...agent, ...message });
    const flat = agent === undefined ? message : withAgentId(message);
    return isDefinitionOfToday(flat) ? flat : definitionOf(flat);
  },
  agent_left: withAgentId,
  agent_state: (message) => {
    const named = withAgentId(message);
    return isMindOfToday(named) ? named : mindOf(named);
  },
  agent_count: (message) =>
    message["count"] === undefined ? { ...message, count: countOf(message) } : message,
  // The first tower had one agent that did all the work, so it did not say which.
  job_started: (message) => {
    const named = withAgentId(message);
    return isOlderFact(named) && named["agentId"] === undefined
      ? { ...named, agentId: AGENT_DEFS[0]?.id }
      : named;
  },
  job_completed: (message) => {
    if (message["outcome"] !== undefined || !isOlderFact(message)) return message;
    const error = message["error"];
    return { ...message, outcome: error === undefined || error === "" ? "completed" : "rejected" };
  },
  chat: (message) => {
    if (isRecord(message["speaker"]) && message["text"] !== undefined) return message;
    const text = first(message["text"], message["message"], message["content"]);
    return { ...message, speaker: speakerOf(message), text };
  },
} satisfies Adapters;
const adapters: Readonly<Record<string, (message: Fields) => Fields>> = ADAPTERS;

/**
 * A tower's message in today's form, whatever tower sent it: fields in camelCase, absent rather than null,
 * times as `toISOString` writes them, and each type's older shapes. A message that is in today's form comes
 * back as the same object.
 */
export function normalise(message: Fields): Fields {
  const spelt = plain(message);
  const type = spelt["type"];
  if (typeof type !== "string" || !Object.hasOwn(adapters, type)) return spelt;
  return adapters[type]?.(spelt) ?? spelt;
}
