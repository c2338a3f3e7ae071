import { type Card, type HudFeature, patchUi } from "../context.ts";
import { cross, iconButton, text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { bottomOf, inset, type Rect, rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { heightOf, linkMarks, stack } from "./card-blocks.ts";
import { createInvoiceParts, GROWING } from "./invoice-parts.ts";
import { type CardView, cardView } from "./invoice-state.ts";
import { createSessionCard } from "./session-card.ts";
import type { SessionForm } from "./session-forms.ts";

/** How long a card that says "paid" stays, in milliseconds. */
const JOY = 2600;

/** What a card is about, whichever of its pages is open. */
function subjectOf(card: Card | undefined): string {
  if (card === undefined) return "";
  return card.kind === "session" ? `session ${card.sessionId ?? ""}` : `${card.kind} ${card.jobId}`;
}

/**
 * The card over the world: an invoice, a refund or a session, what it is, what can be done, what came of it. Its
 * surface is made and disposed with it.
 */
export const invoiceFeature: HudFeature = {
  name: "invoice",
  create(context) {
    const { ui, secret, now, wakeAt } = context;
    const parts = createInvoiceParts(context);
    const sessions = createSessionCard(context);
    /** When the card that is open saw its payment arrive; a card opened later shows it without joy. */
    let watched: { readonly key: string; wasOpen: boolean; paidAt: number | undefined } | undefined;

    const close = () => patchUi(ui, { card: undefined });

    /** How far the moment of joy has come, from 0 to 1; ends it when it is over. A session's is always news. */
    function joyOf(view: CardView, end: () => void): number | undefined {
      if (watched?.key !== view.key) watched = { key: view.key, wasOpen: false, paidAt: undefined };
      const isNews = end === sessions.rejoiced;
      if (view.kind === "new" || view.kind === "paying" || isNews) watched.wasOpen = true;
      if (view.kind === "paid" && watched.wasOpen && watched.paidAt === undefined) watched.paidAt = now();
      const joy = watched.paidAt === undefined ? undefined : (now() - watched.paidAt) / JOY;
      if (joy !== undefined) {
        if (joy >= 1) end();
        // The rings grow; then nothing moves until the card closes.
        else wakeAt(joy < GROWING && !context.isStill() ? now() : (watched.paidAt ?? 0) + JOY);
      }
      return joy;
    }

    function frame(at: Rect, label: string, color: string, children: readonly HudNode[]): HudNode {
      return {
        key: "invoice",
        role: "dialog",
        rect: at,
        label,
        marks: [{ kind: "box", rect: at, fill: COLOR.card, stroke: color, radius: SPACE.radius }],
        children,
      };
    }

    function closeButton(at: Rect): HudNode {
      const box = rect(rightOf(at) - SPACE.target, at.y, SPACE.target, SPACE.target);
      return iconButton("close", box, "Close", cross(box.x + 22, box.y + 22, COLOR.dim), close);
    }

    const below = (at: Rect): Rect =>
      rect(at.x, at.y + SPACE.target, at.width, bottomOf(at) - at.y - SPACE.target);

    function wantHeight(height: number): void {
      if (ui.get().cardHeight !== height) patchUi(ui, { cardHeight: height });
    }

    function showView(view: CardView, at: Rect, end: () => void): HudNode {
      wantHeight(parts.heightOf(view, at.width));
      const joy = joyOf(view, end);
      return frame(at, view.title, view.color, [
        ...parts.head(view, at),
        closeButton(at),
        ...parts.body(view, below(at), joy),
      ]);
    }

    function showForm(form: SessionForm, at: Rect): HudNode {
      wantHeight(SPACE.target + heightOf(form.blocks) + SPACE.edge);
      const title: HudNode = {
        key: "title",
        role: "heading",
        rect: rect(at.x + SPACE.pad, at.y, at.width - SPACE.pad - SPACE.target, SPACE.target),
        marks: [
          text(at.x + SPACE.pad, at.y + SPACE.target / 2, form.title, {
            size: SIZE.body,
            bold: true,
            color: COLOR.accent,
          }),
          ...linkMarks(context, at),
        ],
      };
      return frame(at, form.title, COLOR.lineStrong, [
        title,
        // A code that is shown once is not closed by chance.
        ...(secret.shown.get() === undefined ? [closeButton(at)] : []),
        ...stack(form.blocks, inset(below(at), SPACE.edge, 0)),
      ]);
    }

    function forget(): void {
      watched = undefined;
      parts.forget();
      sessions.forget();
    }

    // A card that is not there is not asked for its view.
    let shown = ui.get().card;
    const stopListening = ui.subscribe(() => {
      const { card } = ui.get();
      if (subjectOf(card) !== subjectOf(shown)) forget();
      shown = card;
    });

    return {
      view(at) {
        const { card } = ui.get();
        const home = { kind: "session", page: "home" } as const;
        const open = secret.shown.get() === undefined ? card : home;
        if (open?.kind === "session") {
          const sight = sessions.sight(open, at.width - 2 * SPACE.edge);
          return "form" in sight ? showForm(sight.form, at) : showView(sight.view, at, sessions.rejoiced);
        }
        const view = cardView(context);
        return view && showView(view, at, close);
      },
      dispose() {
        stopListening();
        parts.dispose();
        sessions.dispose();
      },
    };
  },
};
