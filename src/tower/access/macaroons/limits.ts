import type { AgentId } from "../../../protocol/ids.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sats } from "../../../protocol/units.ts";

/** What a credential can be used for. */
export const ACTIONS = ["request", "read", "topup", "close"] as const;
export type Action = (typeof ACTIONS)[number];

/** What a credential is limited to. A limit that is absent is none; an empty list allows nothing. */
export interface Limits {
  /** Milliseconds since 1970; from then on it is worth nothing. */
  readonly expiresAtMs?: number;
  readonly agents?: readonly AgentId[];
  /** The most that one request may reserve. */
  readonly maxSats?: Sats;
  readonly actions?: readonly Action[];
}

/** What somebody wants to do with a credential. */
export interface Wish {
  readonly action: Action;
  /** Whom it is about. A request that names nobody is refused where agents are limited. */
  readonly agentId?: AgentId;
  /** What a request reserves. A request that does not say is refused where its price is limited. */
  readonly sats?: Sats;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Whether the time has come from which these limits allow nothing any more. `now` is in milliseconds since 1970. */
export const hasExpired = (limits: Limits, now: number): boolean =>
  limits.expiresAtMs !== undefined && now >= limits.expiresAtMs;

/**
 * Throws `forbidden` with a sentence that names the limit when the wish is beyond it. To close a session is to take all that is on it,
 * so a credential that may spend only so much, or only with some agents, does not close one.
 */
export function assertAllows(limits: Limits, wish: Wish): void {
  const { action, agentId, sats, now } = wish;
  const { agents, maxSats, actions } = limits;
  if (hasExpired(limits, now)) refuse("forbidden", "This credential has expired: ask for a new one.");
  if (actions !== undefined && !actions.includes(action))
    refuse("forbidden", `This credential does not allow ${action}: use one without that limit.`);
  if (action === "close" && (agents !== undefined || maxSats !== undefined))
    refuse(
      "forbidden",
      "This credential is limited in what it spends: close the session with one that is not.",
    );
  const isRequest = action === "request";
  if (agents !== undefined && (isRequest || agentId !== undefined))
    if (agentId === undefined || !agents.includes(agentId))
      refuse("forbidden", "This credential is not for that agent: ask one that it names.");
  if (maxSats !== undefined && isRequest && !(sats !== undefined && sats <= maxSats))
    refuse("forbidden", `This credential pays for requests of at most ${maxSats} sats: ask for less.`);
}
