import type { JobFact } from "../../protocol/facts.ts";
import type { RequestId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { Batch } from "./batch.ts";
import type { Readable } from "./model.ts";

/** The intents that are under way. */
export interface Sending {
  readonly ids: Readable<ReadonlySet<string>>;
  sent(intent: Intent): void;
  answered(requestId: RequestId): void;
  /** A fact came: what asked for it is under way no more. */
  happened(fact: JobFact): void;
}

export function createSending(batch: Batch): Sending {
  const intents = new Map<RequestId, Intent>();
  const ids = batch.view((): ReadonlySet<string> => new Set(intents.keys()));
  const answered = (requestId: RequestId) => {
    if (intents.delete(requestId)) ids.invalidate();
  };
  return {
    ids,
    sent(intent) {
      intents.set(intent.requestId, intent);
      ids.invalidate();
    },
    answered,
    happened(fact) {
      if (intents.size === 0) return;
      for (const intent of [...intents.values()]) if (isAnswer(fact, intent)) answered(intent.requestId);
    },
  };
}

/** Whether a fact is what an intent asked for. */
function isAnswer(fact: JobFact, intent: Intent): boolean {
  switch (fact.type) {
    case "job_started":
      return fact.requestId === intent.requestId;
    case "invoice_settled":
      return (
        intent.type === "pay_invoice" &&
        intent.jobId === fact.jobId &&
        intent.invoiceType === fact.invoiceType
      );
    case "refund_claimed":
    case "refund_settled":
      return intent.type === "refund_claim" && intent.jobId === fact.jobId;
    case "job_completed":
      return "jobId" in intent && intent.jobId === fact.jobId && intent.type !== "refund_claim";
    default:
      return false;
  }
}
