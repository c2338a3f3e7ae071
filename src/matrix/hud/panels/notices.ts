import type { HudFeature } from "../context.ts";
import { panelGround, text } from "../kit/build.ts";
import { rect } from "../kit/rect.ts";
import { COLOR, SIZE, SPACE } from "../kit/theme.ts";

/** The newest refusal, for a few seconds or until tapped. */
export const noticesFeature: HudFeature = {
  name: "notices",
  create(context) {
    const { board } = context;
    return {
      view(at) {
        const notice = board.current();
        if (notice === undefined) return undefined;
        const width = at.width - 2 * SPACE.pad;
        const lines = context.measure.ranges(notice.message, SIZE.small, width);
        const shown = lines
          .slice(0, 2)
          .map(({ start, end }, index) =>
            index === 1 && lines.length > 2
              ? context.measure.fit(notice.message.slice(start), SIZE.small, width)
              : notice.message.slice(start, end).trimEnd(),
          );
        const top = at.y + at.height / 2 - (shown.length - 1) * 9;
        return {
          key: "notices",
          role: "region",
          rect: at,
          label: "Notice",
          marks: [panelGround(at, COLOR.amber)],
          children: [
            {
              key: "dismiss",
              role: "button",
              rect: rect(at.x, at.y, at.width, at.height),
              label: notice.message,
              tap: () => board.dismiss(notice.id),
              marks: shown.map((line, index) =>
                text(at.x + SPACE.pad, top + index * 18, line, { size: SIZE.small, color: COLOR.amber }),
              ),
            },
          ],
        };
      },
    };
  },
};
