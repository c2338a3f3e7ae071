import { EDGE_PX } from "../text/lettering.ts";
import type { Pen } from "../text/pen.ts";

/**
 * A pen for tests: every character is as wide as in a monospaced face, and its texels tell which one it is. `written` is
 * every text it drew, in order.
 */
export function createFakePen(): Pen & { readonly written: string[]; readonly measured: string[] } {
  const written: string[] = [];
  const measured: string[] = [];
  const widthOf = (text: string, px: number) => [...text].length * px * 0.6;
  return {
    written,
    measured,
    measure(text, { px }) {
      measured.push(text);
      return widthOf(text, px);
    },
    draw(text, { px }, density, height) {
      written.push(text);
      const width = Math.ceil(widthOf(text, px) * density) + 2 * Math.ceil(EDGE_PX * density);
      return { width, height, texels: new Uint8Array(width * height).fill(text.codePointAt(0) ?? 0) };
    },
  };
}
