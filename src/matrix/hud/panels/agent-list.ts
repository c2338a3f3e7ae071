import type { AgentId } from "../../../protocol/ids.ts";
import type { AgentView } from "../../state/model.ts";
import type { HudContext } from "../context.ts";
import { text } from "../kit/build.ts";
import { letterColor } from "../kit/letter-color.ts";
import type { HudNode, Mark } from "../kit/node.ts";
import { bottomOf, type Rect, rect, rightOf } from "../kit/rect.ts";
import { createScroller } from "../kit/scroller.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { HEIGHT } from "../layout.ts";

/** What an agent is doing, in a word or two: the tower's word for its state, or else its pose. */
export function stateWord({ state, pose }: AgentView): string {
  return (state === "idle" ? pose : state).replaceAll("_", " ");
}

const isAway = ({ pose, state }: AgentView): boolean =>
  pose === "asleep" || state === "offline" || state === "paused";

/** The dot before an agent's name: filled when busy, a ring when not, dim when away. */
export function stateDot(agent: AgentView, x: number, y: number, isLive: boolean): Mark {
  const color = isLive && !isAway(agent) ? letterColor(agent.color) : COLOR.stale;
  return agent.pose === "idle" || isAway(agent)
    ? { kind: "disc", x, y, radius: 4.25, stroke: color, line: 1.5 }
    : { kind: "disc", x, y, radius: 5, fill: color };
}

/** Above this an agent's budget is worth a gauge in the list. */
const STRESSED = 0.5;

/** A list of all agents, however many: only rows in sight exist, and they are used again as it scrolls. */
export interface AgentList {
  /** The list within `at`. */
  view(at: Rect): HudNode;
  dispose(): void;
}

interface AgentListOptions {
  readonly label: string;
  readonly isChosen: (id: AgentId) => boolean;
  readonly choose: (agent: AgentView) => void;
}

export function createAgentList(context: HudContext, options: AgentListOptions): AgentList {
  const { state, now, wakeAt } = context;
  const scroller = createScroller({ sticksToEnd: false });
  const changes = state.agentChanges.follow();
  let ids: readonly AgentId[] = [];

  /** Everybody in their order: gone through anew only when somebody came or left. */
  function listed(): readonly AgentId[] {
    if (changes.take()?.cameOrLeft === true) ids = [...state.agents.get().keys()];
    return ids;
  }

  return {
    view(at) {
      const all = listed();
      const agents = state.agents.get();
      scroller.measure(all.length * HEIGHT.row, at.height);
      if (scroller.step(now())) wakeAt(now());
      const offset = scroller.offset();
      const first = Math.floor(offset / HEIGHT.row);
      const last = Math.min(all.length, Math.ceil((offset + at.height) / HEIGHT.row));
      const inSight = all.slice(first, last).flatMap((id) => agents.get(id) ?? []);
      const rows = inSight.map((agent, slot): HudNode => {
        const index = first + slot;
        const row = rect(at.x, at.y + index * HEIGHT.row - offset, at.width, HEIGHT.row);
        return {
          key: `row${slot}`,
          role: "listitem",
          rect: row,
          place: { index, of: all.length },
          children: [agentRow(context, options, agent, row)],
        };
      });
      const isLive = state.link.get().status === "live";
      return {
        key: "list",
        role: "list",
        rect: at,
        label: options.label,
        clip: true,
        scroll: scroller,
        children:
          all.length > 0
            ? [...rows, ...scrollBar(all.length * HEIGHT.row, at, offset)]
            : [
                {
                  key: "none",
                  role: "text",
                  rect: rect(at.x, at.y, at.width, HEIGHT.row),
                  marks: [
                    text(at.x + SPACE.pad, at.y + 16, isLive ? "No agents." : "No agents yet.", {
                      size: SIZE.small,
                      color: COLOR.stale,
                    }),
                  ],
                },
              ],
      };
    },
    dispose: changes.stop,
  };
}

function agentRow(
  { state, measure }: HudContext,
  { isChosen, choose }: AgentListOptions,
  agent: AgentView,
  at: Rect,
): HudNode {
  const isLive = state.link.get().status === "live";
  const isSelected = isChosen(agent.id);
  const y = at.y + at.height / 2;
  const word = stateWord(agent);
  const isStressed = agent.budgetStress >= STRESSED;
  const wordRight = rightOf(at) - SPACE.pad - (isStressed ? 14 : 0);
  const nameAt = at.x + SPACE.pad + 18;
  const room = wordRight - measure.width(word, SIZE.small) - SPACE.gap - nameAt;
  return {
    key: "agent",
    role: "button",
    rect: at,
    label: `${agent.label} ${word}${isStressed ? `, ${budgetText(agent)}` : ""}`,
    selected: isSelected,
    tap: () => choose(agent),
    marks: [
      ...(isSelected
        ? ([
            { kind: "box", rect: at, fill: COLOR.well },
            { kind: "box", rect: rect(at.x + 1, at.y, 3, at.height), fill: agent.color },
          ] as const)
        : []),
      stateDot(agent, at.x + SPACE.pad + 5, y, isLive),
      text(nameAt, y, measure.fit(agent.label, SIZE.body, room, true), {
        color: isLive ? letterColor(agent.color) : COLOR.stale,
        bold: true,
      }),
      text(wordRight, y, word, {
        size: SIZE.small,
        align: "right",
        color: isLive ? COLOR.dim : COLOR.stale,
      }),
      ...(isStressed ? budgetGauge(agent, rightOf(at) - SPACE.pad - 5, y) : []),
    ],
  };
}

/** How much of its budget an agent has spent, in words. */
export const budgetText = ({ budgetStress }: AgentView): string =>
  `${Math.round(budgetStress * 100)}% of budget spent`;

/** A small upright gauge of the same. */
function budgetGauge({ budgetStress }: AgentView, x: number, y: number): readonly Mark[] {
  const height = Math.round(16 * Math.min(1, budgetStress));
  return [
    { kind: "box", rect: rect(x, y - 8, 5, 16), fill: COLOR.well, stroke: COLOR.line },
    { kind: "box", rect: rect(x, y + 8 - height, 5, height), fill: stressColor(budgetStress) },
  ];
}

export const stressColor = (stress: number): string =>
  stress >= 1 ? COLOR.red : stress >= STRESSED ? COLOR.amber : COLOR.accent;

/** Where in the whole the window is: a thin bar at its right edge; nothing when all is in sight. */
export function scrollBar(content: number, window: Rect, offset: number): readonly HudNode[] {
  if (content <= window.height) return [];
  const height = Math.max(24, (window.height * window.height) / content);
  const top = window.y + ((window.height - height) * offset) / (content - window.height);
  const bar = rect(rightOf(window) - 5, Math.min(Math.round(top), bottomOf(window) - height), 3, height);
  return [
    { key: "bar", role: "ornament", rect: bar, marks: [{ kind: "box", rect: bar, fill: COLOR.lineStrong }] },
  ];
}
