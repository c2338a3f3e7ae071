import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import { AgentIdSchema, type JobId, JobIdSchema } from "../../protocol/ids.ts";
import { RequestTextSchema } from "../../protocol/intents.ts";
import type { AgentRecord, JobRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { publicJob } from "../../protocol/visibility.ts";
import type { Intake } from "../access/intake.ts";
import type { Economy } from "../economy/economy.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { parseBody } from "./body.ts";
import { type Callers, requestIdOf } from "./callers.ts";

const NewJob = v.strictObject({ request: RequestTextSchema, agentId: v.exactOptional(AgentIdSchema) });

const invoiceText = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096));
/** `invoice` is what older clients call it. */
const RefundClaim = v.strictObject({
  paymentRequest: v.exactOptional(invoiceText),
  invoice: v.exactOptional(invoiceText),
});

/** How long an answer waits for the wallet, in milliseconds, before it says how far the job is instead. */
const PATIENCE_MS = 10_000;

/** The eval invoice as a payer needs it; undefined while there is none. */
function evalInvoiceOf(job: JobRecord) {
  const invoice = job.evalInvoice;
  if (invoice?.paymentRequest === undefined) return undefined;
  return {
    paymentRequest: invoice.paymentRequest,
    amountSats: invoice.amountSats,
    paymentHash: decodeInvoice(invoice.paymentRequest).paymentHash,
    expiresAt: invoice.expiresAt,
  };
}

const jobIdOf = (params: unknown): JobId => {
  const parsed = v.safeParse(v.object({ id: JobIdSchema }), params);
  return parsed.success ? parsed.output.id : refuse("unknown_job", "There is no such job.");
};

/** What the jobs' routes ask of the rest of the tower. */
export interface JobRoutesOptions {
  readonly economy: Pick<Economy, "job" | "waitForJob">;
  readonly intake: Intake;
  readonly callers: Callers;
  /** The agents that are present, in their order. */
  agents(): Promise<readonly AgentRecord[]>;
  readonly patienceMs?: number;
}

/** The routes of jobs over HTTP. */
export function addJobRoutes(app: FastifyInstance, options: JobRoutesOptions): void {
  const { agents, callers, economy, intake, patienceMs = PATIENCE_MS } = options;

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

  /** Who is asked for no agent in particular gets the first that is present. */
  async function anyAgent() {
    const [first] = await agents();
    return first?.agentId ?? refuse("agent_unavailable", "No agent is here just now. Try again later.");
  }

  app.post("/jobs", async (request, reply) => {
    const body = parseBody(NewJob, request.body);
    const requestId = requestIdOf(request);
    const agentId = body.agentId ?? (await anyAgent());
    const { caller, ownerToken } = await callers.actingOrNew(request);
    const { jobId } = await intake.perform(
      caller,
      { type: "job_request", requestId, agentId, request: body.request, funding: "invoice" },
      request.ip,
    );
    if (jobId === undefined) throw new Error("a job_request was performed and opened no job");
    const job = await settled(jobId, (now) => now.evalInvoice !== undefined || now.phase === "closed");
    const evalInvoice = evalInvoiceOf(job);
    // Without the invoice the job stands all the same, and its owner must get the token: 202, ask again for the rest.
    return reply
      .code(evalInvoice === undefined ? 202 : 201)
      .send({ jobId, ...(ownerToken !== undefined && { ownerToken }), evalInvoice });
  });

  app.get("/jobs/:id", async (request, reply) => {
    const jobId = jobIdOf(request.params);
    const identity = await callers.identify(request);
    const job = await known(jobId);
    const isOwn = identity?.role === "visitor" && identity.ownerId === job.ownerId;
    const seesAll = isOwn || identity?.role === "operator";
    return reply.header("cache-control", "no-store").send(seesAll ? job : publicJob(job));
  });

  app.post("/jobs/:id/refund", async (request, reply) => {
    const jobId = jobIdOf(request.params);
    const body = parseBody(RefundClaim, request.body);
    const paymentRequest = body.paymentRequest ?? body.invoice;
    const { caller } = await callers.acting(request);
    const { owedSats } = await known(jobId);
    const claim = { type: "refund_claim", requestId: requestIdOf(request), jobId } as const;
    await intake.perform(
      caller,
      paymentRequest === undefined ? claim : { ...claim, paymentRequest },
      request.ip,
    );
    const job = await settled(jobId, (now) => now.refund !== "paying");
    // Asked again under one key, the claim is done already and what went back is what it was about.
    return reply
      .code(job.refund === "paying" ? 202 : 200)
      .send({ jobId, refundSats: owedSats > 0 ? owedSats : job.paidBackSats, state: job.refund });
  });

  app.post("/jobs/:id/cancel", async (request) => {
    const jobId = jobIdOf(request.params);
    parseBody(v.strictObject({}), request.body);
    const { caller } = await callers.acting(request);
    const cancel = { type: "job_cancel", requestId: requestIdOf(request), jobId } as const;
    await intake.perform(caller, cancel, request.ip);
    return known(jobId);
  });
}
