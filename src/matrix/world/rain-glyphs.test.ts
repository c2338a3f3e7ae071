import { expect, test } from "vitest";
import { ATLAS_COLUMNS, ATLAS_ROWS, drawRainAtlas, RAIN_GLYPHS } from "./rain-glyphs.ts";

test("every sign is drawn in a cell of its own, inside the cell, and no two are alike", () => {
  const { width, height, texels } = drawRainAtlas();
  const [cellWidth, cellHeight] = [width / ATLAS_COLUMNS, height / ATLAS_ROWS];
  expect(RAIN_GLYPHS).toBeLessThanOrEqual(ATLAS_COLUMNS * ATLAS_ROWS);
  const seen = new Set<string>();
  for (let glyph = 0; glyph < RAIN_GLYPHS; glyph++) {
    const left = (glyph % ATLAS_COLUMNS) * cellWidth;
    const top = Math.floor(glyph / ATLAS_COLUMNS) * cellHeight;
    const rows = Array.from({ length: cellHeight }, (_, row) =>
      texels.slice((top + row) * width + left, (top + row) * width + left + cellWidth),
    );
    const lit = rows.flatMap((row) => [...row]).filter((value) => value > 200).length;
    expect([glyph, lit > 20, lit < 400]).toEqual([glyph, true, true]);
    const border = [
      ...(rows[0] ?? []),
      ...(rows.at(-1) ?? []),
      ...rows.flatMap((row) => [row[0] ?? 0, row.at(-1) ?? 0]),
    ];
    expect([glyph, Math.max(...border) < 90]).toEqual([glyph, true]);
    seen.add(rows.join());
  }
  expect(seen.size).toBe(RAIN_GLYPHS);
});
