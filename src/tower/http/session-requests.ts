import * as v from "valibot";
import type { AgentRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { SatsSchema } from "../../protocol/units.ts";
import type { Intake } from "../access/intake.ts";
import type { Economy } from "../economy/economy.ts";
import { IdempotencyHeaders, requestIdOf } from "./callers.ts";
import { declare } from "./declaration.ts";
import {
  AHEAD_REFUSALS,
  anyAgent,
  ENDED_JOB,
  endedJob,
  isOver,
  priceFor,
  RequestBody,
  STILL_AT_WORK,
} from "./paid-jobs.ts";
import { type AddRoute, answer } from "./route.ts";
import type { SessionDoor } from "./session-entry.ts";
import { byOwnerOrMacaroon, ofOneSession } from "./session-shapes.ts";
import type { Waiting } from "./waiting.ts";

const askOnSession = declare({
  ...ofOneSession,
  ...byOwnerOrMacaroon,
  id: "askOnSession",
  method: "POST",
  path: "/api/sessions/:id/request",
  summary: "Asks an agent for something, which the session pays for, and waits for what comes of it.",
  description:
    "What it may cost at most is set aside first, and what it did not cost is back on the session with the answer. A refusal debits nothing.",
  headers: IdempotencyHeaders,
  body: RequestBody,
  answers: {
    200: {
      description: "What came of it, what it cost, and what is left on the session.",
      schema: v.object({ ...ENDED_JOB, balanceSats: SatsSchema }),
    },
    202: STILL_AT_WORK,
  },
  refusals: [...AHEAD_REFUSALS, "read_only", "session_not_active", "balance_too_low", "session_paused"],
});

/** What the route of requests on a session asks of the rest of the tower. */
export interface SessionRequestOptions {
  readonly economy: Pick<Economy, "job" | "quote" | "session" | "waitForJob">;
  readonly intake: Pick<Intake, "perform">;
  readonly door: SessionDoor;
  readonly waiting: Waiting;
  /** How long an answer waits for the work, in milliseconds. */
  readonly workPatienceMs: number;
  /** The agents that are present, in their order. */
  agents(): Promise<readonly AgentRecord[]>;
}

/** The route by which a session pays for requests. */
export function addSessionRequestRoute(add: AddRoute, options: SessionRequestOptions): void {
  const { agents, door, economy, intake, waiting, workPatienceMs } = options;

  add(askOnSession, async ({ body, headers, params: { id }, request }) => {
    const entry = await door.enter(request, id);
    const agentId = body.agentId ?? anyAgent(await agents(), entry.pass);
    const price = await priceFor(economy, entry.pass, agentId, body.request);
    const { jobId } = await intake.perform(
      entry.callerFor({ action: "request", agentId, sats: price }),
      {
        type: "job_request",
        requestId: requestIdOf(headers),
        agentId,
        request: body.request,
        funding: "session",
        sessionId: id,
      },
      request.ip,
    );
    if (jobId === undefined) throw new Error("a job_request was performed and opened no job");
    const ended = await waiting.upTo(workPatienceMs, (signal) => economy.waitForJob(jobId, isOver, signal));
    if (ended === undefined) {
      return answer(202, (await economy.job(jobId)) ?? refuse("internal", "The job is gone."));
    }
    const { balanceSats } = (await economy.session(id)) ?? entry.session;
    return answer(200, { ...endedJob(ended), balanceSats });
  });
}
