import type { FactOf } from "../protocol/facts.ts";
import { formatSats } from "../protocol/format.ts";
import type { ChatLine, PaidBy, Speaker } from "../protocol/records.ts";
import { isAwaited, type JobContext, type JobEvent, surplus } from "./context.ts";

/** The first characters of a job's id, as people see it: `a4f2…`. */
export const shortJobId = (jobId: string): string => `${jobId.slice(0, 4)}…`;

type Say = Pick<ChatLine, "speaker" | "text" | "offers">;

/**
 * The chat lines of a job's first fact. Empty when the request is not for this reader's eyes: the chat of a
 * job is its owner's and the operators'.
 */
export function startedLines(job: JobContext): readonly ChatLine[] {
  if (job.request === undefined) return [];
  return numbered(job, { seq: job.seq, ...(job.startedAt !== undefined && { at: job.startedAt }) }, [
    { speaker: { kind: "owner" }, text: job.request },
  ]);
}

/**
 * The chat lines that a fact gives rise to, the same for the snapshot and live. `job` is the job before
 * the fact. Line `n` of fact `seq` has the id `seq:n`.
 */
export function chatLines(fact: JobEvent, job: JobContext): readonly ChatLine[] {
  if (job.request === undefined) return [];
  return numbered(job, fact, says(fact, job));
}

function numbered(
  job: JobContext,
  fact: { readonly seq?: JobEvent["seq"]; readonly at?: JobEvent["at"] },
  lines: readonly Say[],
): readonly ChatLine[] {
  return lines.map((line, n) => ({
    id: `${fact.seq ?? job.jobId}:${n}`,
    jobId: job.jobId,
    ...(fact.at !== undefined && { at: fact.at }),
    ...line,
  }));
}

function says(fact: JobEvent, job: JobContext): readonly Say[] {
  const system: Speaker = { kind: "system" };
  const agent: Speaker = { kind: "agent", agentId: job.agentId };
  const name = `JOB ${shortJobId(job.jobId)}`;
  switch (fact.type) {
    case "invoice_request":
      // What is funded ahead asks nobody to pay: its eval fee is said with its end, its price by the agent.
      if (fact.invoiceType === "eval") {
        if (job.funding !== "invoice") return [];
        return [
          {
            speaker: system,
            text: `${name} eval invoice: ${formatSats(fact.amountSats)}`,
            offers: "pay_eval",
          },
        ];
      }
      return [
        ...(fact.description === undefined
          ? []
          : [{ speaker: agent, text: `${fact.description} Work cost: ${formatSats(fact.amountSats)}` }]),
        ...(job.funding === "invoice"
          ? [
              {
                speaker: system,
                text: `${name} work invoice: ${formatSats(fact.amountSats)}`,
                offers: "pay_work" as const,
              },
            ]
          : []),
      ];
    case "invoice_settled":
      return [{ speaker: system, text: `${name} ${settledText(fact, job)}` }];
    case "invoice_expired":
      return [{ speaker: system, text: `${name} ${fact.invoiceType} invoice expired unpaid` }];
    case "job_queued":
      return [{ speaker: system, text: `${name} is number ${fact.queuePlace} in the queue` }];
    case "job_dequeued":
      return [{ speaker: system, text: `${name} its turn came — executing…` }];
    case "job_completed":
      return endedSays(fact, job, name);
    case "refund_claimed":
      return [{ speaker: system, text: `${name} paying back ${formatSats(fact.amountSats)}…` }];
    case "refund_settled":
      return [
        {
          speaker: system,
          text:
            fact.method === "credit"
              ? `${name} ${formatSats(fact.amountSats)} ${goesBackByItself(job) ? "put back where it came from" : "put on the session"}`
              : `${name} refunded ${formatSats(fact.amountSats)}`,
        },
      ];
    case "refund_failed":
      return [
        fact.fate === "failed"
          ? {
              speaker: system,
              text: `${name} refund failed${fact.error === undefined ? "" : `: ${fact.error}`} — it can be claimed again`,
              offers: "claim_refund",
            }
          : {
              speaker: system,
              text: `${name} the refund may still be on its way; it cannot be claimed again yet`,
            },
      ];
  }
}

const PAID_FROM: Readonly<Record<PaidBy, string>> = {
  session: "from the session",
  token: "from the token's credit",
  treasury: "from the treasury",
};

function settledText(fact: FactOf<"invoice_settled">, job: JobContext): string {
  if (!isAwaited(job, fact)) {
    const reason = fact.onTime ? "paid when it was no longer due" : "paid too late";
    return `${fact.invoiceType} invoice ${reason} — ${formatSats(surplus(job, fact))} is owed back`;
  }
  const paid = fact.paidBy === undefined ? "paid" : `paid ${PAID_FROM[fact.paidBy]}`;
  if (fact.invoiceType === "eval") return `eval ${paid} — evaluating…`;
  return fact.queuePlace === undefined
    ? `work ${paid} — executing…`
    : `work ${paid} — number ${fact.queuePlace} in the agent's queue`;
}

/** What did not come over Lightning goes back to where it came from by itself. */
function goesBackByItself({ evalInvoice, funding, workInvoice }: JobContext): boolean {
  const held = workInvoice?.state === "settled" ? workInvoice : evalInvoice;
  return held?.paidBy !== undefined || funding !== "invoice";
}

function endedSays(fact: FactOf<"job_completed">, job: JobContext, name: string): readonly Say[] {
  const agent: Speaker = { kind: "agent", agentId: job.agentId };
  const system: Speaker = { kind: "system" };
  const owed: Say[] =
    fact.refundSats > 0 && !goesBackByItself(job)
      ? [{ speaker: system, text: `${name} refund: ${formatSats(fact.refundSats)}`, offers: "claim_refund" }]
      : [];
  const why = fact.error === undefined ? "" : `: ${fact.error}`;
  switch (fact.outcome) {
    case "completed":
      return [
        ...(fact.result === undefined ? [] : [{ speaker: agent, text: fact.result }]),
        ...(fact.actualCostSats === undefined
          ? []
          : [
              {
                speaker: agent,
                text: `Done. Actual cost: ${formatSats(fact.actualCostSats)}, refund: ${formatSats(fact.refundSats)}`,
              },
            ]),
        ...owed,
      ];
    case "rejected":
      return [
        { speaker: agent, text: fact.error ?? "I can't do this." },
        { speaker: system, text: `${name} rejected` },
        ...owed,
      ];
    case "failed":
      return [{ speaker: system, text: `${name} failed${why}` }, ...owed];
    case "expired":
      return [{ speaker: system, text: `${name} closed: not paid in time` }, ...owed];
    case "cancelled":
      return [{ speaker: system, text: `${name} cancelled` }, ...owed];
  }
}
