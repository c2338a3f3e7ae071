import * as v from "valibot";
import { type AgentId, AgentIdSchema } from "../../../protocol/ids.ts";
import { type Sats, SatsSchema } from "../../../protocol/units.ts";
import { ACTIONS, type Action, type Limits } from "./limits.ts";

/** A whole number as everybody writes it: no sign, no leading zero. */
const WHOLE_NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;
/** `key=value`, as L402 writes caveats. Visible ASCII, and spaces around the `=`. */
const CAVEAT = /^([a-z_]+) *=([\x20-\x7e]*)$/;

const wholeNumber = (text: string): number => (WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN);
const both = <T>(known: readonly T[] | undefined, next: readonly T[]): readonly T[] =>
  known === undefined ? next : known.filter((item) => next.includes(item));

/** The items of a comma list, each once; undefined when one of them is not what it should be. */
function listOf<T extends string>(value: string, isItem: (text: string) => text is T): T[] | undefined {
  const items = value.split(",").map((item) => item.replace(/^ +| +$/g, ""));
  return items.every(isItem) ? [...new Set(items)] : undefined;
}
const isAgentId = (text: string): text is AgentId => v.is(AgentIdSchema, text);
const isAction = (text: string): text is Action => ACTIONS.some((action) => action === text);

function earlier(limits: Limits, seconds: number): Limits | undefined {
  const at = seconds * 1000;
  if (!Number.isSafeInteger(at)) return undefined;
  return { ...limits, expiresAtMs: Math.min(at, limits.expiresAtMs ?? at) };
}

function cheaper(limits: Limits, amount: number): Limits | undefined {
  const parsed = v.safeParse(SatsSchema, amount);
  if (!parsed.success) return undefined;
  const { maxSats = parsed.output } = limits;
  return { ...limits, maxSats: Math.min(parsed.output, maxSats) as Sats };
}

function narrowed(limits: Limits, caveat: string): Limits | undefined {
  const [, key, raw = ""] = CAVEAT.exec(caveat) ?? [];
  const value = raw.replace(/^ +| +$/g, "");
  switch (key) {
    case "expires_at":
      return earlier(limits, wholeNumber(value));
    case "max_sats":
      return cheaper(limits, wholeNumber(value));
    case "agents": {
      const agents = listOf(value, isAgentId);
      return agents && { ...limits, agents: both(limits.agents, agents) };
    }
    case "actions": {
      const actions = listOf(value, isAction);
      return actions && { ...limits, actions: both(limits.actions, actions) };
    }
    default:
      return undefined;
  }
}

/**
 * What these caveats limit a credential to. Each can only narrow what those before it left: lists are cut down to what is in both, of
 * two times or amounts the smaller counts. Undefined when one of them is malformed or not of this vocabulary, for then nobody can say
 * what it was meant to forbid:
 * `expires_at` (seconds since 1970), `agents` (ids), `max_sats` (the most one request may reserve), `actions` (see {@link ACTIONS}).
 */
export function limitsOf(caveats: readonly string[]): Limits | undefined {
  let limits: Limits | undefined = {};
  for (const caveat of caveats) {
    limits = narrowed(limits, caveat);
    if (limits === undefined) return undefined;
  }
  return limits;
}
