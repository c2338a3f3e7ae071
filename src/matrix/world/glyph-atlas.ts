import { Constants } from "@babylonjs/core/Engines/constants.js";
import type { ThinEngine } from "@babylonjs/core/Engines/thinEngine.pure.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { LETTERINGS, type LetteringName } from "./text/lettering.ts";
import type { Pen } from "./text/pen.ts";

/** How many cells there are, and what each takes on screen, in CSS px. */
export const COLUMNS = 64;
export const ROWS = 32;
const CELL_WIDTH_PX = 16;
const CELL_HEIGHT_PX = 32;

/** A text in the atlas: the cells that, side by side from the left, show it with its edge. */
export interface Strip {
  readonly cells: readonly number[];
  /** Texels from the left end of the first cell to the right end of the edge. */
  readonly width: number;
}

/** Texts as the GPU draws them: pictures, cut into cells of one texture, one texel a pixel of the screen. */
export interface GlyphAtlas {
  readonly texture: RawTexture;
  /** Texels of one cell. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Whether a text is in it, so that to hold it costs nothing. */
  has(text: string, lettering: LetteringName): boolean;
  /** Draws a text, unless it is there already, and keeps it until it is let go. Undefined while there is no room for it. */
  hold(text: string, lettering: LetteringName): Strip | undefined;
  /** Gives a held text back. It stays until its cells are wanted: the longest unused go first. */
  release(strip: Strip): void;
  /** Sends new cells to the GPU, if there are any. Call once a frame. */
  flush(): void;
  dispose(): void;
}

interface Kept extends Strip {
  readonly key: string;
  holders: number;
}

/** Rows of texels in memory begin at multiples of four bytes, or a graphics card would not read them. */
const inFours = (texels: number): number => Math.ceil(texels / 4) * 4;

/** Makes an atlas for letters of `density` texels per CSS px. After a lost context it comes back with what is in it. */
export function createGlyphAtlas(scene: Scene, pen: Pen, density: number): GlyphAtlas {
  const cellWidth = inFours(CELL_WIDTH_PX * density);
  const cellHeight = Math.ceil(CELL_HEIGHT_PX * density);
  const width = COLUMNS * cellWidth;
  const texels = new Uint8Array(width * ROWS * cellHeight);
  const strips = new Map<string, Kept>();
  /** Those that nobody holds, the longest unused first. */
  const idle = new Set<Kept>();
  const free = Array.from({ length: COLUMNS * ROWS }, (_, i) => COLUMNS * ROWS - 1 - i);
  /** There was no room for a text, and nothing was let go since: nothing is drawn in vain. */
  let isFull = false;
  const unsent = new Set<number>();
  const part = new Uint8Array(cellWidth * cellHeight);
  const engine = scene.getEngine();
  // Babylon keeps this very array and builds the texture from it again after a lost context.
  const texture = RawTexture.CreateRTexture(
    texels,
    width,
    ROWS * cellHeight,
    scene,
    false,
    false,
    Constants.TEXTURE_NEAREST_SAMPLINGMODE,
    Constants.TEXTURETYPE_UNSIGNED_BYTE,
  );
  texture.name = "labels.glyphs";

  const keyOf = (text: string, lettering: LetteringName): string => `${lettering} ${text}`;
  const startOf = (cell: number): number =>
    Math.floor(cell / COLUMNS) * cellHeight * width + (cell % COLUMNS) * cellWidth;

  function makeRoom(cells: number): boolean {
    for (const strip of idle) {
      if (free.length >= cells) break;
      idle.delete(strip);
      strips.delete(strip.key);
      free.push(...strip.cells);
    }
    return free.length >= cells;
  }

  function draw(key: string, text: string, lettering: LetteringName): Kept | undefined {
    const picture = pen.draw(text, LETTERINGS[lettering], density, cellHeight);
    const count = Math.ceil(picture.width / cellWidth);
    isFull = !makeRoom(count);
    if (isFull) return undefined;
    const cells = Array.from({ length: count }, () => free.pop() ?? 0);
    cells.forEach((cell, i) => {
      const left = i * cellWidth;
      const start = startOf(cell);
      for (let row = 0; row < cellHeight; row++) {
        const from = row * picture.width;
        const line = picture.texels.subarray(from + left, from + Math.min(left + cellWidth, picture.width));
        const at = start + row * width;
        texels.set(line, at);
        texels.fill(0, at + line.length, at + cellWidth);
      }
      unsent.add(cell);
    });
    const strip: Kept = { key, cells, width: picture.width, holders: 0 };
    strips.set(key, strip);
    return strip;
  }

  return {
    texture,
    cellWidth,
    cellHeight,
    has: (text, lettering) => strips.has(keyOf(text, lettering)),
    hold(text, lettering) {
      const key = keyOf(text, lettering);
      const strip = strips.get(key) ?? (isFull ? undefined : draw(key, text, lettering));
      if (!strip) return undefined;
      strip.holders += 1;
      idle.delete(strip);
      return strip;
    },
    release(strip) {
      const kept = strip as Kept;
      kept.holders -= 1;
      if (kept.holders > 0) return;
      idle.add(kept);
      isFull = false;
    },
    flush() {
      if (unsent.size === 0) return;
      const internal = texture.getInternalTexture();
      // An engine that draws nothing has no canvas, and nothing to send to.
      if (internal && engine.getRenderingCanvas()) {
        for (const cell of unsent) {
          const start = startOf(cell);
          for (let row = 0; row < cellHeight; row++) {
            part.set(texels.subarray(start + row * width, start + row * width + cellWidth), row * cellWidth);
          }
          (engine as ThinEngine).updateTextureData(
            internal,
            part,
            (cell % COLUMNS) * cellWidth,
            Math.floor(cell / COLUMNS) * cellHeight,
            cellWidth,
            cellHeight,
          );
        }
      }
      unsent.clear();
    },
    dispose: () => texture.dispose(),
  };
}
