import type { Fact, FactOf } from "../protocol/facts.ts";
import type { JobId, SessionId } from "../protocol/ids.ts";
import { type Ask, type MatrixClient, newRequestId } from "./client.ts";
import { IntentRefused, REQUEST } from "./job-run.ts";

/** What a session that is over came to. */
export interface FinishedSession {
  readonly sessionId: SessionId;
  readonly jobs: readonly FactOf<"job_completed">[];
  /** What its requests debited, as their facts say it. */
  readonly debited: number;
  /** What left the purse for good. */
  readonly cost: number;
}

/**
 * A program that takes one session from its deposit over its requests to what is left of it, whatever happens to its connection:
 * each intent has one `requestId` for good, and is sent again until the fact that it asks for has come.
 */
export interface SessionRun {
  /** Does what is to be done until what was left is back. Rejects when the connection ends or it is refused. */
  advance(): Promise<FinishedSession>;
}

/** What is put on a session: enough for several requests. */
const DEPOSIT = 2_000;

/** A run of one session. A client runs one at a time; it must be connected whenever {@link SessionRun.advance} is called. */
export function createSessionRun(
  client: MatrixClient,
  { agentId = "alpha", requests = 2 }: { agentId?: string; requests?: number } = {},
): SessionRun {
  const ids = { open: newRequestId(), pay: newRequestId(), close: newRequestId() };
  const requestIds = Array.from({ length: requests }, newRequestId);
  const before = new Set(
    client.facts().flatMap((fact) => (fact.type === "session_state" ? [fact.sessionId] : [])),
  );

  const states = (): readonly FactOf<"session_state">[] =>
    client
      .facts()
      .filter(
        (fact): fact is FactOf<"session_state"> =>
          fact.type === "session_state" && !before.has(fact.sessionId),
      );
  const now = (): FactOf<"session_state"> | undefined => states().at(-1);

  async function ask(intent: Ask): Promise<void> {
    const answer = await client.ask(intent);
    if (answer.type === "error")
      throw new IntentRefused(`${intent.type} was refused: ${answer.code}: ${answer.message}`);
  }

  const jobOf = (requestId: string): JobId | undefined =>
    client.fact("job_started", (fact) => fact.requestId === requestId)?.jobId;
  const endOf = (requestId: string): FactOf<"job_completed"> | undefined => {
    const id = jobOf(requestId);
    return client.fact("job_completed", (fact) => id !== undefined && fact.jobId === id);
  };

  /** What came out of the session for its jobs, and did not go back. */
  function debited(): number {
    const jobs = new Set(requestIds.map(jobOf));
    const of = (fact: Fact): boolean => "jobId" in fact && jobs.has(fact.jobId);
    return client
      .facts()
      .filter(of)
      .reduce((sum, fact) => {
        if (fact.type === "invoice_settled") return sum + (fact.amountSats ?? 0);
        return fact.type === "refund_settled" ? sum - fact.amountSats : sum;
      }, 0);
  }

  return {
    async advance() {
      if (now() === undefined) await ask({ type: "session_open", requestId: ids.open, amountSats: DEPOSIT });
      const { sessionId } = await client.until(now);
      if (now()?.state === "awaiting_payment")
        await ask({ type: "session_pay", requestId: ids.pay, sessionId });
      await client.until(() => now()?.state === "active" || now()?.state === "closed" || undefined);
      for (const requestId of requestIds) {
        if (jobOf(requestId) === undefined)
          await ask({
            ...{ type: "job_request", requestId, agentId, request: REQUEST },
            ...{ funding: "session", sessionId },
          });
        await client.until(() => endOf(requestId));
      }
      // The end of the last job and what it leaves on the session are said together, one after the other.
      await client.until(() => now()?.reservedSats === 0 || undefined);
      if (now()?.state !== "closed") await ask({ type: "session_close", requestId: ids.close, sessionId });
      await client.until(() => now()?.refund === "paid" || undefined);
      const left = states().find(({ refund }) => refund === "paying")?.owedSats ?? 0;
      const jobs = requestIds.flatMap((requestId) => endOf(requestId) ?? []);
      return { sessionId, jobs, debited: debited(), cost: DEPOSIT - left };
    },
  };
}
