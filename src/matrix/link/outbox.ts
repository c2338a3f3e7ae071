import type { RequestId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";

/** How many unanswered intents are kept: more than a person can mean. */
const MAX_UNANSWERED = 100;
/** How often one is sent before it is given up: whatever the tower does with it, it does not answer. */
const MAX_SENDINGS = 4;

/** The intents that the tower has not answered. They are sent again, as they were, after every reconnection. */
export interface Outbox {
  /** False when it is full: the intent is then not kept. */
  keep(intent: Intent): boolean;
  /** Counts one more sending. False when there have been enough: it is then no longer kept. */
  isWorthSending(requestId: RequestId): boolean;
  answered(requestId: RequestId): void;
  unanswered(): readonly Intent[];
}

export function createOutbox(): Outbox {
  const kept = new Map<RequestId, { readonly intent: Intent; sendings: number }>();
  return {
    keep(intent) {
      if (kept.size >= MAX_UNANSWERED) return false;
      kept.set(intent.requestId, { intent, sendings: 0 });
      return true;
    },
    isWorthSending(requestId) {
      const entry = kept.get(requestId);
      if (entry === undefined) return false;
      entry.sendings += 1;
      if (entry.sendings <= MAX_SENDINGS) return true;
      kept.delete(requestId);
      return false;
    },
    answered: (requestId) => kept.delete(requestId),
    unanswered: () => Array.from(kept.values(), ({ intent }) => intent),
  };
}
