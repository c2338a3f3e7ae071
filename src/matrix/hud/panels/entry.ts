import * as v from "valibot";
import { MAX_REQUEST_LENGTH, RequestTextSchema } from "../../../protocol/intents.ts";
import type { AgentView, IntentDraft } from "../../state/model.ts";
import { isOfSession, wantsTopUp } from "../advice.ts";
import { actionName } from "../asks.ts";
import { type HudContext, patchUi } from "../context.ts";
import { button, chevron, iconButton, text } from "../kit/build.ts";
import { fieldGround, fieldMarks, isCaretLit } from "../kit/field-marks.ts";
import { letterColor } from "../kit/letter-color.ts";
import type { HudNode } from "../kit/node.ts";
import { type Rect, rect, rightOf } from "../kit/rect.ts";
import type { LineRange } from "../kit/text.ts";
import { createTextField, FIELD_LINE } from "../kit/text-field.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import type { Layout } from "../layout.ts";
import { fundingButton, fundingOf } from "./funding.ts";
import { owedJob, pastedInvoice } from "./pasted-invoice.ts";

/** The text entry at the foot of the chat: whom to ask, what to ask, and sending it. */
export interface Entry {
  /** False on a kiosk, which only looks. */
  exists(): boolean;
  /** Whom the request goes to. */
  asked(): AgentView | undefined;
  /** How high it is at a width: it grows with the text. Ask it before each view. */
  height(width: number): number;
  view(at: Rect, layout: Layout): readonly HudNode[];
  dispose(): void;
}

/** Most lines that the field grows to; then it scrolls. */
const MOST_LINES = 5;
/** From here on the counter is shown. */
const COUNTED_FROM = MAX_REQUEST_LENGTH - 100;
const PAD = 11;
/** How wide the counter is. */
const COUNTER = 70;
const ASK = "entry";

export function createEntry(context: HudContext): Entry {
  const { state, ui, selection, asks, measure, now, refresh } = context;
  let refusal: string | undefined;
  /** It was refused because the session has too little. */
  let isShort = false;
  /** What was to pay when the session was too little or not there, where that is what the refusal is about. */
  let refusedPayer: string | undefined;
  /** The text that was last tried to be sent: what a refusal is about. */
  let judged = "";
  /** The text that is on its way; it stays in the field until the tower has taken it. */
  let sent: string | undefined;
  /** What it was sent as. */
  let asking = ASK;
  let caretSince = now();
  const field = createTextField(context.document, {
    onChange() {
      caretSince = now();
      // Showing a refusal moves the text area, which then tells that it scrolled: only other words make it go away.
      if (sent === undefined && field.text() !== judged) forgetRefusal();
      refresh();
    },
    onSubmit: submit,
    onEscape: () => field.blur(),
  });

  function asked(): AgentView | undefined {
    const agents = state.agents.get();
    const wanted = ui.get().asking ?? selection.get();
    const found = wanted === undefined ? undefined : agents.get(wanted);
    return found ?? agents.values().next().value;
  }

  function submit(): void {
    if (sent !== undefined) return;
    judged = field.text();
    forgetRefusal();
    const agent = asked();
    const invoice = pastedInvoice(field.text());
    const claimed = invoice === undefined ? undefined : owedJob(context);
    const parsed = v.safeParse(RequestTextSchema, field.text());
    if (invoice !== undefined && claimed === undefined)
      refusal = "This is an invoice, and nothing is owed to you that it could be paid with.";
    else if (invoice === undefined && !parsed.success) refusal = parsed.issues[0].message;
    else if (state.link.get().status !== "live")
      refusal = "Offline: the text is kept until the link is back.";
    else if (invoice !== undefined && claimed !== undefined) {
      submitAs(actionName(claimed, "claim_refund"), {
        type: "refund_claim",
        jobId: claimed,
        paymentRequest: invoice,
      });
    } else if (agent === undefined) refusal = "There is no agent to ask yet.";
    else {
      const request = field.text();
      submitAs(ASK, { type: "job_request", agentId: agent.id, request, ...fundingOf(context) });
      if (ui.get().chatHeight === "entry") patchUi(ui, { chatHeight: "half" });
    }
    if (refusal !== undefined) context.announce(refusal);
    refresh();
  }

  function submitAs(name: string, intent: IntentDraft): void {
    asks.forget(name);
    asks.ask(name, intent);
    asking = name;
    sent = field.text();
    // What comes of it is said where the list of agents is.
    if (ui.get().isChoosingAgent) patchUi(ui, { isChoosingAgent: false });
  }

  function forgetRefusal(): void {
    refusal = refusedPayer = undefined;
    isShort = false;
  }

  /** What pays the next request, and how much it has. */
  function payer(): string {
    const session = state.session.get();
    return `${fundingOf(context).funding} ${session?.sessionId} ${session?.balanceSats}`;
  }

  /**
   * Clears the field once the tower took the text; keeps it when it was refused. What was refused for the session is so
   * no longer once that has another balance or pays no more.
   */
  function settle(): void {
    if (refusedPayer !== undefined && refusedPayer !== payer()) forgetRefusal();
    if (sent === undefined || asks.isSending(asking)) return;
    refusal = asks.refusal(asking);
    const refused = asks.refused(asking);
    isShort = refused !== undefined && wantsTopUp(refused);
    refusedPayer = refused !== undefined && isOfSession(refused) ? payer() : undefined;
    if (refusal === undefined && field.text() === sent) field.set("");
    sent = undefined;
  }

  const fieldWidth = (width: number): number => width - SPACE.pad - SPACE.target - 2 * PAD - 8;
  const linesIn = (width: number): readonly LineRange[] =>
    measure.ranges(field.text(), SIZE.field, fieldWidth(width));
  const refusalLines = (width: number): readonly string[] =>
    refusal === undefined
      ? []
      : measure
          .ranges(refusal, SIZE.small, width - 2 * SPACE.pad)
          .map(({ start, end }) => (refusal ?? "").slice(start, end).trimEnd());
  const refusalHeight = (width: number): number =>
    refusalLines(width).length * 18 + (isShort ? SPACE.target : 0);

  return {
    exists: () => state.me.get().role !== "kiosk",
    asked,
    height(width) {
      // Here, and not when `sending` changes: by the next frame the refusal, if it is one, has arrived as well.
      settle();
      const shown = Math.min(MOST_LINES, linesIn(width).length);
      return SPACE.target + refusalHeight(width) + 2 * PAD + shown * FIELD_LINE + SPACE.gap;
    },
    view(at, layout) {
      const agent = asked();
      const chooser = chooserButton(context, at, agent);
      const nodes: HudNode[] = [chooser];
      const length = field.text().length;
      const top = at.y + SPACE.target / 2;
      const isResting = layout.kind === "narrow" && ui.get().chatHeight === "entry";
      const counterRight = rightOf(at) - SPACE.pad - (isResting ? SPACE.target : 0);
      if (length >= COUNTED_FROM) {
        nodes.push({
          key: "counter",
          role: "status",
          rect: rect(counterRight - COUNTER, top - 11, COUNTER, 22),
          marks: [
            text(counterRight, top, `${length}/${MAX_REQUEST_LENGTH}`, {
              size: SIZE.small,
              align: "right",
              color: length > MAX_REQUEST_LENGTH ? COLOR.red : COLOR.dim,
            }),
          ],
        });
      }
      const free = counterRight + 4 - (length >= COUNTED_FROM ? COUNTER : 0);
      nodes.push(
        fundingButton(context, rect(rightOf(chooser.rect), at.y, free - rightOf(chooser.rect), SPACE.target)),
      );
      if (isResting) {
        const box = rect(rightOf(at) - SPACE.target, at.y, SPACE.target, SPACE.target);
        nodes.push(
          iconButton(
            "open",
            box,
            "Open the chat",
            [chevron(box.x + box.width / 2, box.y + box.height / 2, "up", COLOR.dim)],
            () => patchUi(ui, { chatHeight: "half" }),
          ),
        );
      }
      const refusals = refusalLines(at.width);
      if (refusal !== undefined) {
        nodes.push({
          key: "refusal",
          role: "text",
          rect: rect(at.x + SPACE.pad, at.y + SPACE.target, at.width - 2 * SPACE.pad, refusals.length * 18),
          label: refusal,
          marks: refusals.map((line, index) =>
            text(at.x + SPACE.pad, at.y + SPACE.target + 7 + index * 18, line, {
              size: SIZE.small,
              color: COLOR.amber,
            }),
          ),
        });
      }
      if (isShort) nodes.push(topUpButton(at, refusals.length * 18));
      const boxTop = at.y + SPACE.target + refusalHeight(at.width);
      const box = rect(
        at.x + SPACE.pad,
        boxTop,
        at.width - SPACE.pad - SPACE.target - 8,
        at.y + at.height - SPACE.gap - boxTop,
      );
      nodes.push(fieldNode(box, at.width, agent));
      nodes.push(
        sendButton(
          rect(rightOf(at) - SPACE.target - 4, box.y + box.height - SPACE.target, SPACE.target, SPACE.target),
        ),
      );
      return nodes;
    },
    dispose: field.dispose,
  };

  function fieldNode(box: Rect, width: number, agent: AgentView | undefined): HudNode {
    const name = agent?.label.toLowerCase() ?? "an agent";
    const inner = rect(box.x + PAD, box.y + PAD, fieldWidth(width), box.height - 2 * PAD);
    return {
      key: "field",
      role: "group",
      rect: box,
      marks: [fieldGround(field, box)],
      children: [
        {
          key: "text",
          role: "field",
          rect: inner,
          label: `Ask ${name}`,
          clip: true,
          field,
          tap: () => field.focus(),
          marks: [],
          children: [
            {
              key: "ink",
              role: "ornament",
              rect: inner,
              marks: fieldMarks(field, measure, {
                inner,
                lines: linesIn(width),
                color: sent === undefined ? COLOR.text : COLOR.stale,
                placeholder: `ask ${name}…`,
                isCaretLit: field.isFocused() && isCaretLit(caretSince, context),
              }),
            },
          ],
        },
      ],
    };
  }

  function topUpButton(at: Rect, below: number): HudNode {
    return button({
      key: "topup",
      at: rect(at.x + SPACE.pad, at.y + SPACE.target + below, 180, SPACE.target),
      words: "TOP UP THE SESSION",
      look: "attention",
      margin: 5,
      tap: () => patchUi(ui, { card: { kind: "session", page: "topup" } }),
    });
  }

  function sendButton(box: Rect): HudNode {
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    const isReady = field.text().trim() !== "" && sent === undefined;
    const color = isReady ? COLOR.accent : COLOR.stale;
    const send = iconButton(
      "send",
      box,
      sent === undefined ? "Send" : "Sending",
      [
        {
          kind: "path",
          points: [
            [x - 8, y - 8],
            [x + 9, y],
            [x - 8, y + 8],
            [x - 4, y],
            [x - 8, y - 8],
          ],
          color,
          line: 1.5,
        },
        {
          kind: "path",
          points: [
            [x - 4, y],
            [x + 9, y],
          ],
          color,
          line: 1.5,
        },
      ],
      submit,
    );
    return { ...send, disabled: sent !== undefined };
  }
}

function chooserButton({ ui, measure }: HudContext, at: Rect, agent: AgentView | undefined): HudNode {
  const name = measure.fit(agent?.label ?? "nobody yet", SIZE.body, at.width * 0.5, true);
  const width =
    Math.ceil(measure.width("to ", SIZE.small) + measure.width(name, SIZE.body, true)) + SPACE.pad + 36;
  const box = rect(at.x, at.y, width, SPACE.target);
  const y = at.y + SPACE.target / 2;
  const nameAt = at.x + SPACE.pad + measure.width("to ", SIZE.small);
  const isOpen = ui.get().isChoosingAgent;
  return {
    key: "asked",
    role: "button",
    rect: box,
    expanded: isOpen,
    tap: () =>
      patchUi(ui, {
        isChoosingAgent: !isOpen,
        chatHeight: ui.get().chatHeight === "entry" ? "half" : ui.get().chatHeight,
      }),
    marks: [
      text(at.x + SPACE.pad, y, "to", { size: SIZE.small, color: COLOR.dim }),
      text(nameAt, y, name, {
        bold: true,
        color: agent === undefined ? COLOR.stale : letterColor(agent.color),
      }),
      chevron(nameAt + measure.width(name, SIZE.body, true) + 14, y, isOpen ? "up" : "down", COLOR.dim, 4),
    ],
  };
}
