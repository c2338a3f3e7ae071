import type { Notice } from "../state/model.ts";

/** What a person can do about a refusal whose sentence leaves that open. By the refusal's code. */
const ADVICE: Readonly<Record<string, string>> = {
  balance_too_low: "Top the session up, or pay this one by invoice.",
  session_paused: "Top the session up, or pay this one by invoice.",
  session_not_active: "Pay its invoice first, or pay this one by invoice.",
  session_busy: "Try again when the request is done.",
  below_minimum: "Put it in a session instead: there every sat counts.",
};

/** Refusals that more sats in the session would have spared. */
const TOP_UP: ReadonlySet<string> = new Set(["balance_too_low", "session_paused"]);

/** Why it was refused and what can be done, in one or two sentences. */
export const advised = ({ code, message }: Pick<Notice, "code" | "message">): string => {
  const advice = Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined;
  return advice === undefined ? message : `${message} ${advice}`;
};

/** Whether topping the session up helps. */
export const wantsTopUp = ({ code }: Pick<Notice, "code">): boolean => TOP_UP.has(code);

/** Refusals of a request that its session could not pay. */
const OF_SESSION: ReadonlySet<string> = new Set([...TOP_UP, "session_not_active", "unknown_session"]);

/** Whether it was refused for what the session has or is. */
export const isOfSession = ({ code }: Pick<Notice, "code">): boolean => OF_SESSION.has(code);
