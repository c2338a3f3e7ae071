import type { HudFeature } from "../context.ts";
import { patchUi } from "../context.ts";
import { cross, iconButton } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { bottomOf, rect, rightOf } from "../kit/rect.ts";
import { COLOR, SPACE } from "../kit/theme.ts";
import { createInvoiceParts, GROWING } from "./invoice-parts.ts";
import { cardView } from "./invoice-state.ts";

/** How long a card that says "paid" stays, in milliseconds. */
const JOY = 2600;

/**
 * The card over the world for one invoice or refund: what it is, how to pay it, what came of it. Its surface is
 * made and disposed with it.
 */
export const invoiceFeature: HudFeature = {
  name: "invoice",
  create(context) {
    const { ui, now, wakeAt } = context;
    const parts = createInvoiceParts(context);
    /** When the card that is open saw its payment arrive; a card opened later shows it without joy. */
    let watched: { readonly key: string; wasOpen: boolean; paidAt: number | undefined } | undefined;

    return {
      view(at) {
        const { card } = ui.get();
        const view = cardView(context);
        if (card === undefined || view === undefined) {
          watched = undefined;
          parts.forget();
          return undefined;
        }
        if (watched?.key !== view.key) watched = { key: view.key, wasOpen: false, paidAt: undefined };
        if (view.kind === "new" || view.kind === "paying") watched.wasOpen = true;
        if (view.kind === "paid" && watched.wasOpen && watched.paidAt === undefined) watched.paidAt = now();
        const joy = watched.paidAt === undefined ? undefined : (now() - watched.paidAt) / JOY;
        if (joy !== undefined) {
          if (joy >= 1) patchUi(ui, { card: undefined });
          // The rings grow; then nothing moves until the card closes.
          else wakeAt(joy < GROWING && !context.isStill() ? now() : (watched.paidAt ?? 0) + JOY);
        }
        const close = rect(rightOf(at) - SPACE.target, at.y, SPACE.target, SPACE.target);
        const children: HudNode[] = [
          ...parts.head(view, at),
          iconButton("close", close, "Close", cross(close.x + 22, close.y + 22, COLOR.dim), () =>
            patchUi(ui, { card: undefined }),
          ),
          ...parts.body(
            view,
            rect(at.x, at.y + SPACE.target, at.width, bottomOf(at) - at.y - SPACE.target),
            joy,
          ),
        ];
        return {
          key: "invoice",
          role: "dialog",
          rect: at,
          label: view.title,
          marks: [{ kind: "box", rect: at, fill: COLOR.card, stroke: view.color, radius: SPACE.radius }],
          children,
        };
      },
    };
  },
};
