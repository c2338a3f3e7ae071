import { inkOf, type Picture } from "./ink.ts";
import { EDGE_PX, type Lettering } from "./lettering.ts";
import { isRightToLeft } from "./reading-direction.ts";

/** Writes texts as pictures. Direction, joining and the marks of letters are whatever the pen's maker knows of them. */
export interface Pen {
  /** How wide a text is, in CSS px. */
  measure(text: string, lettering: Lettering): number;
  /** Draws one line, `height` texels high and `density` texels per CSS px, with room for its edge all around. */
  draw(text: string, lettering: Lettering, density: number, height: number): Picture;
}

/** Browsers draw the lightning sign as a coloured emoji even where the font has it; ours has it here as well. */
const LIGHTNING = "⚡";
const DRAWN_LIGHTNING = "\uE000";
/** The middle of capital letters over the line they stand on, as a part of their size. */
const MIDDLE_OF_CAPITALS = 0.365;
/** A text wider than this, in CSS px, is squeezed: some scripts have letters as wide as a sentence. */
const WIDEST_PX = 420;

/** The most that a text may take to the left of where it begins, as a part of its size. */
const OVERHANG = 1;

/** A pen that writes with the fonts of the page, which must have been loaded. Throws where a canvas cannot draw text. */
export function createPen(fontFamily: string): Pen {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser cannot draw text on a canvas");
  const pen = context;
  const own = /^"?([^",]+)/.exec(fontFamily)?.[1];
  const hasOwnFont = [...document.fonts].some(
    ({ family, status }) => family.replaceAll('"', "") === own && status === "loaded",
  );
  const drawn = (text: string) => (hasOwnFont ? text.replaceAll(LIGHTNING, DRAWN_LIGHTNING) : text);

  function take({ px, weight }: Lettering, density: number, text: string): void {
    pen.font = `${weight} ${px * density}px ${fontFamily}`;
    pen.direction = isRightToLeft(text) ? "rtl" : "ltr";
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.fillStyle = "#fff";
  }

  return {
    measure(text, lettering) {
      take(lettering, 1, text);
      return Math.min(WIDEST_PX, pen.measureText(drawn(text)).width);
    },
    draw(text, lettering, density, height) {
      take(lettering, density, text);
      const letters = drawn(text);
      const size = pen.measureText(letters);
      const edge = Math.ceil(EDGE_PX * density);
      const widest = WIDEST_PX * density;
      const most = lettering.px * density * OVERHANG;
      const before = Math.ceil(Math.min(most, Math.max(0, size.actualBoundingBoxLeft)));
      const after = Math.min(most, Math.max(0, size.actualBoundingBoxRight - size.width));
      const width = Math.ceil(Math.min(widest, size.width) + after) + before + 2 * edge;
      if (canvas.width < width || canvas.height < height) {
        canvas.width = Math.max(canvas.width, width);
        canvas.height = Math.max(canvas.height, height);
        take(lettering, density, text);
      }
      pen.clearRect(0, 0, width, height);
      const line = Math.round(height / 2 + lettering.px * density * MIDDLE_OF_CAPITALS);
      pen.fillText(letters, edge + before, line, widest);
      return inkOf(pen.getImageData(0, 0, width, height).data, width, height, edge);
    },
  };
}
