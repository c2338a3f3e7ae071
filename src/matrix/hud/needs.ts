import type { JobView } from "../../job/view.ts";
import type { InvoiceRecord } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { MatrixState, Me } from "../state/model.ts";

/** Something that waits for this person: an invoice to pay or a refund to claim. */
export interface Need {
  readonly job: JobView;
  readonly action: "pay_eval" | "pay_work" | "claim_refund";
  readonly amountSats: Sats;
}

/** Whether this person pays for a job and gets its refund. */
export const isMine = (job: JobView, me: Me): boolean =>
  me.role !== "kiosk" && job.ownerId !== undefined && job.ownerId === me.ownerId;

/** The invoice that an action pays. */
export const invoiceOf = (job: JobView, action: "pay_eval" | "pay_work"): InvoiceRecord | undefined =>
  action === "pay_eval" ? job.evalInvoice : job.workInvoice;

/**
 * What waits for this person, most pressing first: work that only waits for its payment, then evaluations, then
 * refunds; among equals the one that has waited longest.
 */
export function needsOf(state: Pick<MatrixState, "jobs" | "me">): readonly Need[] {
  const me = state.me.get();
  const rank = { pay_work: 0, pay_eval: 1, claim_refund: 2 } as const;
  const needs: Need[] = [];
  for (const job of state.jobs.get()) {
    if (!isMine(job, me)) continue;
    for (const action of job.allowed) {
      if (action === "claim_refund") needs.push({ job, action, amountSats: job.owedSats });
      if (action !== "pay_eval" && action !== "pay_work") continue;
      const invoice = invoiceOf(job, action);
      if (invoice !== undefined) needs.push({ job, action, amountSats: invoice.amountSats });
    }
  }
  return needs.sort((a, b) => rank[a.action] - rank[b.action] || a.job.seq - b.job.seq);
}
