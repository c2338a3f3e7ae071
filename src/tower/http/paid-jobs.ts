import * as v from "valibot";
import { type AgentId, AgentIdSchema, JobIdSchema } from "../../protocol/ids.ts";
import { RequestTextSchema } from "../../protocol/intents.ts";
import { type AgentRecord, type JobRecord, JobRecordSchema, OutcomeSchema } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { NO_SATS, type Sats, SatsSchema, sats } from "../../protocol/units.ts";
import type { Pass } from "../access/pass.ts";
import type { Economy } from "../economy/economy.ts";

/** How long an answer waits for an agent's work, in milliseconds, before it says how far the job is instead. */
export const WORK_PATIENCE_MS = 30_000;

/** A request that the built-in agent takes, for whoever tries the examples. */
export const EXAMPLE_REQUEST = {
  request:
    "Summarise: The harbour was quiet at dawn. Then the boats came in with the best catch of the year. Everybody was happy.",
} as const;

/** A request, to an agent or to whoever is here. */
export const RequestBody = v.pipe(
  v.strictObject({ request: RequestTextSchema, agentId: v.exactOptional(AgentIdSchema) }),
  v.examples([EXAMPLE_REQUEST]),
);

/** What came of a request that was paid ahead. */
export const ENDED_JOB = {
  jobId: JobIdSchema,
  outcome: OutcomeSchema,
  result: v.exactOptional(v.string()),
  error: v.exactOptional(v.string()),
  /** What it cost in the end: evaluation and work. */
  costSats: SatsSchema,
};

/** The answer of a request that takes longer. */
export const STILL_AT_WORK = {
  description: "The job as it is now; look at it for what comes of it.",
  schema: JobRecordSchema,
};

/** The refusals of a request that is paid ahead, whatever pays. */
export const AHEAD_REFUSALS = [
  "unauthorized",
  "forbidden",
  "unknown_agent",
  "conflict",
  "agent_unavailable",
  "budget_exhausted",
  "draining",
] as const;

const paidFor = (invoice: JobRecord["evalInvoice"]): number =>
  invoice?.state === "settled" ? invoice.amountSats : 0;

/** What a job has cost its payer: what was paid for it, less what went back or is to go back. */
const costOf = ({ evalInvoice, owedSats, paidBackSats, workInvoice }: JobRecord): Sats =>
  sats(paidFor(evalInvoice) + paidFor(workInvoice) - owedSats - paidBackSats);

export const isOver = ({ phase }: JobRecord): boolean => phase === "closed";

/** What came of a job that is over. */
export function endedJob(job: JobRecord): v.InferInput<v.ObjectSchema<typeof ENDED_JOB, undefined>> {
  const { error, jobId, outcome, result } = job;
  if (outcome === undefined) throw new Error(`job ${jobId} is over and has no outcome`);
  return {
    jobId,
    outcome,
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error }),
    costSats: costOf(job),
  };
}

/**
 * Who names no agent gets the first that is present, not paused, and one that its macaroon is for. Refuses with `agent_unavailable` when
 * there is none.
 */
export function anyAgent(agents: readonly AgentRecord[], pass: Pass | undefined): AgentId {
  const found = agents.find(({ agentId, state }) => state !== "paused" && (pass?.isFor(agentId) ?? true));
  return found?.agentId ?? refuse("agent_unavailable", "No agent is here just now. Try again later.");
}

/** What a request may set aside, as a macaroon's limits are held against it: priced only where one limits it. */
export const priceFor = async (
  economy: Pick<Economy, "quote">,
  pass: Pass | undefined,
  agentId: AgentId,
  request: string,
): Promise<Sats> =>
  pass?.mostSats === undefined ? NO_SATS : (await economy.quote(agentId, request)).totalSats;
