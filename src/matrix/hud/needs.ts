import type { JobView } from "../../job/view.ts";
import { SESSION_PAUSE_SATS } from "../../protocol/limits.ts";
import type { InvoiceRecord, SessionRecord } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { MatrixState, Me } from "../state/model.ts";
import type { Card, HudContext } from "./context.ts";

/** What a job waits for from this person: an invoice to pay or a refund to claim. */
export interface JobNeed {
  readonly action: "pay_eval" | "pay_work" | "claim_refund";
  readonly job: JobView;
  readonly amountSats: Sats;
}

/** What a session waits for: its invoice to be paid, what it owes to be claimed, or more sats. */
interface SessionNeed {
  readonly action: "pay_session" | "claim_session" | "top_up";
  readonly session: SessionRecord;
  readonly amountSats: Sats;
}

/** Something that waits for this person. */
export type Need = JobNeed | SessionNeed;

/** Whether this person pays for a job and gets its refund. */
export const isMine = (job: JobView, me: Me): boolean =>
  me.role !== "kiosk" && job.ownerId !== undefined && job.ownerId === me.ownerId;

/** The invoice that an action pays. */
export const invoiceOf = (job: JobView, action: "pay_eval" | "pay_work"): InvoiceRecord | undefined =>
  action === "pay_eval" ? job.evalInvoice : job.workInvoice;

/** Whether a session will soon take no more requests, or takes none now. What is set aside mostly comes back. */
export const isLow = ({ state, balanceSats, reservedSats }: SessionRecord): boolean =>
  state === "paused" || (state === "active" && balanceSats + reservedSats < 2 * SESSION_PAUSE_SATS);

const RANK: Readonly<Record<Need["action"], number>> = {
  pay_work: 0,
  pay_eval: 1,
  pay_session: 2,
  claim_refund: 3,
  claim_session: 4,
  top_up: 5,
};

interface Present extends Pick<HudContext, "now" | "wakeAt"> {
  readonly state: Pick<MatrixState, "jobs" | "me" | "sessions" | "session">;
}

/** What a session's invoice asks for, while it can be paid; asks to be looked at again when it no longer can. */
function askedBy(
  { paymentRequest, amountSats, invoiceExpiresAt }: SessionRecord,
  { now, wakeAt }: Present,
): Sats | undefined {
  if (paymentRequest === undefined) return undefined;
  if (invoiceExpiresAt === undefined) return amountSats;
  const expiresAt = Date.parse(invoiceExpiresAt);
  if (now() >= expiresAt) return undefined;
  wakeAt(expiresAt);
  return amountSats;
}

/**
 * What waits for this person, most pressing first: work that only waits for its payment, then evaluations, then a
 * session's invoice, then refunds, then a session running low; among equals the one that has waited longest.
 */
export function needsOf(present: Present): readonly Need[] {
  const { state } = present;
  const me = state.me.get();
  if (me.role === "kiosk") return [];
  const needs: Need[] = [];
  for (const job of state.jobs.get()) {
    if (!isMine(job, me)) continue;
    for (const action of job.allowed) {
      if (action === "claim_refund") needs.push({ action, job, amountSats: job.owedSats });
      if (action !== "pay_eval" && action !== "pay_work") continue;
      const invoice = invoiceOf(job, action);
      if (invoice !== undefined) needs.push({ action, job, amountSats: invoice.amountSats });
    }
  }
  const current = state.session.get();
  const asked = current && askedBy(current, present);
  if (current !== undefined && asked !== undefined)
    needs.push({ action: "pay_session", session: current, amountSats: asked });
  if (current !== undefined && isLow(current))
    needs.push({ action: "top_up", session: current, amountSats: current.balanceSats });
  for (const session of state.sessions.get())
    if (session.refund === "owed" && session.owedSats > 0)
      needs.push({ action: "claim_session", session, amountSats: session.owedSats });
  const seqOf = (need: Need): number => ("job" in need ? need.job.seq : 0);
  return needs.sort((a, b) => RANK[a.action] - RANK[b.action] || seqOf(a) - seqOf(b));
}

/** The card that shows a need and what can be done about it. */
export function cardOf(need: Need): Card {
  switch (need.action) {
    case "pay_eval":
      return { kind: "invoice", jobId: need.job.jobId, invoiceType: "eval" };
    case "pay_work":
      return { kind: "invoice", jobId: need.job.jobId, invoiceType: "work" };
    case "claim_refund":
      return { kind: "refund", jobId: need.job.jobId };
    case "pay_session":
      return { kind: "session", page: need.session.state === "awaiting_payment" ? "home" : "topup" };
    case "top_up":
      return { kind: "session", page: "home" };
    case "claim_session":
      return { kind: "session", sessionId: need.session.sessionId, page: "home" };
  }
}
