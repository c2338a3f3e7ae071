import * as v from "valibot";
import { AgentIdSchema, JobIdSchema } from "./ids.ts";
import { agentMind, economyFigures, purseFigures, treasuryFigures } from "./records.ts";

const value = <Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) =>
  v.object({ type: v.literal(type), ...entries });

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Every kind of current value. Not in the log: only the newest matters, and a slow client may miss some. */
export const VALUES = {
  agent_state: value("agent_state", { agentId: AgentIdSchema, ...agentMind }),
  agent_count: value("agent_count", { count }),
  economy_state: value("economy_state", economyFigures),
  treasury_state: value("treasury_state", treasuryFigures),
  purse_state: value("purse_state", purseFigures),
  job_progress: value("job_progress", {
    jobId: JobIdSchema,
    /** Counts from 1; a new attempt starts its text again. */
    attempt: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    /** Where `text` goes in the attempt's text, in UTF-16 units. */
    offset: count,
    text: v.string(),
  }),
} as const;

export type ValueType = keyof typeof VALUES;
export type CurrentValue = { [Type in ValueType]: v.InferOutput<(typeof VALUES)[Type]> }[ValueType];
export type ValueOf<Type extends ValueType> = Extract<CurrentValue, { type: Type }>;
