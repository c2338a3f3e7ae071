import type { JobView } from "../../../job/view.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { InvoiceRecord } from "../../../protocol/records.ts";
import type { Sats } from "../../../protocol/units.ts";
import { actionName } from "../asks.ts";
import type { Card, HudContext } from "../context.ts";
import { COLOR } from "../kit/theme.ts";

/** Every state of the card, each with a look of its own. */
export type CardKind =
  | "new"
  | "paying"
  | "paid"
  | "paid_late"
  | "expired"
  | "refund_owed"
  | "refund_sending"
  | "refund_unknown"
  | "refunded";

/** What the card shows, worked out from the job alone. */
export interface CardView {
  /** Names what the card is about, so that its state can be watched. */
  readonly key: string;
  readonly kind: CardKind;
  readonly job: JobView;
  readonly invoice: InvoiceRecord | undefined;
  readonly title: string;
  readonly amountSats: Sats;
  /** What it is for, or what came of it. */
  readonly words: string;
  readonly color: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** The open card; undefined when none is, or when its job is not known here. */
export function cardView({
  state,
  ui,
  asks,
}: Pick<HudContext, "state" | "ui" | "asks">): CardView | undefined {
  const { card } = ui.get();
  const job = card === undefined ? undefined : state.jobs.get().find(({ jobId }) => jobId === card.jobId);
  if (card === undefined || job === undefined) return undefined;
  const isPlay = state.me.get().playSats;
  return card.kind === "refund" ? refundView(job, asks, isPlay) : invoiceView(job, card, asks);
}

function invoiceView(
  job: JobView,
  { invoiceType }: Extract<Card, { kind: "invoice" }>,
  asks: HudContext["asks"],
): CardView | undefined {
  const invoice = invoiceType === "eval" ? job.evalInvoice : job.workInvoice;
  if (invoice === undefined) return undefined;
  const { amountSats } = invoice;
  const what = invoiceType === "eval" ? "evaluation" : "work";
  const common = {
    key: `${invoiceType}:${job.jobId}`,
    job,
    invoice,
    amountSats,
    expiresAt: invoice.expiresAt === undefined ? undefined : Date.parse(invoice.expiresAt),
  };
  const isSending = asks.isSending(actionName(job.jobId, invoiceType === "eval" ? "pay_eval" : "pay_work"));
  switch (invoice.state) {
    case "open":
      if (!job.allowed.includes(invoiceType === "eval" ? "pay_eval" : "pay_work")) {
        return { ...common, kind: "expired", title: "NO LONGER DUE", words: job.why, color: COLOR.line };
      }
      return {
        ...common,
        kind: isSending ? "paying" : "new",
        title: invoiceType === "eval" ? "EVAL INVOICE" : "WORK INVOICE",
        words: invoice.description ?? job.request ?? `The ${what} of this job.`,
        color: COLOR.amber,
      };
    case "settled":
      return { ...common, kind: "paid", title: "PAID", words: job.why, color: COLOR.accent };
    case "settled_late":
      return {
        ...common,
        kind: "paid_late",
        title: "PAID TOO LATE",
        words:
          job.refund === "owed"
            ? `It arrived after the invoice had expired. ${formatSats(job.owedSats)} is yours to claim back.`
            : `It arrived after the invoice had expired. ${job.why}`,
        color: COLOR.amber,
      };
    case "expired":
      return {
        ...common,
        kind: "expired",
        title: "EXPIRED",
        words: "It was not paid in time. Nothing was charged; ask again for a new one.",
        color: COLOR.line,
      };
  }
}

function refundView(job: JobView, asks: HudContext["asks"], isPlay: boolean): CardView {
  const common = {
    key: `refund:${job.jobId}`,
    job,
    invoice: undefined,
    expiresAt: undefined,
    words: job.why,
  };
  switch (job.refund) {
    case "owed": {
      const isSending = asks.isSending(actionName(job.jobId, "claim_refund"));
      const kind = isSending ? "refund_sending" : "refund_owed";
      // Play sats go to the purse by a tap; a real wallet is nowhere known here.
      const words = isPlay
        ? job.why
        : `Make an invoice for exactly ${formatSats(job.owedSats)} with your wallet, paste it where you ask, and send it.`;
      return { ...common, kind, words, title: "REFUND", amountSats: job.owedSats, color: COLOR.amber };
    }
    case "paying":
      return {
        ...common,
        kind: "refund_sending",
        title: "REFUND",
        amountSats: job.owedSats,
        color: COLOR.amber,
      };
    case "unknown":
      return {
        ...common,
        kind: "refund_unknown",
        title: "REFUND",
        amountSats: job.owedSats,
        color: COLOR.amber,
      };
    case "paid":
    case "credited":
    case "none":
      return {
        ...common,
        kind: "refunded",
        title: "REFUNDED",
        amountSats: job.paidBackSats,
        color: COLOR.accent,
      };
  }
}
