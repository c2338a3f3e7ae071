import * as v from "valibot";
import { type JobId, JobIdSchema, SessionIdSchema, TimestampSchema } from "../../protocol/ids.ts";
import {
  type AgentRecord,
  type JobRecord,
  JobRecordSchema,
  RefundPhaseSchema,
} from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { SatsSchema } from "../../protocol/units.ts";
import { publicJob } from "../../protocol/visibility.ts";
import type { Intake } from "../access/intake.ts";
import type { Economy } from "../economy/economy.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { type Callers, IdempotencyHeaders, requestIdOf } from "./callers.ts";
import { declare } from "./declaration.ts";
import { BillSchema, payee } from "./invoices.ts";
import { seesJob } from "./job-reader.ts";
import { anyAgent, RequestBody } from "./paid-jobs.ts";
import { type AddRoute, answer } from "./route.ts";

const NewJob = v.object({
  jobId: JobIdSchema,
  /** Absent for operators: their secret is not sent back. */
  ownerToken: v.exactOptional(v.string()),
  evalInvoice: v.exactOptional(
    v.object({ ...BillSchema.entries, expiresAt: v.exactOptional(TimestampSchema) }),
  ),
});

/** How every route about one job names it. */
export const ofOneJob = {
  tag: "jobs",
  params: v.object({ id: JobIdSchema }),
  missing: { code: "unknown_job", message: "There is no such job." },
} as const;

const openJob = declare({
  id: "openJob",
  method: "POST",
  path: "/api/jobs",
  summary: "Opens a job. Who has no token becomes an owner by it.",
  description:
    "Pay the eval invoice, look at the job until it asks for the work, pay that, and claim back what was not used.",
  tag: "jobs",
  callableBy: "anybody",
  headers: IdempotencyHeaders,
  body: RequestBody,
  answers: {
    201: {
      description: "The job, with its eval invoice. The owner's token is shown this once.",
      schema: NewJob,
    },
    202: { description: "The job; its invoice takes longer. Look at the job for it.", schema: NewJob },
  },
  refusals: [
    "unauthorized",
    "read_only",
    "unknown_agent",
    "conflict",
    "agent_unavailable",
    "budget_exhausted",
    "too_many_open",
    "draining",
  ],
});

const showJob = declare({
  ...ofOneJob,
  id: "showJob",
  method: "GET",
  path: "/api/jobs/:id",
  summary: "A job: what anybody may know of it, everything with its owner's or the operator's token.",
  description: "A macaroon of what paid for the job shows everything too.",
  callableBy: "anybody",
  proofs: ["none", "owner", "operator", "macaroon"],
  answers: { 200: { description: "The job as it is now.", schema: JobRecordSchema } },
  refusals: ["unauthorized", "forbidden"],
});

const refund = v.object({ jobId: JobIdSchema, refundSats: SatsSchema, state: RefundPhaseSchema });
const claimRefund = declare({
  ...ofOneJob,
  id: "claimRefund",
  method: "POST",
  path: "/api/jobs/:id/refund",
  summary:
    "Has what is owed paid to an invoice for exactly that amount or a Lightning Address, or put on an own session.",
  description:
    "One of them at most. With the play wallet all may be left out: the sats then go to the caller's purse.",
  callableBy: "owner",
  headers: IdempotencyHeaders,
  body: v.strictObject({
    ...payee,
    /** What older clients call it. */
    invoice: payee.paymentRequest,
    /** An own session, whose balance gets it at once. */
    sessionId: v.exactOptional(SessionIdSchema),
  }),
  answers: {
    200: { description: "How far the refund is.", schema: refund },
    202: { description: "It is on its way; look at the job for what comes of it.", schema: refund },
  },
  refusals: [
    "malformed_invoice",
    "wrong_amount",
    "wrong_network",
    "no_amount",
    "own_invoice",
    "bad_address",
    "unknown_session",
    "conflict",
    "nothing_owed",
    "below_minimum",
    "payout_in_flight",
    "invoice_expired",
    "address_refused",
    "session_not_active",
    "draining",
    "wallet_low",
    "wallet_unavailable",
    "address_unreachable",
  ],
});

const cancelJob = declare({
  ...ofOneJob,
  id: "cancelJob",
  method: "POST",
  path: "/api/jobs/:id/cancel",
  summary: "Ends a job that waits for a payment.",
  callableBy: "owner",
  headers: IdempotencyHeaders,
  body: v.strictObject({}),
  answers: { 200: { description: "The job as it is now.", schema: JobRecordSchema } },
  refusals: ["conflict", "illegal_event", "draining"],
});

/** How long an answer waits for the wallet, in milliseconds, before it says how far the job is instead. */
export const PATIENCE_MS = 10_000;

/** The eval invoice as a payer needs it; undefined while there is none. */
function evalInvoiceOf(job: JobRecord) {
  const invoice = job.evalInvoice;
  if (invoice?.paymentRequest === undefined) return undefined;
  return {
    paymentRequest: invoice.paymentRequest,
    amountSats: invoice.amountSats,
    paymentHash: decodeInvoice(invoice.paymentRequest).paymentHash,
    ...(invoice.expiresAt !== undefined && { expiresAt: invoice.expiresAt }),
  };
}

/** What the jobs' routes ask of the rest of the tower. */
export interface JobRoutesOptions {
  readonly economy: Pick<Economy, "job" | "waitForJob">;
  readonly intake: Intake;
  readonly callers: Callers;
  /** The agents that are present, in their order. */
  agents(): Promise<readonly AgentRecord[]>;
  readonly patienceMs: number;
}

/** The routes of jobs over HTTP. */
export function addJobRoutes(add: AddRoute, options: JobRoutesOptions): void {
  const { agents, callers, economy, intake, patienceMs } = options;

  /** The job as soon as it is `as` asked, or as it is when patience ends. */
  async function settled(jobId: JobId, as: (job: JobRecord) => boolean): Promise<JobRecord> {
    const patience = AbortSignal.timeout(patienceMs);
    try {
      return await economy.waitForJob(jobId, as, patience);
    } catch (error) {
      if (!patience.aborted) throw error;
      return known(jobId);
    }
  }

  async function known(jobId: JobId): Promise<JobRecord> {
    return (await economy.job(jobId)) ?? refuse("unknown_job", `There is no job ${jobId}.`);
  }

  add(openJob, async ({ body, headers, request }) => {
    const requestId = requestIdOf(headers);
    const agentId = body.agentId ?? anyAgent(await agents(), undefined);
    const { caller, ownerToken } = await callers.actingOrNew(request);
    const { jobId } = await intake.perform(
      caller,
      { type: "job_request", requestId, agentId, request: body.request, funding: "invoice" },
      request.ip,
    );
    if (jobId === undefined) throw new Error("a job_request was performed and opened no job");
    const job = await settled(jobId, (now) => now.evalInvoice !== undefined || now.phase === "closed");
    const evalInvoice = evalInvoiceOf(job);
    const opened = { jobId, ...(ownerToken !== undefined && { ownerToken }) };
    // Without the invoice the job stands all the same, and its owner must get the token: 202, ask again for the rest.
    return evalInvoice === undefined ? answer(202, opened) : answer(201, { ...opened, evalInvoice });
  });

  add(showJob, async ({ params, request }) => {
    const sender = await callers.sender(request);
    const job = await known(params.id);
    return answer(200, seesJob(sender, job) ? job : publicJob(job));
  });

  add(claimRefund, async ({ acting: { caller }, body, headers, params: { id: jobId }, request }) => {
    const { invoice, ...payee } = body;
    const { owedSats } = await known(jobId);
    if (invoice !== undefined && payee.paymentRequest !== undefined) {
      refuse("bad_request", "Name one invoice: invoice is what older clients call paymentRequest.");
    }
    const claim = {
      type: "refund_claim",
      requestId: requestIdOf(headers),
      jobId,
      ...(invoice !== undefined && { paymentRequest: invoice }),
      ...payee,
    } as const;
    await intake.perform(caller, claim, request.ip);
    const job = await settled(jobId, (now) => now.refund !== "paying");
    // Asked again under one key, the claim is done already and what went back is what it was about.
    const refundSats = owedSats > 0 ? owedSats : job.paidBackSats;
    return answer(job.refund === "paying" ? 202 : 200, { jobId, refundSats, state: job.refund });
  });

  add(cancelJob, async ({ acting: { caller }, headers, params: { id: jobId }, request }) => {
    const cancel = { type: "job_cancel", requestId: requestIdOf(headers), jobId } as const;
    await intake.perform(caller, cancel, request.ip);
    return answer(200, await known(jobId));
  });
}
