import type { JobAction, JobView } from "../../job/view.ts";
import type { JobId } from "../../protocol/ids.ts";
import type { IntentDraft, MatrixState, Send } from "../state/model.ts";

/** What was asked of the tower from here and is not yet answered, so that buttons can say so. */
export interface Asks {
  /** Sends an intent under a name; while one of that name is in flight it sends nothing. */
  ask(name: string, intent: IntentDraft): void;
  /** Whether the intent of that name is still in flight. */
  isSending(name: string): boolean;
  /** The refusal of the last intent of that name, if that is how it ended. */
  refusal(name: string): string | undefined;
  /** Forgets what came of a name. */
  forget(name: string): void;
}

export function createAsks(state: Pick<MatrixState, "sending" | "notices">, send: Send): Asks {
  const requestIds = new Map<string, string>();

  const isSending = (name: string): boolean => {
    const requestId = requestIds.get(name);
    return requestId !== undefined && state.sending.get().has(requestId);
  };

  return {
    ask(name, intent) {
      if (!isSending(name)) requestIds.set(name, send(intent));
    },
    isSending,
    refusal(name) {
      const requestId = requestIds.get(name);
      return requestId === undefined
        ? undefined
        : state.notices.get().find((notice) => notice.id === requestId)?.message;
    },
    forget(name) {
      requestIds.delete(name);
    },
  };
}

/** The name that an action on a job is asked under. */
export const actionName = (jobId: JobId, action: JobAction): string => `${action}:${jobId}`;

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
