import { bottomOf, rightOf } from "./kit/rect.ts";
import type { Layout } from "./layout.ts";

/** How far, in CSS pixels from each edge, panels that stand there for long cover the canvas. */
export interface Cover {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The most of a narrow screen's height that a sheet counts as covering: under a higher one nobody looks at the world. */
const MOST_OF_HEIGHT = 0.5;

/**
 * What a layout leaves to the world: its wide view is framed in the rest. Cards come and go and do not count, nor
 * does the treasury alone, which is low.
 */
export function coverOf(layout: Layout, size: { readonly width: number; readonly height: number }): Cover {
  const { agents, chat, chips, status } = layout.slots;
  if (layout.kind === "wide") {
    const isChatFolded = chat === undefined || chat.rect.height < size.height / 4;
    return {
      left: status === undefined ? 0 : rightOf((agents ?? status).rect),
      top: 0,
      right: isChatFolded ? 0 : size.width - chat.rect.x,
      bottom: 0,
    };
  }
  const sheet = chat?.rect;
  const isBeside = sheet !== undefined && sheet.width < size.width / 1.5;
  return {
    left: 0,
    top: chips === undefined ? 0 : bottomOf(chips.rect),
    right: isBeside ? size.width - sheet.x : 0,
    bottom:
      sheet === undefined || isBeside ? 0 : Math.min(size.height - sheet.y, size.height * MOST_OF_HEIGHT),
  };
}

export const sameCover = (a: Cover, b: Cover): boolean =>
  a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
