import type { JobAction, JobView } from "../../job/view.ts";
import type { JobId } from "../../protocol/ids.ts";
import type { IntentDraft, MatrixState, Notice, Send } from "../state/model.ts";
import { advised } from "./advice.ts";

/** What was asked of the tower from here and is not yet answered, so that buttons can say so. */
export interface Asks {
  /** Sends an intent under a name; while one of that name is in flight it sends nothing. */
  ask(name: string, intent: IntentDraft): void;
  /** Whether the intent of that name is still in flight. */
  isSending(name: string): boolean;
  /** Why the last intent of that name was refused, if it was, and what can be done about it. */
  refusal(name: string): string | undefined;
  /** That refusal as it came. */
  refused(name: string): Notice | undefined;
  /** Forgets what came of a name. */
  forget(name: string): void;
  /** Forgets why a name was refused, if it was: nobody is to read it the next time. */
  forgetRefusal(name: string): void;
}

export function createAsks(state: Pick<MatrixState, "sending" | "notices">, send: Send): Asks {
  const requestIds = new Map<string, string>();

  const isSending = (name: string): boolean => {
    const requestId = requestIds.get(name);
    return requestId !== undefined && state.sending.get().has(requestId);
  };

  const refused = (name: string): Notice | undefined => {
    const requestId = requestIds.get(name);
    return requestId === undefined
      ? undefined
      : state.notices.get().find((notice) => notice.id === requestId);
  };

  return {
    ask(name, intent) {
      if (!isSending(name)) requestIds.set(name, send(intent));
    },
    isSending,
    refusal(name) {
      const notice = refused(name);
      return notice && advised(notice);
    },
    refused,
    forget(name) {
      requestIds.delete(name);
    },
    forgetRefusal(name) {
      if (!isSending(name)) requestIds.delete(name);
    },
  };
}

/** The name that an action on a job is asked under. */
export const actionName = (jobId: JobId, action: JobAction): string => `${action}:${jobId}`;

/** Where sats go back to: the own purse on play sats when it says nothing. */
export type Payee = Pick<
  Extract<IntentDraft, { type: "refund_claim" }>,
  "paymentRequest" | "lightningAddress" | "sessionId"
>;

/** Something that can be asked, and the name it is asked under. */
export interface Ask {
  readonly name: string;
  readonly intent: IntentDraft;
}

/** The intent that an action on a job means. On play sats a refund goes to the person's own purse. */
export function intentOf(job: JobView, action: JobAction): IntentDraft {
  const { jobId, agentId } = job;
  switch (action) {
    case "pay_eval":
      return { type: "pay_invoice", jobId, invoiceType: "eval" };
    case "pay_work":
      return { type: "pay_invoice", jobId, invoiceType: "work" };
    case "claim_refund":
      return { type: "refund_claim", jobId };
    case "cancel":
      return { type: "job_cancel", jobId };
    case "abort":
      return { type: "agent_control", agentId, action: "abort", jobId };
  }
}
