import { setTimeout as pause } from "node:timers/promises";
import type { Answer, JsonClient } from "../json-client.ts";
import { createTries, type Failed } from "../tries.ts";
import type { SettlementHint } from "../wallet.ts";
import { InvoiceSchema, resultOf, understood } from "./answers.ts";

/**
 * Tells of settled invoices as LND streams them. The cursor is LND's own settle index: from it on, LND sends again what was settled. Without
 * one, what is settled while a first stream is broken is left to the sweep. Returns its own undo.
 */
export function followSettled(
  parts: {
    readonly client: JsonClient;
    readonly key: string;
    readonly reopenMs: number;
    readonly failed: Failed | undefined;
  },
  listener: (hint: SettlementHint) => void,
  after?: string,
): () => void {
  const { client, key, reopenMs } = parts;
  /** It works once something is heard: until the first invoice a stream that is open says nothing. */
  const tries = createTries("LND cannot be heard telling what was settled", parts.failed);
  const ending = new AbortController();
  let cursor = after !== undefined && /^\d{1,19}$/.test(after) ? after : "0";

  async function follow(): Promise<void> {
    // An index of 0 asks for nothing old. The answer has no head until the first invoice, so no time is set for it.
    const path = `/v1/invoices/subscribe?settle_index=${cursor}`;
    for await (const answer of client.lines(path, key, { signal: ending.signal })) {
      const invoice = read(answer);
      // New invoices are streamed too.
      if (invoice?.state !== "SETTLED") continue;
      cursor = String(invoice.settle_index);
      if (ending.signal.aborted) return;
      listener({ paymentHash: invoice.r_hash, cursor });
    }
    throw new Error("the stream was ended");
  }

  /** One that cannot be read must not hide those after it. */
  function read(answer: Answer) {
    try {
      const { result } = understood(answer, resultOf(InvoiceSchema));
      tries.worked();
      return result;
    } catch (error) {
      tries.failed(error);
      return undefined;
    }
  }

  const run = (): void => {
    // It goes on for ever, so it ends only by failing.
    follow().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      // A stream that breaks is opened again where it was; the sweep finds what was missed.
      pause(reopenMs, undefined, { signal: ending.signal }).then(run, () => {
        // It was ended.
      });
      tries.failed(error);
    });
  };
  run();
  return () => ending.abort();
}
