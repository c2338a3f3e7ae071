import { formatSats } from "../../../protocol/format.ts";
import type { IntentDraft } from "../../state/model.ts";
import { type HudContext, patchUi } from "../context.ts";
import { text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { type Rect, rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { isLow } from "../needs.ts";

type Request = Extract<IntentDraft, { type: "job_request" }>;

/** What the next request is paid from: the session, unless there is none or the person would rather pay by invoice. */
export function fundingOf({
  state,
  ui,
}: Pick<HudContext, "state" | "ui">): Pick<Request, "funding" | "sessionId"> {
  const session = state.session.get();
  return session === undefined || session.state === "awaiting_payment" || ui.get().paysByInvoice
    ? { funding: "invoice" }
    : { funding: "session", sessionId: session.sessionId };
}

/**
 * The button that says what pays: a tap changes between the session and invoices, or opens the way to a session where
 * none can pay. It stands at the right of `at`, in as many words as fit.
 */
export function fundingButton(context: HudContext, at: Rect): HudNode {
  const { state, ui, measure } = context;
  const session = state.session.get();
  const canPay = session !== undefined && session.state !== "awaiting_payment";
  const { funding } = fundingOf(context);
  const isFromSession = funding === "session";
  const balance = formatSats(session?.balanceSats ?? 0);
  const [words, short] = !canPay
    ? session === undefined
      ? ["start a session", "session"]
      : [`session: deposit ${formatSats(session.amountSats ?? 0)}`, "deposit"]
    : isFromSession
      ? [`from your session ${balance}`, `session ${balance}`]
      : ["pay each request", "pay each"];
  const room = at.width - 2 * SPACE.pad;
  const shown = measure.width(words, SIZE.small) <= room ? words : measure.fit(short, SIZE.small, room);
  const width = Math.max(SPACE.target, Math.ceil(measure.width(shown, SIZE.small)) + 2 * SPACE.pad);
  const box = rect(rightOf(at) - width, at.y, width, at.height);
  const color = !canPay
    ? COLOR.dim
    : !isFromSession
      ? COLOR.text
      : isLow(session)
        ? COLOR.amber
        : COLOR.accent;
  return {
    key: "funding",
    role: "button",
    rect: box,
    label: words,
    ...(canPay && { selected: isFromSession }),
    tap: () =>
      canPay
        ? patchUi(ui, { paysByInvoice: !ui.get().paysByInvoice })
        : patchUi(ui, { card: { kind: "session", page: "home" } }),
    marks: [
      {
        kind: "box",
        rect: rect(box.x + 4, box.y + 8, box.width - 8, box.height - 16),
        stroke: isFromSession ? color : COLOR.line,
        radius: SPACE.radius,
      },
      text(box.x + box.width / 2, box.y + box.height / 2, shown, {
        size: SIZE.small,
        align: "center",
        color,
      }),
    ],
  };
}
