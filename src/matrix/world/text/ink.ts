/** A drawn text: one byte a texel, row by row. See {@link inkOf}. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly texels: Uint8Array;
}

/** Light letters on dark look thinner than they are: what half covers a texel is drawn as a little more. */
const THICKENING = 0.8;
const THICKENED = Uint8Array.from({ length: 256 }, (_, cover) =>
  Math.round(255 * (cover / 255) ** THICKENING),
);
/** Blurred letters are this much too faint for an edge that hides what is behind it. */
const EDGE_STRENGTH = 5;

/**
 * Turns what a canvas drew in white (`rgba`, not premultiplied) into ink with a dark edge around it, in one byte a texel: from
 * 128 up it is ink, the more the more it covers; below, only edge. Coloured emoji become ink by how light they are, so that
 * a face keeps its features. `reach` is how far the edge goes, in texels.
 */
export function inkOf(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  reach: number,
): Picture {
  const count = width * height;
  const edge = new Float32Array(count);
  const texels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const cover = rgba[i * 4 + 3] ?? 0;
    edge[i] = cover;
    const light = 0.3 * (rgba[i * 4] ?? 0) + 0.59 * (rgba[i * 4 + 1] ?? 0) + 0.11 * (rgba[i * 4 + 2] ?? 0);
    texels[i] = ((THICKENED[cover] ?? 0) * (0.25 + 0.75 * (light / 255))) >> 1;
  }
  const radius = Math.max(1, Math.round(reach / 2));
  const line = new Float32Array(Math.max(width, height));
  // Twice, so that it falls off softly.
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < height; y++) blur(edge, y * width, 1, width, radius, line);
    for (let x = 0; x < width; x++) blur(edge, x, width, height, radius, line);
  }
  for (let i = 0; i < count; i++) {
    const ink = texels[i] ?? 0;
    texels[i] = ink > 3 ? 128 + ink : Math.min(127, ((edge[i] ?? 0) * EDGE_STRENGTH) >> 1);
  }
  return { width, height, texels };
}

/** The mean over a window that slides along one row or column: `count` values from `start` on, `step` apart. */
function blur(
  values: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
  line: Float32Array,
): void {
  let sum = 0;
  for (let i = 0; i < Math.min(radius, count); i++) sum += values[start + i * step] ?? 0;
  const share = 1 / (2 * radius + 1);
  for (let i = 0; i < count; i++) {
    if (i + radius < count) sum += values[start + (i + radius) * step] ?? 0;
    if (i - radius > 0) sum -= values[start + (i - radius - 1) * step] ?? 0;
    line[i] = sum * share;
  }
  for (let i = 0; i < count; i++) values[start + i * step] = line[i] ?? 0;
}
