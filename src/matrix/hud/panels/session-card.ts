import { formatSats } from "../../../protocol/format.ts";
import type { SessionRecord } from "../../../protocol/records.ts";
import { type Card, type HudContext, patchUi } from "../context.ts";
import { text } from "../kit/build.ts";
import { COLOR, SIZE } from "../kit/theme.ts";
import { type Block, buttonsBlock, type Choice, wordsBlock } from "./card-blocks.ts";
import type { CardView } from "./invoice-state.ts";
import { createSessionForms, type SessionForm } from "./session-forms.ts";
import {
  endText,
  lowText,
  sessionGone,
  sessionInvoice,
  sessionPaid,
  sessionRefund,
} from "./session-state.ts";

/** What the card of a session shows: an invoice or a refund as any other, or a page of its own. */
export type SessionSight = { readonly view: CardView } | { readonly form: SessionForm };

/** What was seen of the session last, while its card is open. */
interface Watched {
  readonly session: SessionRecord;
  /** An invoice of it that has been paid just now, until the moment of joy is over. */
  readonly paid: CardView | undefined;
}

/** Works out what the card of a session shows. */
export function createSessionCard(context: HudContext) {
  const { state, ui, asks, now } = context;
  const forms = createSessionForms(context);
  let watched: Watched | undefined;

  const find = ({ sessionId }: Extract<Card, { kind: "session" }>): SessionRecord | undefined => {
    const all = state.sessions.get();
    if (sessionId !== undefined) return all.find((one) => one.sessionId === sessionId);
    // What is watched stays in sight when it ends, also where another waits to be claimed.
    const followed = all.find((one) => one.sessionId === watched?.session.sessionId);
    return state.session.get() ?? followed ?? (watched === undefined ? all[0] : undefined);
  };

  /** Notices that an invoice is gone because it was paid. */
  function watch(session: SessionRecord): void {
    const before = watched?.session;
    const { paymentRequest, amountSats } = before ?? {};
    const isPaid =
      before?.sessionId === session.sessionId &&
      paymentRequest !== undefined &&
      amountSats !== undefined &&
      paymentRequest !== session.paymentRequest &&
      session.balanceSats + session.reservedSats > before.balanceSats + before.reservedSats;
    const paid = isPaid ? sessionPaid(paymentRequest, amountSats) : watched?.paid;
    watched = { session, paid: before?.sessionId === session.sessionId ? paid : undefined };
  }

  function overview(session: SessionRecord, width: number): SessionForm {
    const isPaused = session.state === "paused";
    const disabled = state.link.get().status !== "live";
    const low = lowText(session);
    const end = endText(session, context);
    const open = (page: "topup" | "close" | "recover") => () =>
      patchUi(ui, { card: { kind: "session", page } });
    const invoice = sessionInvoice(session, context);
    return {
      title: "SESSION",
      blocks: [
        balance(session),
        ...(session.reservedSats > 0
          ? [
              wordsBlock(context, {
                key: "reserved",
                words: `${formatSats(session.reservedSats)} more is set aside for what is under way.`,
                width,
                gap: 2,
              }),
            ]
          : []),
        ...(low === undefined
          ? []
          : [wordsBlock(context, { key: "low", words: low, width, color: COLOR.amber })]),
        ...(end === undefined
          ? []
          : [wordsBlock(context, { key: "end", words: end, width, color: COLOR.amber })]),
        wordsBlock(context, {
          key: "words",
          words: "Requests are paid from it. Each takes what it costs; what is not used stays here.",
          width,
          isOptional: true,
        }),
        buttonsBlock(
          [
            {
              key: "topup",
              words: invoice?.kind === "new" ? `PAY ${formatSats(invoice.amountSats)}` : "TOP UP",
              look: low === undefined && !isPaused ? "quiet" : "strong",
              disabled,
              tap: open("topup"),
            },
          ],
          { isLarge: true, gap: 16 },
        ),
        buttonsBlock([
          { key: "close-it", words: "CLOSE IT", disabled, tap: open("close") },
          { key: "recover", words: "RECOVER ANOTHER", disabled, tap: open("recover") },
        ]),
      ],
    };
  }

  function balance(session: SessionRecord): Block {
    const isLive = state.link.get().status === "live";
    const value = context.figures.shown("session", session.balanceSats, now());
    if (context.figures.isMoving()) context.again();
    const word = session.state === "paused" ? "PAUSED" : "ACTIVE";
    return {
      height: 70,
      gap: 4,
      nodes: (at) => [
        {
          key: "balance",
          role: "text",
          rect: at,
          marks: [
            text(at.x + at.width / 2, at.y + 10, word, {
              size: SIZE.small,
              align: "center",
              color: !isLive ? COLOR.stale : word === "PAUSED" ? COLOR.amber : COLOR.accent,
            }),
            text(at.x + at.width / 2, at.y + 44, formatSats(value), {
              size: SIZE.amount,
              bold: true,
              align: "center",
              color: isLive ? COLOR.text : COLOR.stale,
            }),
          ],
        },
      ],
    };
  }

  return {
    /** What a card of this width, in CSS pixels, shows. */
    sight(card: Extract<Card, { kind: "session" }>, width: number): SessionSight {
      const code = forms.code(width);
      if (code !== undefined) return { form: code };
      const session = find(card);
      if (session === undefined) {
        if (watched !== undefined && !forms.isGivenUp(watched.session))
          return { view: sessionGone(watched.session) };
        return { form: card.page === "recover" ? forms.recover(width) : forms.amount(undefined, width) };
      }
      const before = watched?.session.sessionId;
      watch(session);
      if (before !== undefined && before !== session.sessionId) forms.replace();
      // Another deposit than the one that another amount was asked for, or none that waits.
      const hasMoved = before !== session.sessionId || session.state !== "awaiting_payment";
      if (card.page === "deposit" && before !== undefined && hasMoved) {
        patchUi(ui, { card: { kind: "session", page: "home" } });
        return this.sight({ kind: "session", page: "home" }, width);
      }
      if (watched?.paid !== undefined) return { view: watched.paid };
      if (session.state === "expired" || session.state === "closed")
        return { view: sessionRefund(session, asks, state.me.get().playSats) };
      if (card.page === "recover") return { form: forms.recover(width) };
      const invoice = sessionInvoice(session, context);
      if (session.state === "awaiting_payment") {
        if (invoice === undefined) return { form: { title: "SESSION", blocks: [waiting(width)] } };
        // The tower forgets a session that nobody paid for; another can be opened meanwhile.
        if (invoice.kind === "expired") return { form: forms.amount(undefined, width) };
        return card.page === "deposit"
          ? { form: forms.amount(undefined, width, session) }
          : { view: { ...invoice, others: others() } };
      }
      if (card.page === "close") return { form: forms.close(session, width) };
      if (card.page === "topup")
        return invoice !== undefined && invoice.kind !== "expired"
          ? { view: invoice }
          : { form: forms.amount(session, width) };
      return { form: overview(session, width) };
    },
    /** The moment of joy is over. */
    rejoiced() {
      if (watched !== undefined) watched = { ...watched, paid: undefined };
      patchUi(ui, { card: { kind: "session", page: "home" } });
    },
    /** The card is closed: what it showed is forgotten. */
    forget() {
      watched = undefined;
      forms.forget();
    },
    dispose: forms.dispose,
  };

  /** What else can be done than to pay a deposit. */
  function others(): readonly Choice[] {
    const disabled = state.link.get().status !== "live";
    const open = (page: "deposit" | "recover") => () => patchUi(ui, { card: { kind: "session", page } });
    return [
      { key: "another", words: "ANOTHER AMOUNT", disabled, tap: open("deposit") },
      { key: "recover", words: "RECOVER BY CODE", disabled, tap: open("recover") },
    ];
  }

  function waiting(width: number): Block {
    return wordsBlock(context, { key: "words", words: "The invoice is being made…", width, gap: 24 });
  }
}
