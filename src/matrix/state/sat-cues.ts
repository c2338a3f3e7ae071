import { invoiceOf, type JobEvent } from "../../job/context.ts";
import type { FactOf } from "../../protocol/facts.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { InvoiceRecord, JobRecord, PaidBy } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { Cue, SatPlace } from "./model.ts";

const CORE: SatPlace = { kind: "core" };
const GATE: SatPlace = { kind: "gate" };
const at = (agentId: AgentId): SatPlace => ({ kind: "agent", agentId });

/**
 * Where a payment comes from in the world: the treasury pays from the core, everybody else comes by the gate. What a
 * session or a token holds is its payer's own.
 */
const payerOf = (job: JobRecord, paidBy: PaidBy | undefined): SatPlace =>
  paidBy === "treasury" || job.funding === "treasury" ? CORE : GATE;

/** What the treasury paid of a job and its end gives back. */
function treasurysPart(job: JobRecord): number {
  const paid = (invoice: InvoiceRecord | undefined): number =>
    invoice?.state === "settled" && invoice.paidBy === "treasury" ? invoice.amountSats : 0;
  if (job.outcome === "completed") return Math.max(0, paid(job.workInvoice) - (job.actualCostSats ?? 0));
  // An evaluation that came to its verdict is earned; one that failed is not.
  return job.outcome === "failed" ? paid(job.workInvoice ?? job.evalInvoice) : 0;
}

/**
 * Where a refund goes: the treasury's part is credited to the core; what a payer claims, over Lightning or into a
 * session, leaves by the gate.
 */
function payeeOf(job: JobRecord, fact: FactOf<"refund_settled">): SatPlace {
  if (job.funding === "treasury") return CORE;
  return fact.method === "credit" && fact.amountSats > 0 && fact.amountSats === treasurysPart(job)
    ? CORE
    : GATE;
}

/**
 * The sats that a fact moves through the world. `job` is the job before the fact. What an agent was paid stays with
 * it until it is earned: the eval fee with the verdict, the cost of the work with its end.
 */
export function satCues(fact: JobEvent, job: JobRecord): readonly Cue[] {
  const agent = at(job.agentId);
  switch (fact.type) {
    case "invoice_settled":
      return flow(
        payerOf(job, fact.paidBy),
        agent,
        fact.amountSats ?? invoiceOf(job, fact.invoiceType)?.amountSats,
      );
    case "invoice_request":
      return fact.invoiceType === "work" ? flow(agent, CORE, earnedEvalFee(job)) : [];
    case "job_completed":
      if (fact.outcome === "completed") return flow(agent, CORE, fact.actualCostSats);
      return fact.outcome === "rejected" ? flow(agent, CORE, earnedEvalFee(job)) : [];
    case "refund_settled":
      return flow(agent, payeeOf(job, fact), fact.amountSats);
    default:
      return [];
  }
}

const earnedEvalFee = (job: JobRecord): Sats | undefined =>
  job.evalInvoice?.state === "settled" ? job.evalInvoice.amountSats : undefined;

const flow = (from: SatPlace, to: SatPlace, amountSats: Sats | undefined): readonly Cue[] =>
  amountSats === undefined || amountSats <= 0 ? [] : [{ kind: "sats", from, to, amountSats }];
