import { setTimeout as pause } from "node:timers/promises";
import * as v from "valibot";
import type { JsonClient } from "../json-client.ts";
import type { SettlementHint } from "../wallet.ts";
import { InvoiceSchema, resultOf } from "./answers.ts";

/**
 * Tells of settled invoices as LND streams them. The cursor is LND's own settle index: from it on, LND sends again what was settled. Without
 * one, what is settled while a first stream is broken is left to the sweep. Returns its own undo.
 */
export function followSettled(
  { client, key, reopenMs }: { readonly client: JsonClient; readonly key: string; readonly reopenMs: number },
  listener: (hint: SettlementHint) => void,
  after?: string,
): () => void {
  const ending = new AbortController();
  let cursor = after !== undefined && /^\d{1,19}$/.test(after) ? after : "0";

  async function follow(): Promise<void> {
    // An index of 0 asks for nothing old. The answer has no head until the first invoice, so no time is set for it.
    const path = `/v1/invoices/subscribe?settle_index=${cursor}`;
    for await (const { status, body } of client.lines(path, key, { signal: ending.signal })) {
      const read = status === 200 ? v.safeParse(resultOf(InvoiceSchema), body) : undefined;
      // New invoices are streamed too.
      if (!read?.success || read.output.result.state !== "SETTLED") continue;
      const { r_hash: paymentHash, settle_index } = read.output.result;
      cursor = String(settle_index);
      if (ending.signal.aborted) return;
      listener({ paymentHash, cursor });
    }
  }

  const run = (): void => {
    const again = () =>
      pause(reopenMs, undefined, { signal: ending.signal }).then(run, () => {
        // It was ended.
      });
    // A stream that breaks is opened again where it was; the sweep finds what was missed.
    follow().then(again, again);
  };
  run();
  return () => ending.abort();
}
