import { type ChatHeight, type HudContext, type HudFeature, patchUi } from "../context.ts";
import { button, chevron, iconButton, panelGround, text } from "../kit/build.ts";
import type { HudNode } from "../kit/node.ts";
import { bottomOf, inset, type Rect, rect, rightOf } from "../kit/rect.ts";
import { createScroller } from "../kit/scroller.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { HEIGHT, type Layout } from "../layout.ts";
import { createAgentList, scrollBar } from "./agent-list.ts";
import { blockNode, createBlocks } from "./chat-lines.ts";
import { createEntry } from "./entry.ts";

/** Older lines than this many are kept by the tower, not on the screen. */
const MOST_LINES = 400;

const HIGHER: Record<ChatHeight, ChatHeight> = { entry: "half", half: "full", full: "full" };
const LOWER: Record<ChatHeight, ChatHeight> = { entry: "entry", half: "entry", full: "half" };

/** What agents, tower and person said, with what can be done about it, and the entry to say more. */
export const chatFeature: HudFeature = {
  name: "chat",
  create(context) {
    const { state, ui, now, wakeAt } = context;
    const scroller = createScroller({ sticksToEnd: true });
    const blocks = createBlocks(context);
    const entry = createEntry(context);
    const chooser = createAgentList(context, {
      label: "Whom to ask",
      isChosen: (id) => entry.asked()?.id === id,
      choose(agent) {
        patchUi(ui, { asking: agent.id, isChoosingAgent: false });
        context.focusEntry();
      },
    });
    let lastSeen: string | undefined;

    function log(at: Rect): readonly HudNode[] {
      const lines = state.chat.get().slice(-MOST_LINES);
      const inner = inset(at, SPACE.pad, 0);
      const all = blocks.of(lines, inner.width);
      const content = all.reduce((sum, block) => sum + block.height, 0);
      scroller.measure(content, at.height);
      if (scroller.step(now())) wakeAt(now());
      const last = lines.at(-1)?.id;
      if (scroller.atEnd()) lastSeen = last;
      // Few lines rest on the bottom, where the newest belongs.
      let y = at.y + Math.max(0, at.height - content) - scroller.offset();
      const rows: HudNode[] = [];
      for (const block of all) {
        if (y + block.height > at.y && y < bottomOf(at)) {
          rows.push(blockNode(context, block, rows.length, rect(inner.x, y, inner.width, block.height), at));
        }
        y += block.height;
      }
      const nodes: HudNode[] = [
        {
          key: "log",
          role: "list",
          rect: at,
          label: "Chat",
          clip: true,
          scroll: scroller,
          children: rows.length > 0 ? [...rows, ...scrollBar(content, at, scroller.offset())] : [silence(at)],
        },
      ];
      if (lastSeen !== last && !scroller.atEnd()) {
        const width = 150;
        nodes.push(
          button({
            key: "new",
            at: rect(
              at.x + Math.round((at.width - width) / 2),
              bottomOf(at) - SPACE.target - 4,
              width,
              SPACE.target,
            ),
            words: "NEW MESSAGES",
            look: "strong",
            margin: 6,
            tap: () => {
              scroller.by(Number.POSITIVE_INFINITY);
              context.refresh();
            },
          }),
        );
      }
      return nodes;
    }

    function silence(at: Rect): HudNode {
      const link = state.link.get();
      const words =
        link.status === "live"
          ? "Nothing said yet. Ask for something."
          : link.status === "offline"
            ? link.reason
            : "Waiting for the tower…";
      return {
        key: "none",
        role: "text",
        rect: rect(at.x, bottomOf(at) - 32, at.width, 24),
        label: words,
        marks: [
          text(
            at.x + SPACE.pad,
            bottomOf(at) - 20,
            context.measure.fit(words, SIZE.small, at.width - 2 * SPACE.pad),
            { size: SIZE.small, color: COLOR.stale },
          ),
        ],
      };
    }

    return {
      view(at, layout) {
        const { isChatOpen, chatHeight, isChoosingAgent } = ui.get();
        const isSheet = layout.kind === "narrow";
        const isFolded = isSheet ? chatHeight === "entry" : !isChatOpen;
        const children: HudNode[] = [];
        // A resting sheet is the entry alone; its button to open is in the entry's own line.
        if (!isSheet || !isFolded) children.push(...header(context, at, layout));
        const hasEntry = entry.exists() && (isSheet || isChatOpen);
        const entryHeight = hasEntry ? entry.height(at.width) : 0;
        if (entryHeight !== ui.get().entryHeight && hasEntry) patchUi(ui, { entryHeight });
        const entryAt = rect(at.x, bottomOf(at) - entryHeight, at.width, entryHeight);
        if (!isFolded) {
          const top = at.y + HEIGHT.header;
          const list = rect(at.x + 1, top, at.width - 2, Math.max(0, entryAt.y - top));
          if (isChoosingAgent) children.push(chooser.view(list));
          else children.push(...log(list));
        }
        if (hasEntry) children.push(...entry.view(entryAt, layout));
        return {
          key: "chat",
          role: "region",
          rect: at,
          label: "Chat",
          marks: [panelGround(at)],
          children,
        };
      },
      dispose() {
        chooser.dispose();
        entry.dispose();
      },
    };
  },
};

function header(context: HudContext, at: Rect, layout: Layout): readonly HudNode[] {
  const { ui } = context;
  const y = at.y + HEIGHT.header / 2;
  const { isChatOpen, chatHeight, isChoosingAgent } = ui.get();
  const title: HudNode = {
    key: "title",
    role: "heading",
    rect: rect(at.x + SPACE.pad, at.y, 120, HEIGHT.header),
    marks: [
      text(at.x + SPACE.pad, y, isChoosingAgent ? "ASK WHOM?" : "CHAT", {
        size: SIZE.small,
        color: COLOR.dim,
      }),
    ],
  };
  const place = (fromRight: number): Rect =>
    rect(rightOf(at) - SPACE.target * fromRight, at.y, SPACE.target, SPACE.target);
  const centre = (box: Rect): [number, number] => [box.x + box.width / 2, box.y + box.height / 2];
  if (layout.kind === "wide") {
    const box = place(1);
    const fold = iconButton(
      "fold",
      box,
      isChatOpen ? "Fold the chat" : "Open the chat",
      [chevron(...centre(box), isChatOpen ? "up" : "down", COLOR.dim)],
      () => patchUi(ui, { isChatOpen: !isChatOpen, isChoosingAgent: false }),
    );
    return [title, { ...fold, expanded: isChatOpen }];
  }
  const up = place(2);
  const down = place(1);
  return [
    title,
    ...(chatHeight === "full"
      ? []
      : [
          iconButton("higher", up, "More of the chat", [chevron(...centre(up), "up", COLOR.dim)], () =>
            patchUi(ui, { chatHeight: HIGHER[chatHeight] }),
          ),
        ]),
    iconButton("lower", down, "Less of the chat", [chevron(...centre(down), "down", COLOR.dim)], () =>
      patchUi(ui, { chatHeight: LOWER[chatHeight], isChoosingAgent: false }),
    ),
  ];
}
