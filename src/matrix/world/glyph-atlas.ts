import { Constants } from "@babylonjs/core/Engines/constants.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";

/** Texels of one cell, and how many there are. Letters are drawn at twice their usual size on screen. */
export const CELL_WIDTH = 32;
export const CELL_HEIGHT = 48;
export const COLUMNS = 32;
export const ROWS = 16;
/** Size of the letters in a cell, in texels. */
export const LETTER_SIZE = 32;
/** What a character takes along a line, as a part of the letters' size; the face is monospaced. */
export const ADVANCE = 0.6;

/** Draws one character in white in the middle of a cell and gives back how much of each texel it covers, 0 to 255. */
export type DrawGlyph = (character: string) => Uint8Array;

export interface GlyphAtlas {
  readonly texture: RawTexture;
  /** The cell of a character, drawn the first time it is asked for. When the atlas is full, that of `?`. */
  cellOf(character: string): number;
  /** Sends new characters to the GPU, if there are any. */
  flush(): void;
  dispose(): void;
}

/** Draws characters with a font of the page. The font must have been loaded. */
export function drawWithFont(fontFamily: string): DrawGlyph {
  const canvas = document.createElement("canvas");
  canvas.width = CELL_WIDTH;
  canvas.height = CELL_HEIGHT;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("this browser cannot draw text on a canvas");
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "#fff";
  pen.font = `500 ${LETTER_SIZE}px ${fontFamily}`;
  return (character) => {
    pen.clearRect(0, 0, CELL_WIDTH, CELL_HEIGHT);
    pen.fillText(character, CELL_WIDTH / 2, CELL_HEIGHT / 2 + 2);
    const { data } = pen.getImageData(0, 0, CELL_WIDTH, CELL_HEIGHT);
    return data.filter((_, i) => i % 4 === 3) as unknown as Uint8Array;
  };
}

/** Keeps every character that labels use in one texture. */
export function createGlyphAtlas(scene: Scene, drawGlyph: DrawGlyph): GlyphAtlas {
  const width = COLUMNS * CELL_WIDTH;
  const height = ROWS * CELL_HEIGHT;
  const texels = new Uint8Array(width * height);
  const cells = new Map<string, number>();
  let isStale = false;
  const texture = RawTexture.CreateRTexture(
    texels,
    width,
    height,
    scene,
    true,
    false,
    Constants.TEXTURE_TRILINEAR_SAMPLINGMODE,
    Constants.TEXTURETYPE_UNSIGNED_BYTE,
  );
  texture.name = "labels.glyphs";
  texture.anisotropicFilteringLevel = 1;

  return {
    texture,
    cellOf(character) {
      const known = cells.get(character);
      if (known !== undefined) return known;
      if (cells.size >= COLUMNS * ROWS) return cells.get("?") ?? 0;
      const cell = cells.size;
      cells.set(character, cell);
      const drawn = drawGlyph(character);
      const left = (cell % COLUMNS) * CELL_WIDTH;
      const top = Math.floor(cell / COLUMNS) * CELL_HEIGHT;
      for (let row = 0; row < CELL_HEIGHT; row++) {
        texels.set(drawn.subarray(row * CELL_WIDTH, (row + 1) * CELL_WIDTH), (top + row) * width + left);
      }
      isStale = true;
      return cell;
    },
    flush() {
      if (isStale) texture.update(texels);
      isStale = false;
    },
    dispose: () => texture.dispose(),
  };
}
