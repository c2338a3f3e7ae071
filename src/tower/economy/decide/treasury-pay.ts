import { shortJobId } from "../../../job/chat.ts";
import { invoiceOf } from "../../../job/context.ts";
import type { FactOf } from "../../../protocol/facts.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { InvoiceType, JobRecord } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, satsDown, toMsat } from "../../../protocol/units.ts";
import { type Decision, decision } from "./decision.ts";
import { nextStep } from "./invoice.ts";

/**
 * The treasury pays what a job waits for. Refuses with `unknown_invoice`, `already_paid`, `illegal_event` when nothing is due, and
 * `treasury_too_low`. `queue` is how many jobs stand before this one when its agent is busy, else undefined.
 */
export function payFromTreasury(
  job: JobRecord,
  invoiceType: InvoiceType,
  treasury: Msat,
  queue: number | undefined,
): Decision {
  const { jobId } = job;
  const invoice = invoiceOf(job, invoiceType);
  if (invoice === undefined) {
    refuse("unknown_invoice", `Job ${shortJobId(jobId)} has no ${invoiceType} invoice to pay.`);
  }
  if (invoice.state === "settled" || invoice.state === "settled_late") {
    refuse("already_paid", `The ${invoiceType} invoice of job ${shortJobId(jobId)} is paid already.`);
  }
  const awaited = invoiceType === "eval" ? "awaiting_eval_payment" : "awaiting_work_payment";
  if (job.phase !== awaited || invoice.state !== "open") {
    refuse("illegal_event", `Job ${shortJobId(jobId)} does not wait for its ${invoiceType} invoice.`);
  }
  const due = toMsat(invoice.amountSats);
  if (treasury < due) {
    refuse(
      "treasury_too_low",
      `The treasury has ${formatSats(Math.max(0, satsDown(treasury)))}, and ${formatSats(invoice.amountSats)} is due.`,
    );
  }
  const paid: FactOf<"invoice_settled"> = {
    type: "invoice_settled",
    jobId,
    invoiceType,
    amountSats: invoice.amountSats,
    onTime: true,
    paidBy: "treasury",
  };
  const waits = invoiceType === "work" && queue !== undefined;
  return decision({
    facts: [waits ? { ...paid, queuePlace: queue + 1 } : paid],
    moves: [{ kind: "treasury_paid", jobId, due }],
    effects: waits ? [] : [nextStep(jobId, invoiceType)],
  });
}
