import { invoiceOf, type JobEvent } from "../../job/context.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { Cue, SatPlace } from "./model.ts";

const CORE: SatPlace = { kind: "core" };
const GATE: SatPlace = { kind: "gate" };
const at = (agentId: AgentId): SatPlace => ({ kind: "agent", agentId });

/** Where the payer of a job stands in the world: the treasury pays from the core, everybody else comes by the gate. */
const payerOf = (job: JobRecord): SatPlace => (job.funding === "treasury" ? CORE : GATE);

/**
 * The sats that a fact moves through the world. `job` is the job before the fact. What an agent was paid stays with
 * it until it is earned: the eval fee with the verdict, the cost of the work with its end.
 */
export function satCues(fact: JobEvent, job: JobRecord): readonly Cue[] {
  const agent = at(job.agentId);
  switch (fact.type) {
    case "invoice_settled":
      return flow(payerOf(job), agent, fact.amountSats ?? invoiceOf(job, fact.invoiceType)?.amountSats);
    case "invoice_request":
      return fact.invoiceType === "work" ? flow(agent, CORE, earnedEvalFee(job)) : [];
    case "job_completed":
      if (fact.outcome === "completed") return flow(agent, CORE, fact.actualCostSats);
      return fact.outcome === "rejected" ? flow(agent, CORE, earnedEvalFee(job)) : [];
    case "refund_settled":
      return flow(agent, payerOf(job), fact.amountSats);
    default:
      return [];
  }
}

const earnedEvalFee = (job: JobRecord): Sats | undefined =>
  job.evalInvoice?.state === "settled" ? job.evalInvoice.amountSats : undefined;

const flow = (from: SatPlace, to: SatPlace, amountSats: Sats | undefined): readonly Cue[] =>
  amountSats === undefined || amountSats <= 0 ? [] : [{ kind: "sats", from, to, amountSats }];
