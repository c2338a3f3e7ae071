import type { FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import { formatSats } from "../../protocol/format.ts";
import { type AgentId, AgentIdSchema, TimestampSchema, timestamp, tokenId } from "../../protocol/ids.ts";
import { RequestTextSchema } from "../../protocol/intents.ts";
import { type AgentRecord, PriceSchema } from "../../protocol/records.ts";
import { RefusalError, refuse } from "../../protocol/refusal.ts";
import { NO_SATS, SatsSchema } from "../../protocol/units.ts";
import type { Intake } from "../access/intake.ts";
import type { Pass } from "../access/pass.ts";
import type { Caller, Economy, Performed } from "../economy/economy.ts";
import { type Callers, IdempotencyHeaders, requestIdOf } from "./callers.ts";
import { declare } from "./declaration.ts";
import { challenge } from "./l402.ts";
import {
  AHEAD_REFUSALS,
  anyAgent,
  ENDED_JOB,
  EXAMPLE_REQUEST,
  endedJob,
  isOver,
  priceFor,
  RequestBody,
  STILL_AT_WORK,
} from "./paid-jobs.ts";
import { type AddRoute, answer } from "./route.ts";
import type { Waiting } from "./waiting.ts";

const quoted = { evalSats: SatsSchema, workSats: SatsSchema };

const estimate = declare({
  id: "estimate",
  method: "POST",
  path: "/api/estimate",
  summary: "What a request to an agent costs at most. Nothing is opened.",
  tag: "agents",
  callableBy: "anybody",
  body: RequestBody,
  answers: {
    200: {
      description: "The price, evaluation and work, and how it came about.",
      schema: v.object({ agentId: AgentIdSchema, ...quoted, totalSats: SatsSchema, price: PriceSchema }),
    },
  },
  refusals: ["unknown_agent", "agent_unavailable", "budget_exhausted"],
});

const ask = declare({
  id: "ask",
  method: "POST",
  path: "/api/agents/:id/ask",
  summary: "Asks an agent for something and waits for what comes of it; paid with L402, by the request.",
  description: [
    "Without credentials it answers 402 with an invoice for what the request costs at most and, in `WWW-Authenticate`, the macaroon that",
    "goes with it. Pay, and ask again with `Authorization: L402 <macaroon>:<preimage>`. What it did not cost stays as credit on that",
    "macaroon, for requests that the credit covers.",
  ].join(" "),
  tag: "agents",
  callableBy: "macaroon",
  proofs: ["none", "macaroon"],
  params: v.object({ id: AgentIdSchema }),
  missing: { code: "unknown_agent", message: "There is no such agent." },
  headers: IdempotencyHeaders,
  body: v.pipe(v.strictObject({ request: RequestTextSchema }), v.examples([EXAMPLE_REQUEST])),
  answers: {
    200: {
      description: "What came of it, what it cost, and the credit that is left.",
      schema: v.object({ ...ENDED_JOB, creditSats: SatsSchema }),
    },
    202: STILL_AT_WORK,
    402: {
      description: "What is to be paid first. `WWW-Authenticate` says the same to L402 clients.",
      schema: v.object({
        code: v.literal("payment_required"),
        message: v.string(),
        /** A BOLT11 payment request. */
        invoice: v.string(),
        macaroon: v.string(),
        paymentHash: v.string(),
        amountSats: SatsSchema,
        ...quoted,
        expiresAt: TimestampSchema,
      }),
    },
  },
  refusals: [...AHEAD_REFUSALS, "too_many_open", "wallet_unavailable"],
});

/** What the routes of single requests ask of the rest of the tower. */
export interface AskRoutesOptions {
  readonly economy: Pick<Economy, "isPayable" | "job" | "quote" | "reconcile" | "token" | "waitForJob">;
  readonly intake: Intake;
  readonly callers: Pick<Callers, "sender">;
  readonly waiting: Waiting;
  /** How long an answer waits for the work, in milliseconds. */
  readonly workPatienceMs: number;
  /** The agents that are present, in their order. */
  agents(): Promise<readonly AgentRecord[]>;
}

/** The routes by which anybody learns a price, and pays it request by request. */
export function addAskRoutes(add: AddRoute, options: AskRoutesOptions): void {
  const { agents, callers, economy, intake, waiting, workPatienceMs } = options;

  add(estimate, async ({ body }) => {
    const agentId = body.agentId ?? anyAgent(await agents(), undefined);
    return answer(200, { agentId, ...(await economy.quote(agentId, body.request)) });
  });

  /** What is to be paid before anything is done. */
  async function demand(agentId: AgentId, text: string, request: FastifyRequest, reply: FastifyReply) {
    const offer = await intake.offerToken(agentId, text, request.ip);
    const { expiresAt, macaroon, paymentHash, paymentRequest, quote } = offer;
    reply.header("www-authenticate", challenge({ macaroon, paymentRequest }));
    return answer(402, {
      code: "payment_required" as const,
      message: `This may cost up to ${formatSats(quote.totalSats)}: pay the invoice, and ask again with Authorization: L402.`,
      invoice: paymentRequest,
      macaroon,
      paymentHash,
      amountSats: quote.totalSats,
      evalSats: quote.evalSats,
      workSats: quote.workSats,
      expiresAt: timestamp(expiresAt),
    });
  }

  /** What the sender paid with; undefined when it has nothing with it. */
  async function paidWith(request: FastifyRequest): Promise<Pass | undefined> {
    const sender = await callers.sender(request);
    if (sender === undefined) return undefined;
    if (sender.by === "token" || sender.pass.kind !== "l402")
      return refuse("unauthorized", "This is paid with L402: ask without Authorization for the price.");
    return sender.pass;
  }

  /** Who asks with a payment that the wallet has. A preimage alone proves nothing: routing nodes know it before the tower is paid. */
  async function settledCaller(pass: Pass): Promise<Caller & Required<Pick<Caller, "tokenId">>> {
    await economy.reconcile(pass.paymentHash);
    if (await economy.isPayable(pass.paymentHash))
      refuse("unauthorized", "That payment has not arrived: the wallet knows nothing of it yet.");
    const id = tokenId(pass.subjectId);
    const token = await economy.token(id);
    if (token === undefined) throw new Error(`a credential was given out for ${id}, which is no token`);
    const caller = { ownerId: token.ownerId, role: "visitor", tokenId: id } as const;
    return pass.mostSats === undefined ? caller : { ...caller, mostSats: pass.mostSats };
  }

  add(ask, async ({ body, headers, params: { id: agentId }, reply, request }) => {
    const pass = await paidWith(request);
    if (pass === undefined) return demand(agentId, body.request, request, reply);
    const caller = await settledCaller(pass);
    const price = await priceFor(economy, pass, agentId, body.request);
    pass.assertAllows({ action: "request", agentId, sats: price });
    const asked = {
      type: "job_request",
      requestId: requestIdOf(headers),
      agentId,
      request: body.request,
      funding: "l402",
    } as const;
    const performed: Performed | undefined = await intake
      .perform(caller, asked, request.ip)
      .catch((error: unknown) => {
        if (error instanceof RefusalError && error.code === "balance_too_low") return undefined;
        throw error;
      });
    if (performed === undefined) return demand(agentId, body.request, request, reply);
    const { jobId } = performed;
    if (jobId === undefined) throw new Error("a job_request was performed and opened no job");
    const ended = await waiting.upTo(workPatienceMs, (signal) => economy.waitForJob(jobId, isOver, signal));
    if (ended === undefined) {
      return answer(202, (await economy.job(jobId)) ?? refuse("internal", "The job is gone."));
    }
    const { creditSats = NO_SATS } = (await economy.token(caller.tokenId)) ?? {};
    return answer(200, { ...endedJob(ended), creditSats });
  });
}
