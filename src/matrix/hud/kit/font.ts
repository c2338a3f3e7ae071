const FAMILY = "Matrix Mono";

/** The HUD's font, and what stands in until it has arrived. */
export const FONT_FAMILY = `"${FAMILY}", ui-monospace, Menlo, Consolas, monospace`;

const FACES = [
  { file: "fonts/matrix-mono-regular.woff2", weight: "400" },
  { file: "fonts/matrix-mono-bold.woff2", weight: "700" },
] as const;

/** A page has one set of fonts, so whether ours is in it is the page's state, not a caller's. */
let isLoaded = false;

/** Whether text is drawn with the HUD's font, and not with a stand-in. */
export const isFontLoaded = (): boolean => isLoaded;

/**
 * Loads the HUD's font from `base` (the page's base path, ending in `/`). The files are fetched and handed over
 * as bytes, so the page's policy needs no `font-src`. Resolves once text can be drawn with it; rejects when a
 * file is missing, and the stand-in stays.
 */
export async function loadFont(base: string): Promise<void> {
  await Promise.all(
    FACES.map(async ({ file, weight }) => {
      const response = await fetch(`${base}${file}`);
      if (!response.ok) throw new Error(`The font ${file} was not found (${response.status}).`);
      const face = new FontFace(FAMILY, await response.arrayBuffer(), { weight });
      await face.load();
      document.fonts.add(face);
    }),
  );
  isLoaded = true;
}
