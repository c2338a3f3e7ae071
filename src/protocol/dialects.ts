import { AGENT_DEFS } from "./agent-defs.ts";
import { agentRecord, definitionOf, isDefinitionOfToday, isMindOfToday, mindOf } from "./agent-dialect.ts";
import type { TowerMessageType } from "./messages.ts";
import { type Fields, first, isRecord, plain } from "./spelling.ts";

export type { Fields } from "./spelling.ts";

/** The plan's economy states, and what they are called now. */
const ECONOMY_STATES = new Map<unknown, Fields>([
  ["created", { phase: "awaiting_eval_payment" }],
  ["work_paid", { phase: "executing" }],
  ["completed", { phase: "closed", outcome: "completed" }],
  ["rejected", { phase: "closed", outcome: "rejected" }],
  ["failed", { phase: "closed", outcome: "failed" }],
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
