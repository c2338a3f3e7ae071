import { shortJobId } from "../../../job/chat.ts";
import type { JobView } from "../../../job/view.ts";
import { formatSats } from "../../../protocol/format.ts";
import { LEAST_PAYOUT_SATS } from "../../../protocol/limits.ts";
import type { RefundPhase } from "../../../protocol/records.ts";
import type { Sats } from "../../../protocol/units.ts";
import { type Ask, actionName, intentOf, type Payee } from "../asks.ts";
import type { Card, HudContext } from "../context.ts";
import { COLOR } from "../kit/theme.ts";
import type { Choice } from "./card-blocks.ts";

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

/** How what is owed can be got. */
export interface Claim {
  readonly amountSats: Sats;
  /** The name it is asked under. */
  readonly name: string;
  /** Whether a session of one's own can take it. */
  readonly isForSession: boolean;
  to(payee: Payee): Ask["intent"];
}

/** What the card of an invoice or a refund shows, of a job or of a session. */
export interface CardView {
  /** Names what the card is about, so that its state can be watched. */
  readonly key: string;
  readonly kind: CardKind;
  /** What it belongs to, such as `JOB a4f2…`. */
  readonly subject: string;
  readonly title: string;
  readonly amountSats: Sats;
  /** What it is for, or what came of it. */
  readonly words: string;
  readonly color: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  /** The BOLT11 invoice; undefined when nothing waits to be paid. */
  readonly paymentRequest: string | undefined;
  /** Pays it from the own purse. */
  readonly pay: Ask | undefined;
  readonly claim: Claim | undefined;
  /** What else can be done than to pay it: the first of them where there is room for one alone. */
  readonly others?: readonly Choice[];
}

/** The open card of a job; undefined when none is, or when its job is not known here. */
export function cardView({
  state,
  ui,
  asks,
}: Pick<HudContext, "state" | "ui" | "asks">): CardView | undefined {
  const { card } = ui.get();
  if (card === undefined || card.kind === "session") return undefined;
  const job = state.jobs.get().find(({ jobId }) => jobId === card.jobId);
  if (job === undefined) return undefined;
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
  const action = invoiceType === "eval" ? "pay_eval" : "pay_work";
  const name = actionName(job.jobId, action);
  const common = {
    key: `${invoiceType}:${job.jobId}`,
    subject: `JOB ${shortJobId(job.jobId)}`,
    amountSats,
    expiresAt: invoice.expiresAt === undefined ? undefined : Date.parse(invoice.expiresAt),
    paymentRequest: invoice.paymentRequest,
    pay: { name, intent: intentOf(job, action) },
    claim: undefined,
  };
  switch (invoice.state) {
    case "open":
      if (!job.allowed.includes(action)) {
        return { ...common, kind: "expired", title: "NO LONGER DUE", words: job.why, color: COLOR.line };
      }
      return {
        ...common,
        kind: asks.isSending(name) ? "paying" : "new",
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
        claim: claimOf(job),
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

/** How this person gets what a job owes; undefined while it owes nothing that is not on its way. */
const claimOf = (job: JobView): Claim | undefined =>
  job.allowed.includes("claim_refund")
    ? {
        amountSats: job.owedSats,
        name: actionName(job.jobId, "claim_refund"),
        isForSession: true,
        to: (payee) => ({ type: "refund_claim", jobId: job.jobId, ...payee }),
      }
    : undefined;

function refundView(job: JobView, asks: HudContext["asks"], isPlay: boolean): CardView {
  return owedView(
    {
      key: `refund:${job.jobId}`,
      subject: `JOB ${shortJobId(job.jobId)}`,
      words: job.why,
      refund: job.refund,
      owedSats: job.owedSats,
      paidBackSats: job.paidBackSats,
      claim: claimOf(job),
    },
    asks,
    isPlay,
  );
}

/** Whether Lightning would not pay it out and a session can take it. */
export const isOnlyForSession = ({ isForSession, amountSats }: Claim, isPlay: boolean): boolean =>
  isForSession && !isPlay && amountSats < LEAST_PAYOUT_SATS;

/** Something that owes sats back, or did. */
interface Owing {
  readonly key: string;
  readonly subject: string;
  readonly words: string;
  readonly refund: RefundPhase;
  readonly owedSats: Sats;
  readonly paidBackSats: Sats;
  readonly claim: Claim | undefined;
}

/** The card of what is owed back: to be claimed, on its way, not known, or back. */
export function owedView(owing: Owing, asks: HudContext["asks"], isPlay: boolean): CardView {
  const { refund, owedSats, paidBackSats, claim, ...rest } = owing;
  const common = {
    ...rest,
    expiresAt: undefined,
    paymentRequest: undefined,
    pay: undefined,
    claim: undefined,
    title: "REFUND",
    amountSats: owedSats,
    color: COLOR.amber,
  };
  switch (refund) {
    case "owed": {
      const kind = claim !== undefined && asks.isSending(claim.name) ? "refund_sending" : "refund_owed";
      // Play sats go to the purse by a tap; a real wallet is nowhere known here.
      const words = isPlay
        ? rest.words
        : claim !== undefined && isOnlyForSession(claim, isPlay)
          ? `Less than ${formatSats(LEAST_PAYOUT_SATS)} is not paid out over Lightning. Put it in a session: there every sat counts.`
          : `Make an invoice for exactly ${formatSats(owedSats)} with your wallet and paste it here, or write your Lightning Address.`;
      return { ...common, kind, words, claim };
    }
    case "paying":
      return { ...common, kind: "refund_sending" };
    case "unknown":
      return { ...common, kind: "refund_unknown" };
    case "paid":
    case "credited":
    case "none":
      return {
        ...common,
        kind: "refunded",
        title: "REFUNDED",
        amountSats: paidBackSats,
        color: COLOR.accent,
      };
  }
}
