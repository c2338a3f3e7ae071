import { formatNumber } from "../../../protocol/format.ts";
import type { LinkView, MatrixState } from "../../state/model.ts";
import { type HudContext, type HudFeature, patchUi } from "../context.ts";
import { cross, iconButton, panelGround, text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";

/** The link's state in a word and its colour. */
export function linkBadge(link: LinkView): { readonly word: string; readonly color: string } {
  switch (link.status) {
    case "live":
      return { word: "LIVE", color: COLOR.accent };
    case "connecting":
      return { word: "CONNECTING", color: COLOR.amber };
    case "catching_up":
      return { word: "CATCHING UP", color: COLOR.amber };
    case "offline":
      return { word: "OFFLINE", color: COLOR.red };
  }
}

const counted = (count: number, word: string): string =>
  `${formatNumber(count)} ${word}${count === 1 ? "" : "s"}`;

/** How many agents there are and how many jobs are open. */
export function countsText(state: MatrixState): string {
  const agents = Math.max(state.agentCount.get(), state.agents.get().size);
  const jobs = state.jobs.get().filter((job) => job.isOpen).length;
  return `${counted(agents, "agent")} · ${counted(jobs, "job")}`;
}

/** While offline: why, and when the next try is. */
export function retryText(link: LinkView, now: number): string | undefined {
  if (link.status !== "offline") return undefined;
  if (link.retryAt === undefined) return link.reason;
  const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
  return seconds === 0 ? "trying again…" : `next try in ${seconds} s`;
}

/** The link's badge, what kind of sats these are, and how much is going on. */
export const statusFeature: HudFeature = {
  name: "status",
  create: (context) => ({
    view(at, layout) {
      const { state, now, wakeAt, measure } = context;
      const link = state.link.get();
      const { word, color } = linkBadge(link);
      const retry = retryText(link, now());
      if (link.status === "offline" && link.retryAt !== undefined) wakeAt(now() + 1000);
      const first = at.y + 22;
      const second = at.y + 45;
      const left = at.x + SPACE.pad;
      const isClosable = layout.kind === "narrow";
      const wordAt = left + 18;
      const children: HudNode[] = [
        {
          key: "link",
          role: "status",
          rect: rect(left, first - 11, 130, 22),
          marks: [
            { kind: "disc", x: left + 5, y: first, radius: 4, fill: color },
            text(wordAt, first, word, { bold: true, color, size: SIZE.large }),
          ],
        },
      ];
      if (state.me.get().playSats) {
        const width = measure.width("play sats", SIZE.small) + 16;
        const x = rightOf(at) - SPACE.pad - width - (isClosable ? SPACE.target : 0);
        children.push({
          key: "play",
          role: "text",
          rect: rect(x, first - 11, width, 22),
          marks: [
            { kind: "box", rect: rect(x, first - 11, width, 22), stroke: COLOR.amber, radius: 11 },
            text(x + width / 2, first, "play sats", {
              align: "center",
              color: COLOR.amber,
              size: SIZE.small,
            }),
          ],
        });
      }
      children.push({
        key: "counts",
        role: "text",
        rect: rect(left, second - 11, at.width - 2 * SPACE.pad - (isClosable ? SPACE.target : 0), 22),
        label: retry ?? countsText(state),
        marks: [
          text(left, second, measure.fit(retry ?? countsText(state), SIZE.small, at.width - 2 * SPACE.pad), {
            size: SIZE.small,
            color: COLOR.dim,
          }),
        ],
      });
      if (isClosable) children.push(closeSheet(context, rightOf(at) - SPACE.target, at.y));
      return { key: "status", role: "region", rect: at, label: "Status", marks: [panelGround(at)], children };
    },
  }),
};

/** The cross that closes an open sheet, with its target's top left corner at `x`, `y`. */
export const closeSheet = ({ ui }: HudContext, x: number, y: number): HudNode =>
  iconButton(
    "close",
    rect(x, y, SPACE.target, SPACE.target),
    "Close",
    cross(x + SPACE.target / 2, y + SPACE.target / 2, COLOR.dim),
    () => patchUi(ui, { sheet: undefined }),
  );
