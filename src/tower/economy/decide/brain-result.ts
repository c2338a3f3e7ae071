import { shortJobId } from "../../../job/chat.ts";
import type { JobRecord, Price } from "../../../protocol/records.ts";
import type { Msat, Sats } from "../../../protocol/units.ts";
import { both, type Decision, decision, effectKey } from "./decision.ts";
import { endWork } from "./end-work.ts";
import { priceFundedWork } from "./fund-job.ts";

/** An evaluation's verdict as the economy needs it: priced. */
export type PricedVerdict =
  | { readonly kind: "accepted"; readonly note: string; readonly amountSats: Sats; readonly price: Price }
  | { readonly kind: "rejected"; readonly reason: string };

const used = (job: JobRecord, cost: Msat): Decision =>
  decision({
    moves: cost > 0n ? [{ kind: "brain_used", jobId: job.jobId, agentId: job.agentId, cost }] : [],
  });

/**
 * The verdict is in. Accepted: the work's invoice is to be made, with its price locked; of a job that is funded ahead it is
 * paid at once. Rejected: the job ends, says why, and keeps the evaluation's fee. `expense` is what evaluating cost the tower,
 * `queue` how many jobs stand before this one when its agent is busy, else undefined.
 */
export function verdictIn(
  job: JobRecord,
  verdict: PricedVerdict,
  expense: Msat,
  queue: number | undefined,
): Decision {
  if (verdict.kind === "rejected") {
    return both(used(job, expense), endWork(job, { outcome: "rejected", error: verdict.reason }, []));
  }
  if (job.funding !== "invoice") return both(used(job, expense), priceFundedWork(job, verdict, queue));
  return both(
    used(job, expense),
    decision({
      effects: [
        {
          kind: "make_invoice",
          key: effectKey.makeInvoice(job.jobId, "work"),
          jobId: job.jobId,
          invoiceType: "work",
          amountSats: verdict.amountSats,
          description: verdict.note,
          price: verdict.price,
        },
      ],
    }),
  );
}

/** The work is done: what it used is earned, the rest is owed back. */
export function workDone(
  job: JobRecord,
  work: { readonly text: string; readonly usedSats: Sats },
  expense: Msat,
  queue: readonly JobRecord[],
): Decision {
  return both(
    used(job, expense),
    endWork(job, { outcome: "completed", result: work.text, usedSats: work.usedSats }, queue),
  );
}

/** A brain that was cut off used something too: the tower bears it, the payer does not. */
export const attemptLost = (job: JobRecord, expense: Msat): Decision => used(job, expense);

/** The sentence for a job whose agent crashed too often. */
export const crashedTooOften = (job: JobRecord, attempts: number): string =>
  `The agent broke off ${attempts} times on job ${shortJobId(job.jobId)}; what you paid for it is yours to claim back.`;
