import { formatNumber, formatSats } from "../../../protocol/format.ts";
import { type HudContext, type HudFeature, patchUi, type Ui } from "../context.ts";
import { text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { type Rect, rect } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { needsOf } from "../needs.ts";
import { openNextNeed } from "./needs.ts";
import { linkBadge } from "./status.ts";

interface Chip {
  readonly key: string;
  readonly caption: string;
  readonly words: string;
  readonly color: string;
  readonly captionColor?: string;
  readonly sheet?: Ui["sheet"];
  readonly tap: () => void;
  readonly isOff?: boolean;
}

/** Room between chips, in CSS pixels. */
const GAP = 6;

/** Amounts in few characters where space is short: `⚡143k`, `⚡1.2M`. */
export function shortSats(value: number): string {
  const size = Math.abs(value);
  if (size < 10_000) return formatSats(value);
  const [part, unit] = size < 1_000_000 ? [size / 1000, "k"] : [size / 1_000_000, "M"];
  const digits = part < 100 ? (Math.floor(part * 10) / 10).toString() : Math.floor(part).toString();
  return `${value < 0 ? "−" : ""}⚡${digits}${unit}`;
}

/** One line of chips: the link, the agents, the balance, the treasury, and what waits for this person. */
export const chipsFeature: HudFeature = {
  name: "chips",
  create: (context) => ({
    view(at) {
      const chips = chipsOf(context, at.width);
      const widths = spread(
        chips.map(({ caption, words }) =>
          Math.max(context.measure.width(words, SIZE.small, true), context.measure.width(caption, SIZE.chip)),
        ),
        at.width - GAP * (chips.length - 1),
      );
      let x = at.x;
      const children = chips.map((chip, index) => {
        const width = widths[index] ?? 0;
        const node = chipNode(context, chip, rect(x, at.y, width, at.height));
        x += width + GAP;
        return node;
      });
      return { key: "chips", role: "region", rect: at, label: "Overview", children };
    },
  }),
};

/** Gives each chip its words' width and shares out what is left. */
function spread(words: readonly number[], available: number): readonly number[] {
  const wanted = words.map((width) => Math.max(SPACE.target, Math.ceil(width) + 10));
  const free = available - wanted.reduce((sum, width) => sum + width, 0);
  const extra = Math.floor(free / wanted.length);
  return wanted.map((width, index) => width + (index === 0 ? free - extra * (wanted.length - 1) : extra));
}

function chipsOf(context: HudContext, width: number): readonly Chip[] {
  const { state, ui, figures, now, again } = context;
  const link = state.link.get();
  const { word, color } = linkBadge(link);
  const isLive = link.status === "live";
  const ink = isLive ? COLOR.text : COLOR.stale;
  const amount = width < 600 ? shortSats : formatSats;
  const toggle = (sheet: "agents" | "economy") => () =>
    patchUi(ui, { sheet: ui.get().sheet === sheet ? undefined : sheet });
  const figure = (name: string, value: number | undefined): string => {
    if (value === undefined) return "—";
    const shown = figures.shown(name, value, now());
    if (figures.isMoving()) again();
    return amount(shown);
  };
  const agents = Math.max(state.agentCount.get(), state.agents.get().size);
  const needs = needsOf(context).length;
  const shortWord = word === "CATCHING UP" || word === "CONNECTING" ? "…" : "";
  return [
    {
      key: "link",
      caption: state.me.get().playSats ? "play sats" : "link",
      captionColor: state.me.get().playSats ? COLOR.amber : COLOR.dim,
      words: shortWord === "" || width >= 600 ? word : word === "CONNECTING" ? "LINK…" : "SYNC…",
      color,
      sheet: "economy",
      tap: toggle("economy"),
    },
    {
      key: "agents",
      caption: "AGENTS",
      words: formatNumber(agents),
      color: ink,
      sheet: "agents",
      tap: toggle("agents"),
    },
    {
      key: "balance",
      caption: "BALANCE",
      words: figure("balance", state.economy.get()?.balanceSats),
      color: ink,
      sheet: "economy",
      tap: toggle("economy"),
    },
    {
      key: "treasury",
      caption: "TREASURY",
      words: figure("treasury", state.treasury.get()?.treasurySats),
      color: ink,
      sheet: "economy",
      tap: toggle("economy"),
    },
    {
      key: "needs",
      caption: "NEEDS YOU",
      words: String(needs),
      color: needs > 0 ? COLOR.amber : COLOR.dim,
      tap: () => openNextNeed(context),
      isOff: needs === 0,
    },
  ];
}

function chipNode({ ui }: HudContext, chip: Chip, at: Rect): HudNode {
  const isOpen = chip.sheet !== undefined && ui.get().sheet === chip.sheet;
  const isWaiting = chip.key === "needs" && chip.isOff !== true;
  const middle = at.x + at.width / 2;
  return {
    key: chip.key,
    role: "button",
    rect: at,
    tap: chip.tap,
    disabled: chip.isOff === true,
    ...(chip.sheet !== undefined && { expanded: isOpen }),
    marks: [
      {
        kind: "box",
        rect: at,
        fill: COLOR.panel,
        stroke: isWaiting ? COLOR.amber : isOpen ? COLOR.accent : COLOR.line,
        radius: SPACE.radius,
      },
      text(middle, at.y + 15, chip.caption, {
        size: SIZE.chip,
        align: "center",
        color: chip.captionColor ?? COLOR.dim,
      }),
      text(middle, at.y + 33, chip.words, {
        size: SIZE.small,
        bold: true,
        align: "center",
        color: chip.color,
      }),
    ],
  };
}
