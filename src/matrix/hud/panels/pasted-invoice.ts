import type { JobId } from "../../../protocol/ids.ts";
import type { HudContext } from "../context.ts";
import { needsOf } from "../needs.ts";

/** A BOLT 11 invoice on its own, as wallets copy it: with or without the scheme, in either case. */
const INVOICE = /^(?:lightning:)?(ln(?:bcrt|bc|tbs|tb)\d[0-9a-z]{100,4000})$/i;

/** The invoice that a text is, if it is one and nothing else. */
export const pastedInvoice = (text: string): string | undefined =>
  INVOICE.exec(text.trim())?.[1]?.toLowerCase();

/** The job whose refund an invoice would be for: the one on the card, or else the first that is owed to this person. */
export function owedJob({ state, ui }: Pick<HudContext, "state" | "ui">): JobId | undefined {
  const { card } = ui.get();
  if (card?.kind === "refund") return card.jobId;
  return needsOf(state).find(({ action }) => action === "claim_refund")?.job.jobId;
}
