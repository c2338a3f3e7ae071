import type { JobId } from "../../../protocol/ids.ts";
import type { Payee } from "../asks.ts";
import type { HudContext } from "../context.ts";
import { needsOf } from "../needs.ts";

/** A BOLT 11 invoice on its own, as wallets copy it: with or without the scheme, in either case. */
const INVOICE = /^(?:lightning:)?(ln(?:bcrt|bc|tbs|tb)\d[0-9a-z]{100,4000})$/i;

/** The invoice that a text is, if it is one and nothing else. */
export const pastedInvoice = (text: string): string | undefined =>
  INVOICE.exec(text.trim())?.[1]?.toLowerCase();

/** A Lightning Address (LUD-16), as it is written for mail; whether somebody answers there only asking tells. */
const ADDRESS = /^[^\s@]{1,64}@[^\s@]{1,255}$/;

/** Who is to be paid, by what somebody wrote: an invoice or a Lightning Address; undefined when it is neither. */
export function payeeIn(text: string): Payee | undefined {
  const paymentRequest = pastedInvoice(text);
  if (paymentRequest !== undefined) return { paymentRequest };
  const written = text.trim().replace(/^lightning:/i, "");
  return ADDRESS.test(written) ? { lightningAddress: written } : undefined;
}

/** The job whose refund an invoice would be for: the one on the card, or else the first that is owed to this person. */
export function owedJob(context: Pick<HudContext, "state" | "ui" | "now" | "wakeAt">): JobId | undefined {
  const { card } = context.ui.get();
  if (card?.kind === "refund") return card.jobId;
  for (const need of needsOf(context)) if (need.action === "claim_refund") return need.job.jobId;
  return undefined;
}
