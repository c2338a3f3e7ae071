import { formatNumber } from "../../../protocol/format.ts";
import { type HudFeature, patchUi } from "../context.ts";
import { panelGround, text } from "../kit/build.ts";
import { rect, rightOf } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";
import { HEIGHT } from "../layout.ts";
import { createAgentList } from "./agent-list.ts";
import { closeSheet } from "./status.ts";

/** All agents with what they are doing. A tap selects one, in the world too. */
export const agentsFeature: HudFeature = {
  name: "agents",
  create(context) {
    const { state, selection, ui } = context;
    const list = createAgentList(context, {
      label: "All agents",
      isChosen: (id) => selection.get() === id,
      choose(agent) {
        selection.set(selection.get() === agent.id ? undefined : agent.id);
        // Where the list is a sheet, the agent's card takes its place over the resting entry.
        patchUi(ui, { sheet: undefined, asking: undefined, chatHeight: "entry" });
      },
    });
    return {
      dispose: list.dispose,
      view(at, layout) {
        const total = Math.max(state.agentCount.get(), state.agents.get().size);
        const y = at.y + HEIGHT.header / 2;
        return {
          key: "agents",
          role: "region",
          rect: at,
          label: "Agents",
          marks: [panelGround(at)],
          children: [
            {
              key: "title",
              role: "heading",
              rect: rect(at.x + SPACE.pad, at.y, at.width - SPACE.pad - SPACE.target, HEIGHT.header),
              marks: [
                text(at.x + SPACE.pad, y, "AGENTS", { size: SIZE.small, color: COLOR.dim }),
                text(at.x + SPACE.pad + 58, y, formatNumber(total), { size: SIZE.small, color: COLOR.dim }),
              ],
            },
            ...(layout.kind === "narrow" ? [closeSheet(context, rightOf(at) - SPACE.target, at.y)] : []),
            list.view(rect(at.x + 1, at.y + HEIGHT.header, at.width - 2, at.height - HEIGHT.header - 4)),
          ],
        };
      },
    };
  },
};
