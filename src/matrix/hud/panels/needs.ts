import { formatSats } from "../../../protocol/format.ts";
import { type Card, type HudContext, type HudFeature, patchUi } from "../context.ts";
import { chevron, text } from "../kit/build.ts";
import { rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { cardOf, type Need, needsOf } from "../needs.ts";

const WORDS: Readonly<Record<Need["action"], (sats: string) => string>> = {
  pay_eval: (sats) => `pay ${sats}`,
  pay_work: (sats) => `pay ${sats}`,
  pay_session: (sats) => `pay ${sats}`,
  claim_refund: (sats) => `claim ${sats}`,
  claim_session: (sats) => `claim ${sats}`,
  top_up: (sats) => `low: ${sats}`,
};

/** What one need asks, in a few words: `pay ⚡500`. */
export const needText = ({ action, amountSats }: Need): string => WORDS[action](formatSats(amountSats));

/** Opens the card of the most pressing need; when that is open already, of the next. */
export function openNextNeed(context: HudContext): void {
  const { ui, selection } = context;
  const needs = needsOf(context);
  const { card } = ui.get();
  const open = needs.findIndex((need) => isOn(card, need));
  const next = needs[(open + 1) % Math.max(1, needs.length)];
  if (next === undefined) return;
  if ("job" in next) selection.set(next.job.agentId);
  patchUi(ui, { sheet: undefined, card: cardOf(next) });
}

/** Whether the open card is about a need. */
function isOn(card: Card | undefined, need: Need): boolean {
  if (card === undefined) return false;
  if ("job" in need) return card.kind !== "session" && card.jobId === need.job.jobId;
  const about = cardOf(need);
  return (
    card.kind === "session" &&
    about.kind === "session" &&
    card.sessionId === about.sessionId &&
    card.page === about.page
  );
}

/** One count that is always in sight: what waits for this person. A tap goes to the next. */
export const needsFeature: HudFeature = {
  name: "needs",
  create: (context) => ({
    view(at) {
      const needs = needsOf(context);
      const first = needs[0];
      const color = first === undefined ? COLOR.dim : COLOR.amber;
      const y = at.y + at.height / 2;
      return {
        key: "needs",
        role: "region",
        rect: at,
        label: "Needs you",
        children: [
          {
            key: "next",
            role: "button",
            rect: at,
            disabled: first === undefined,
            tap: () => openNextNeed(context),
            marks: [
              {
                kind: "box",
                rect: at,
                fill: COLOR.panel,
                stroke: first === undefined ? COLOR.line : COLOR.amber,
                radius: SPACE.radius,
              },
              text(at.x + SPACE.pad, y, `NEEDS YOU ${needs.length}`, {
                size: SIZE.small,
                bold: first !== undefined,
                color,
              }),
              ...(first === undefined
                ? []
                : [
                    text(rightOf(at) - SPACE.pad - 16, y, needText(first), {
                      align: "right",
                      color: COLOR.text,
                    }),
                    chevron(rightOf(at) - SPACE.pad - 2, y, "right", color),
                  ]),
            ],
          },
        ],
      };
    },
  }),
};
