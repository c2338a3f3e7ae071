import type { JobView } from "../../../job/view.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { JobId } from "../../../protocol/ids.ts";
import type { ChatLine } from "../../../protocol/records.ts";
import { actionName, intentOf } from "../asks.ts";
import { type HudContext, patchUi } from "../context.ts";
import { button, text } from "../kit/build.ts";
import { letterColor } from "../kit/letter-color.ts";
import type { HudNode, Mark } from "../kit/node.ts";
import { bottomOf, type Rect, rect, rightOf } from "../kit/rect.ts";
import type { LineRange } from "../kit/text.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { invoiceOf, isMine } from "../needs.ts";

/** A chat line broken to a width. */
export interface Block {
  readonly line: ChatLine;
  readonly prefix: string;
  readonly prefixColor: string;
  readonly ranges: readonly LineRange[];
  readonly height: number;
  /** The button of its offer, while the job still allows it. */
  readonly offer: Offer | undefined;
}

interface Offer {
  readonly job: JobView;
  readonly action: NonNullable<ChatLine["offers"]>;
  readonly words: string;
  readonly isInline: boolean;
  /** When its button begins to take taps, in milliseconds since 1970. */
  readonly armedAt: number;
}

/**
 * How long a PAY button is there before it can be tapped, in milliseconds: a second tap on one that has gone must
 * not pay the next one, whose price nobody has read yet.
 */
const ARMING = 1000;
/** Room between two chat lines, in CSS pixels. */
const GAP = 8;
const BUTTON_PAD = 24;

/** Who speaks, as `[ALPHA]`. */
function prefixOf({ state }: HudContext, { speaker, jobId }: ChatLine, job: JobView | undefined) {
  switch (speaker.kind) {
    case "system":
      return { prefix: "[SYS]", prefixColor: COLOR.stale };
    case "operator":
      return { prefix: "[OPERATOR]", prefixColor: COLOR.amber };
    case "owner": {
      const isOther = jobId !== undefined && job !== undefined && !isMine(job, state.me.get());
      return { prefix: isOther ? "[VISITOR]" : "[YOU]", prefixColor: COLOR.accent };
    }
    case "agent": {
      const agent = state.agents.get().get(speaker.agentId);
      const name = (agent?.label ?? speaker.agentId).toUpperCase();
      return { prefix: `[${name}]`, prefixColor: agent === undefined ? COLOR.dim : letterColor(agent.color) };
    }
  }
}

/** Breaks chat lines to a width and remembers the breaks while the text stays the same. */
export function createBlocks(context: HudContext) {
  /** When each offer was first shown. */
  const shownAt = new Map<string, number>();
  const known = new Map<string, { readonly key: string; readonly ranges: readonly LineRange[] }>();

  function rangesOf(line: ChatLine, prefix: string, width: number): readonly LineRange[] {
    const indent = context.measure.width(`${prefix} `, SIZE.body);
    // The indent changes with the font as well: breaks made with a stand-in don't outlive it.
    const key = `${width} ${indent} ${line.text}`;
    const before = known.get(line.id);
    if (before?.key === key) return before.ranges;
    const ranges = context.measure.ranges(line.text, SIZE.body, width, indent);
    known.set(line.id, { key, ranges });
    return ranges;
  }

  function armedAt(line: ChatLine): number {
    if (line.offers === "claim_refund") return 0;
    const key = offerKey(line);
    const since = shownAt.get(key) ?? context.now();
    shownAt.set(key, since);
    return since + ARMING;
  }

  return {
    of(lines: readonly ChatLine[], width: number): readonly Block[] {
      if (known.size > 2 * lines.length + 100) known.clear();
      const jobs = new Map(context.state.jobs.get().map((job) => [job.jobId, job]));
      const offers = lastOffers(lines);
      for (const key of shownAt.keys()) if (!offers.has(key)) shownAt.delete(key);
      return lines.map((line) => {
        const job = line.jobId === undefined ? undefined : jobs.get(line.jobId);
        const named = prefixOf(context, line, job);
        const ranges = rangesOf(line, named.prefix, width);
        const isLast = line.offers !== undefined && offers.get(offerKey(line)) === line.id;
        const words = isLast ? offerWords(context, line, job) : undefined;
        const offer =
          words === undefined || job === undefined || line.offers === undefined
            ? undefined
            : {
                job,
                action: line.offers,
                words,
                armedAt: armedAt(line),
                isInline:
                  lastLineWidth(context, line, named.prefix, ranges) + buttonWidth(context, words) < width,
              };
        const extra = offer === undefined ? 0 : offer.isInline ? SPACE.target - SPACE.line : SPACE.target;
        return { line, ...named, ranges, offer, height: ranges.length * SPACE.line + extra + GAP };
      });
    },
  };
}

const offerKey = (line: ChatLine): string => `${line.jobId}:${line.offers}`;

/** Which line last made each offer: older ones keep their words and lose their button. */
function lastOffers(lines: readonly ChatLine[]): ReadonlyMap<string, string> {
  const last = new Map<string, string>();
  for (const line of lines) if (line.offers !== undefined) last.set(offerKey(line), line.id);
  return last;
}

function offerWords({ state }: HudContext, line: ChatLine, job: JobView | undefined): string | undefined {
  if (job === undefined || line.offers === undefined) return undefined;
  if (!isMine(job, state.me.get()) || !job.allowed.includes(line.offers)) return undefined;
  if (line.offers === "claim_refund") return `CLAIM ${formatSats(job.owedSats)}`;
  return `PAY ${formatSats(invoiceOf(job, line.offers)?.amountSats ?? 0)}`;
}

const buttonWidth = ({ measure }: HudContext, words: string): number =>
  Math.ceil(measure.width(words, SIZE.small, true)) + BUTTON_PAD;

function lastLineWidth(
  { measure }: HudContext,
  line: ChatLine,
  prefix: string,
  ranges: readonly LineRange[],
): number {
  const last = ranges.at(-1);
  if (last === undefined) return 0;
  const indent = ranges.length === 1 ? measure.width(`${prefix} `, SIZE.body) : 0;
  return indent + measure.width(line.text.slice(last.start, last.end).trimEnd(), SIZE.body) + SPACE.gap;
}

/** Draws one block with its top at `at.y`. Only what lies within `window` is drawn; the twin says all of it. */
export function blockNode(context: HudContext, block: Block, slot: number, at: Rect, window: Rect): HudNode {
  const { line, prefix, prefixColor, ranges, offer } = block;
  const color = line.speaker.kind === "system" ? COLOR.dim : COLOR.text;
  const indent = context.measure.width(`${prefix} `, SIZE.body);
  const isLive = context.state.link.get().status === "live";
  const marks: Mark[] = [];
  let middle = at.y + SPACE.line / 2;
  ranges.forEach((range, index) => {
    if (index === ranges.length - 1 && offer?.isInline === true) middle += (SPACE.target - SPACE.line) / 2;
    if (middle > window.y - SPACE.line && middle < bottomOf(window) + SPACE.line) {
      if (index === 0) marks.push(text(at.x, middle, prefix, { color: prefixColor, bold: true }));
      const words = line.text.slice(range.start, range.end).trimEnd();
      if (words !== "") {
        marks.push(
          text(at.x + (index === 0 ? indent : 0), middle, words, { color: isLive ? color : COLOR.dim }),
        );
      }
    }
    middle += SPACE.line;
  });
  const children: HudNode[] = [
    {
      key: "words",
      role: "text",
      rect: rect(at.x, at.y, at.width, block.height - GAP),
      label: `${prefix} ${line.text}`,
      marks,
    },
  ];
  if (offer !== undefined) children.push(offerButton(context, offer, at));
  return { key: `row${slot}`, role: "listitem", rect: rect(at.x, at.y, at.width, block.height), children };
}

function offerButton(context: HudContext, offer: Offer, at: Rect): HudNode {
  const { asks } = context;
  const { job, action } = offer;
  const name = actionName(job.jobId, action);
  const isSending = asks.isSending(name);
  const isArming = context.now() < offer.armedAt;
  if (isArming) context.wakeAt(offer.armedAt);
  const width = buttonWidth(context, offer.words);
  const x = offer.isInline ? rightOf(at) - width : at.x;
  return button({
    key: action,
    at: rect(x, bottomOf(at) - GAP - SPACE.target, width, SPACE.target),
    words: isSending ? "sending…" : offer.words,
    look: action === "claim_refund" ? "quiet" : "strong",
    disabled: isSending || isArming || context.state.link.get().status !== "live",
    margin: 6,
    tap: () => act(context, job, action),
  });
}

/**
 * Does what a chat button offers. On play sats that is one tap; with a real wallet, or an empty purse, the card
 * shows how to pay.
 */
function act(context: HudContext, job: JobView, action: NonNullable<ChatLine["offers"]>): void {
  const { state, ui, asks } = context;
  const isPlay = state.me.get().playSats;
  if (action === "claim_refund") {
    if (isPlay) asks.ask(actionName(job.jobId, action), intentOf(job, action));
    else patchUi(ui, { card: { kind: "refund", jobId: job.jobId } });
  } else {
    const amount = invoiceOf(job, action)?.amountSats ?? 0;
    if (isPlay && (state.purse.get()?.balanceSats ?? amount) >= amount) {
      asks.ask(actionName(job.jobId, action), intentOf(job, action));
    } else openInvoice(context, job.jobId, action);
  }
  context.refresh();
}

const openInvoice = ({ ui }: HudContext, jobId: JobId, action: "pay_eval" | "pay_work"): void =>
  patchUi(ui, { card: { kind: "invoice", jobId, invoiceType: action === "pay_eval" ? "eval" : "work" } });
