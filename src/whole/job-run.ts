import type { Fact, FactOf, FactType } from "../protocol/facts.ts";
import type { JobId } from "../protocol/ids.ts";
import { type Ask, type MatrixClient, newRequestId } from "./client.ts";

/** A real request: a task and a paragraph of prose, about 60 words. */
export const REQUEST =
  "Summarise this and tell me its sentiment: The old lighthouse stood at the edge of the cliff, its paint peeling in the salt " +
  "wind. Every evening Martha climbed the hundred and twelve steps to light the lamp, though no ship had passed in years. She " +
  "loved the silence up there. It was the storms she feared, and tonight the sky over the bay was the colour of slate.";

/** What a finished job came to. */
export interface Finished {
  readonly jobId: JobId;
  readonly completed: FactOf<"job_completed">;
  readonly refunded: number;
  /** What left the purse for good. */
  readonly cost: number;
}

interface Step {
  /** The fact that shows that it was done. */
  readonly done: (facts: readonly Fact[]) => boolean;
  /** What to ask for it. */
  readonly intent: (jobId: JobId) => Ask;
  /** Whether it is its turn. */
  readonly isDue: (facts: readonly Fact[]) => boolean;
}

/** The tower said no. */
export class IntentRefused extends Error {}

const has = (facts: readonly Fact[], type: FactType, invoiceType?: "eval" | "work"): boolean =>
  facts.some(
    (fact) =>
      fact.type === type &&
      (invoiceType === undefined || ("invoiceType" in fact && fact.invoiceType === invoiceType)),
  );

/**
 * A program that takes one job from the request to the refund whatever happens to its connection: each intent has one `requestId`
 * for good, and is sent again after each reconnect until the fact that it asks for has come.
 */
export interface JobRun {
  readonly jobId: () => JobId | undefined;
  /** This job's facts so far. */
  facts(): readonly Fact[];
  /** Does what is to be done until the job has ended and its refund is back. Rejects when the connection ends or it is refused. */
  advance(): Promise<Finished>;
}

/** A run of one job at an agent. The client must be connected whenever {@link JobRun.advance} is called. */
export function createJobRun(
  client: MatrixClient,
  { agentId = "alpha", request = REQUEST }: { agentId?: string; request?: string } = {},
): JobRun {
  const openId = newRequestId();
  const ids = { eval: newRequestId(), work: newRequestId(), refund: newRequestId() };

  const jobId = (): JobId | undefined =>
    client.fact("job_started", (fact) => fact.requestId === openId)?.jobId;
  const facts = (): readonly Fact[] => {
    const id = jobId();
    return client.facts().filter((fact) => "jobId" in fact && fact.jobId === id && id !== undefined);
  };

  const steps: readonly Step[] = [
    {
      done: (seen) => has(seen, "invoice_settled", "eval"),
      isDue: (seen) => has(seen, "invoice_request", "eval") && !has(seen, "job_completed"),
      intent: (id) => ({ type: "pay_invoice", requestId: ids.eval, jobId: id, invoiceType: "eval" }),
    },
    {
      done: (seen) => has(seen, "invoice_settled", "work"),
      isDue: (seen) => has(seen, "invoice_request", "work") && !has(seen, "job_completed"),
      intent: (id) => ({ type: "pay_invoice", requestId: ids.work, jobId: id, invoiceType: "work" }),
    },
    {
      done: (seen) => has(seen, "refund_settled"),
      isDue: (seen) => seen.some((fact) => fact.type === "job_completed" && fact.refundSats > 0),
      intent: (id) => ({ type: "refund_claim", requestId: ids.refund, jobId: id }),
    },
  ];

  async function ask(intent: Ask): Promise<void> {
    const answer = await client.ask(intent);
    if (answer.type === "error")
      throw new IntentRefused(`${intent.type} was refused: ${answer.code}: ${answer.message}`);
  }

  return {
    jobId,
    facts,
    async advance() {
      if (jobId() === undefined) {
        await ask({ type: "job_request", requestId: openId, agentId, request, funding: "invoice" });
      }
      const id = await client.until(jobId);
      for (const { done, isDue, intent } of steps) {
        // A job that was cut off too often ends early: then only the refund is left to do.
        await client.until(() => isDue(facts()) || has(facts(), "job_completed") || undefined);
        if (done(facts()) || !isDue(facts())) continue;
        await ask(intent(id));
        await client.until(() => done(facts()) || undefined);
      }
      const completed = client.fact("job_completed", (fact) => fact.jobId === id);
      if (completed === undefined) throw new Error(`job ${id} was refunded before it ended`);
      const refunded = sum(facts(), "refund_settled");
      return { jobId: id, completed, refunded, cost: sum(facts(), "invoice_settled") - refunded };
    },
  };
}

/** The sats of all facts of a type. */
const sum = (facts: readonly Fact[], type: "refund_settled" | "invoice_settled"): number =>
  facts.reduce((total, fact) => total + (fact.type === type ? (fact.amountSats ?? 0) : 0), 0);
