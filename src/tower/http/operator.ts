import * as v from "valibot";
import { AgentIdSchema } from "../../protocol/ids.ts";
import { InvoiceTypeSchema, JobRecordSchema } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { SatsSchema } from "../../protocol/units.ts";
import type { Intake } from "../access/intake.ts";
import type { Economy } from "../economy/economy.ts";
import { IdempotencyHeaders, requestIdOf } from "./callers.ts";
import { declare } from "./declaration.ts";
import { ofOneJob } from "./jobs.ts";
import { type AddRoute, answer } from "./route.ts";

const ofOneAgent = {
  tag: "treasury",
  callableBy: "operator",
  params: v.object({ id: AgentIdSchema }),
  missing: { code: "unknown_agent", message: "There is no such agent." },
} as const;

const setBudget = declare({
  ...ofOneAgent,
  id: "setBudget",
  method: "POST",
  path: "/api/agents/:id/budget",
  summary: "Sets what an agent may cost on each day from now on; 0 lets it take no more jobs.",
  body: v.strictObject({ dailyBudgetSats: SatsSchema }),
  answers: {
    200: {
      description: "The budget.",
      schema: v.object({ agentId: AgentIdSchema, dailyBudgetSats: SatsSchema }),
    },
  },
  refusals: [],
});

const topUpBudget = declare({
  ...ofOneAgent,
  id: "topUpBudget",
  method: "POST",
  path: "/api/agents/:id/topup",
  summary: "Lets an agent cost more today, once per Idempotency-Key.",
  headers: IdempotencyHeaders,
  body: v.strictObject({ amountSats: SatsSchema }),
  answers: {
    200: {
      description: "What it may cost on top.",
      schema: v.object({ agentId: AgentIdSchema, amountSats: SatsSchema }),
    },
  },
  refusals: ["conflict", "draining"],
});

const payFromTreasury = declare({
  ...ofOneJob,
  id: "payFromTreasury",
  method: "POST",
  path: "/api/jobs/:id/treasury-pay",
  summary: "Pays a job's invoice from the treasury: no Lightning, the sats are only set aside.",
  callableBy: "operator",
  headers: IdempotencyHeaders,
  body: v.strictObject({ invoiceType: InvoiceTypeSchema }),
  answers: { 200: { description: "The job as it is now.", schema: JobRecordSchema } },
  refusals: ["unknown_invoice", "conflict", "illegal_event", "already_paid", "treasury_too_low", "draining"],
});

/** What the operators' routes ask of the rest of the tower. */
export interface OperatorRoutesOptions {
  readonly economy: Pick<Economy, "job" | "treasury">;
  readonly intake: Intake;
}

/** The routes by which operators see to single agents and jobs. */
export function addOperatorRoutes(add: AddRoute, { economy, intake }: OperatorRoutesOptions): void {
  add(setBudget, async ({ body: { dailyBudgetSats }, params: { id: agentId } }) => {
    await economy.treasury.setBudget(agentId, dailyBudgetSats);
    return answer(200, { agentId, dailyBudgetSats });
  });

  add(topUpBudget, async ({ acting: { caller }, body, headers, params: { id: agentId }, request }) => {
    const { amountSats } = body;
    await intake.perform(
      caller,
      { type: "agent_control", requestId: requestIdOf(headers), agentId, action: "top_up", amountSats },
      request.ip,
    );
    return answer(200, { agentId, amountSats });
  });

  add(payFromTreasury, async ({ acting: { caller }, body, headers, params: { id: jobId }, request }) => {
    const { invoiceType } = body;
    await intake.perform(
      caller,
      { type: "pay_invoice", requestId: requestIdOf(headers), jobId, invoiceType, from: "treasury" },
      request.ip,
    );
    const job = await economy.job(jobId);
    return answer(200, job ?? refuse("unknown_job", "There is no such job."));
  });
}
