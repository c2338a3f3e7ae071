import { formatSats } from "../../../protocol/format.ts";
import { type HudContext, patchUi } from "../context.ts";
import { button, text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { invoiceModules, QUIET_ZONE } from "../kit/qr.ts";
import { bottomOf, type Rect, rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { HEIGHT } from "../layout.ts";
import { type Block, BUTTON, buttonsBlock, heightOf, linkMarks, stack, wrapped } from "./card-blocks.ts";
import { createClaimForm } from "./claim-form.ts";
import { createCopier } from "./copier.ts";
import { cardSign, inkOf } from "./invoice-sign.ts";
import type { CardView } from "./invoice-state.ts";

/** Side of the QR's light square, its quiet zone included, in CSS pixels; and where there is little room. */
const QR = 264;
const LEAST_QR = 240;
/** Below this much time left the card says how much, in milliseconds. */
const SHORT = 120_000;
/** Height of a line that says something below the QR, and most lines of words for which a card grows. */
const NOTE = 24;
const MOST_LINES = 3;
/** Where the words of a card begin below its head. */
const WORDS = 50;
/** A card lower than this puts the QR beside the words. */
const LOW = 500;

/** The part of the moment of joy in which its rings grow. */
export const GROWING = 0.35;

/** What the sign, the amount and the words of a card take that waits for no payment, in CSS pixels. */
const ENDED = 300;

type Modules = readonly (readonly boolean[])[];

/** The pieces of the invoice card. */
export function createInvoiceParts(context: HudContext) {
  const { state, ui, asks, measure, now, wakeAt, refresh } = context;
  const copier = createCopier(context);
  const claims = createClaimForm(context);
  let qr: { readonly of: string; modules: Modules | undefined } | undefined;

  function modulesOf(paymentRequest: string): Modules | undefined {
    if (qr?.of !== paymentRequest) {
      const wanted = { of: paymentRequest, modules: undefined as Modules | undefined };
      qr = wanted;
      void invoiceModules(paymentRequest).then(
        (modules) => {
          wanted.modules = modules;
          refresh();
        },
        // The chunk did not load: the invoice can still be copied, and opening the card again tries again.
        () => {
          if (qr === wanted) qr = undefined;
        },
      );
    }
    return qr?.modules;
  }

  const copy = (paymentRequest: string): void => copier.copy("invoice", paymentRequest, "Invoice");

  return {
    /** Frees what a closed card needs no more. */
    forget() {
      qr = undefined;
      copier.forget();
      claims.forget();
    },
    dispose: claims.dispose,
    head(view: CardView, at: Rect): readonly HudNode[] {
      const y = at.y + SPACE.target / 2;
      return [
        {
          key: "title",
          role: "heading",
          rect: rect(at.x + SPACE.pad, at.y, at.width - SPACE.pad - SPACE.target, SPACE.target),
          marks: [
            text(at.x + SPACE.pad, y, view.title, { bold: true, color: inkOf(view) }),
            text(at.x + SPACE.pad + measure.width(`${view.title}  `, SIZE.body, true), y, view.subject, {
              size: SIZE.small,
              color: COLOR.dim,
            }),
            ...linkMarks(context, at),
          ],
        },
      ];
    },
    /** How high a card wants to be, in CSS pixels. While it is paid it does not shrink. */
    heightOf(view: CardView, width: number): number {
      if (view.kind === "paid") return Math.max(HEIGHT.invoice, ui.get().cardHeight);
      if (view.kind === "new" || view.kind === "paying") {
        const lines = Math.min(MOST_LINES, linesOf(view, width - 2 * SPACE.edge));
        // As if little time were left: the card is not to grow when that is so.
        const below = 2 * NOTE + BUTTON + (view.others === undefined ? 1 : 2) * (8 + SPACE.target);
        const around = SPACE.target + WORDS + 8 + SPACE.gap + SPACE.edge;
        return Math.max(HEIGHT.invoice, around + lines * 18 + QR + below);
      }
      return SPACE.target + ENDED + heightOf(todo(view, width - 2 * SPACE.edge)) + SPACE.edge;
    },
    body(view: CardView, at: Rect, joy: number | undefined): readonly HudNode[] {
      const { paymentRequest } = view;
      const isPayable = (view.kind === "new" || view.kind === "paying") && paymentRequest !== undefined;
      if (isPayable && at.height < LOW - SPACE.target) return beside(view, at, paymentRequest);
      return isPayable ? stacked(view, at, paymentRequest) : ended(view, at, joy);
    },
  };

  function linesOf(view: CardView, width: number): number {
    return measure.ranges(view.words, SIZE.small, width).length;
  }

  function stacked(view: CardView, at: Rect, paymentRequest: string): readonly HudNode[] {
    const middle = at.x + at.width / 2;
    const inner = at.width - 2 * SPACE.edge;
    const buttons = actions(view, rect(at.x + SPACE.edge, 0, inner, 0), paymentRequest);
    const buttonsTop = bottomOf(at) - SPACE.edge - buttons.height;
    const wordsTop = at.y + WORDS;
    const room = buttonsTop - SPACE.gap - 8 - wordsTop - linesOf(view, inner) * 18;
    const side = Math.max(LEAST_QR, Math.min(QR, room));
    const qrTop = buttonsTop - SPACE.gap - side;
    const most = Math.max(0, Math.floor((qrTop - 8 - wordsTop) / 18));
    return [
      amount(view, middle, at.y + 20, "center"),
      ...words(view, rect(at.x + SPACE.edge, wordsTop, inner, most * 18), "center"),
      code(view, rect(Math.round(middle - side / 2), qrTop, side, side), paymentRequest),
      ...buttons.nodes(buttonsTop),
    ];
  }

  function beside(view: CardView, at: Rect, paymentRequest: string): readonly HudNode[] {
    const side = Math.min(QR, Math.max(LEAST_QR, at.height - SPACE.gap));
    const left = at.x + SPACE.gap;
    const x = left + side + SPACE.gap;
    const width = rightOf(at) - SPACE.gap - x;
    const buttons = actions(view, rect(x, 0, width, 0), paymentRequest);
    const buttonsTop = bottomOf(at) - SPACE.gap - buttons.height;
    const wordsTop = at.y + 44;
    const most = Math.max(0, Math.floor((buttonsTop - 6 - wordsTop) / 18));
    return [
      code(view, rect(left, at.y + Math.max(0, (at.height - side) / 2 - 4), side, side), paymentRequest),
      amount(view, x, at.y + 20, "left"),
      ...words(view, rect(x, wordsTop, width, most * 18), "left"),
      ...buttons.nodes(buttonsTop),
    ];
  }

  function amount(view: CardView, x: number, y: number, align: "left" | "center"): HudNode {
    const shown = formatSats(view.amountSats);
    const width = measure.width(shown, SIZE.amount, true);
    return {
      key: "amount",
      role: "text",
      rect: rect(align === "center" ? x - width / 2 : x, y - 22, width, 44),
      marks: [text(x, y, shown, { size: SIZE.amount, bold: true, align, color: inkOf(view, COLOR.text) })],
    };
  }

  function words(view: CardView, at: Rect, align: "left" | "center"): readonly HudNode[] {
    const most = Math.floor(at.height / 18);
    if (most < 1) return [];
    const x = align === "center" ? at.x + at.width / 2 : at.x;
    return [
      {
        key: "words",
        role: "text",
        rect: at,
        label: view.words,
        marks: wrapped(measure, view.words, at.width, most, SIZE.small).map((line, index) =>
          text(x, at.y + 9 + index * 18, line, { size: SIZE.small, align, color: COLOR.dim }),
        ),
      },
    ];
  }

  function code(view: CardView, at: Rect, paymentRequest: string): HudNode {
    return {
      key: "qr",
      role: "button",
      rect: at,
      label: `QR code of the invoice over ${formatSats(view.amountSats)}. Copy it.`,
      tap: () => copy(paymentRequest),
      marks: [{ kind: "modules", rect: at, modules: modulesOf(paymentRequest), quiet: QUIET_ZONE }],
    };
  }

  /** The buttons under an open invoice: how high they are together, and the nodes once it is known where. */
  function actions(view: CardView, at: Rect, paymentRequest: string) {
    const isPlay = state.me.get().playSats;
    const isBusy = view.kind === "paying";
    const isLive = state.link.get().status === "live";
    const purse = state.purse.get();
    const isShort = isPlay && purse !== undefined && purse.balanceSats < view.amountSats;
    const isNarrow = at.width < 240;
    const left = timeLeft(view);
    const note =
      isPlay && purse !== undefined ? `play sats · purse ${formatSats(purse.balanceSats)}` : undefined;
    const noteHeight = (note === undefined || isNarrow ? 0 : NOTE) + (left === undefined ? 0 : NOTE);
    const others = buttonsBlock(view.others?.slice(0, isNarrow ? 1 : undefined) ?? []);
    const more = view.others === undefined ? 0 : 8 + others.height;
    const height = noteHeight + BUTTON + 8 + SPACE.target + more;
    const isToppingUp = asks.isSending("purse_topup");

    function copyButton(box: Rect, look: "strong" | "quiet"): HudNode {
      const words = copier.words("invoice", isNarrow ? "COPY" : "COPY INVOICE");
      return button({ key: "copy", at: box, words, look, tap: () => copy(paymentRequest) });
    }

    function walletLink(box: Rect): HudNode {
      return {
        key: "open",
        role: "link",
        rect: box,
        href: `lightning:${paymentRequest}`,
        marks: [
          { kind: "box", rect: box, fill: COLOR.well, stroke: COLOR.lineStrong, radius: SPACE.radius },
          text(box.x + box.width / 2, box.y + box.height / 2, isNarrow ? "WALLET" : "OPEN IN WALLET", {
            align: "center",
            bold: true,
            size: SIZE.small,
            color: COLOR.accent,
          }),
        ],
      };
    }

    function payButton(box: Rect): HudNode {
      if (isShort) {
        return button({
          key: "topup",
          at: box,
          words: isToppingUp ? "getting…" : isNarrow ? "GET SATS" : "GET PLAY SATS",
          look: "strong",
          size: SIZE.large,
          disabled: isToppingUp || !isLive,
          tap: () => {
            asks.ask("purse_topup", { type: "purse_topup" });
            refresh();
          },
        });
      }
      const price = formatSats(view.amountSats);
      return button({
        key: "pay",
        at: box,
        words: isBusy ? "paying…" : isNarrow ? `PAY ${price}` : `PAY ${price} from purse`,
        look: "strong",
        size: SIZE.large,
        disabled: isBusy || !isLive,
        tap: () => {
          if (view.pay !== undefined) asks.ask(view.pay.name, view.pay.intent);
          refresh();
        },
      });
    }

    return {
      height,
      nodes(top: number): readonly HudNode[] {
        const nodes: HudNode[] = [];
        let y = top;
        if (left !== undefined) {
          nodes.push(line("left", left, at, y, COLOR.amber));
          y += NOTE;
        }
        if (note !== undefined && !isNarrow) {
          nodes.push(line("purse", note, at, y, COLOR.amber));
          y += NOTE;
        }
        const upper = rect(at.x, y, at.width, BUTTON);
        const lower = rect(at.x, y + BUTTON + 8, at.width, SPACE.target);
        // A link to a wallet fails with an error where no app takes it, so copying comes first.
        if (isPlay) nodes.push(payButton(upper), copyButton(lower, "quiet"));
        else nodes.push(copyButton(upper, "strong"), walletLink(lower));
        nodes.push(...others.nodes(rect(at.x, bottomOf(lower) + 8, at.width, others.height)));
        return nodes;
      },
    };
  }

  function line(key: string, shown: string, at: Rect, y: number, color: string): HudNode {
    return {
      key,
      role: "text",
      rect: rect(at.x, y, at.width, 22),
      marks: [text(at.x + at.width / 2, y + 10, shown, { size: SIZE.small, align: "center", color })],
    };
  }

  function timeLeft({ expiresAt }: CardView): string | undefined {
    if (expiresAt === undefined) return undefined;
    const left = expiresAt - now();
    if (left > SHORT) {
      wakeAt(expiresAt - SHORT);
      return undefined;
    }
    wakeAt(now() + 1000);
    const seconds = Math.max(0, Math.ceil(left / 1000));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`;
  }

  /** A card with nothing left to pay: a sign, the amount, what came of it, and what can be done. */
  function ended(view: CardView, at: Rect, joy: number | undefined): readonly HudNode[] {
    const x = at.x + at.width / 2;
    const grown = joy === undefined || context.isStill() ? 1 : Math.min(1, joy / GROWING);
    const inner = rect(at.x + SPACE.edge, at.y, at.width - 2 * SPACE.edge, at.height);
    const blocks = todo(view, inner.width);
    const foot = heightOf(blocks) + SPACE.edge;
    const room = at.height - foot;
    // With a keyboard on the screen the sign makes room for what is to be written.
    const hasSign = room >= 150;
    const isLow = room < 260;
    const y = at.y + (isLow ? 50 : 110);
    const top = hasSign ? y + (isLow ? 56 : 90) : at.y + 20;
    return [
      ...(hasSign
        ? [
            {
              key: "sign",
              role: "ornament",
              // As large as the ring of joy grows.
              rect: rect(x - 140, at.y, 280, y - at.y + 140),
              marks: cardSign(view, x, y, isLow ? 30 : 44, grown),
            } as const,
          ]
        : []),
      amount(view, x, top, "center"),
      ...words(
        view,
        rect(inner.x, top + 32, inner.width, Math.max(0, Math.min(108, at.y + room - top - 32))),
        "center",
      ),
      ...stack(blocks, rect(inner.x, at.y + room, inner.width, foot)),
    ];
  }

  function todo(view: CardView, width: number): readonly Block[] {
    if (view.claim !== undefined) return claims.blocks(view.claim, width);
    const close = () => patchUi(ui, { card: undefined });
    return [buttonsBlock([{ key: "done", words: "CLOSE", tap: close }], { isLarge: true })];
  }
}
