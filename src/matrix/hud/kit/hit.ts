import type { HudNode } from "./node.ts";
import { containsPoint } from "./rect.ts";

/** What is under a point: the node path's parts from the panel to the innermost node. */
export interface Hit {
  readonly path: string;
  readonly node: HudNode;
}

/**
 * The nodes under a point, outermost first; empty when the point is over none of the HUD. Later nodes lie over
 * earlier ones.
 */
export function hitTest(nodes: readonly HudNode[], x: number, y: number, prefix = ""): readonly Hit[] {
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node === undefined) continue;
    const path = prefix === "" ? node.key : `${prefix}/${node.key}`;
    const isInside = containsPoint(node.rect, x, y);
    if (!isInside && node.clip === true) continue;
    const within = hitTest(node.children ?? [], x, y, path);
    if (isInside || within.length > 0) return [{ path, node }, ...within];
  }
  return [];
}

/** The node at a path such as `chat/lines/row3`; undefined when there is none. */
export function nodeAt(nodes: readonly HudNode[], path: string): HudNode | undefined {
  const [key, ...rest] = path.split("/");
  const node = nodes.find((candidate) => candidate.key === key);
  return node === undefined || rest.length === 0 ? node : nodeAt(node.children ?? [], rest.join("/"));
}
