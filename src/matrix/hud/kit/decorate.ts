import type { HudNode, Mark } from "./node.ts";
import { inset, rect } from "./rect.ts";
import { COLOR, SPACE } from "./theme.ts";

/** Which nodes, by path, the person is touching, pointing at, or has the keyboard's focus on. */
export interface Attention {
  readonly pressed: string | undefined;
  readonly hovered: string | undefined;
  readonly focused: string | undefined;
}

/** The nodes with a sheen on what is touched or pointed at, and a ring around what has the focus. */
export function decorate(nodes: readonly HudNode[], attention: Attention, prefix = ""): readonly HudNode[] {
  const { pressed, hovered, focused } = attention;
  if (pressed === undefined && hovered === undefined && focused === undefined) return nodes;
  return nodes.map((node) => {
    const path = prefix === "" ? node.key : `${prefix}/${node.key}`;
    const isOn = path === pressed || path === hovered || path === focused;
    const isAbove = [pressed, hovered, focused].some((at) => at?.startsWith(`${path}/`));
    if (!isOn && !isAbove) return node;
    const children = node.children === undefined ? undefined : decorate(node.children, attention, path);
    const marks = isOn ? [...(node.marks ?? []), ...sheen(node, path, attention)] : node.marks;
    return { ...node, ...(marks !== undefined && { marks }), ...(children !== undefined && { children }) };
  });
}

function sheen({ rect: at, role }: HudNode, path: string, attention: Attention): readonly Mark[] {
  const marks: Mark[] = [];
  const isTouched = path === attention.pressed || path === attention.hovered;
  if (isTouched && role !== "field")
    marks.push({ kind: "box", rect: at, fill: COLOR.well, radius: SPACE.radius });
  if (path === attention.focused && role !== "field") {
    const ring = inset(rect(at.x, at.y, at.width, at.height), 1);
    marks.push({ kind: "box", rect: ring, stroke: COLOR.focus, line: 2, radius: SPACE.radius });
  }
  return marks;
}
