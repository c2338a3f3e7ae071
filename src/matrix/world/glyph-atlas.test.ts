import type { ThinEngine } from "@babylonjs/core/Engines/thinEngine.pure.js";
import { expect, test, vi } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import { COLUMNS, createGlyphAtlas, ROWS } from "./glyph-atlas.ts";
import { createFakePen } from "./testing/fake-pen.ts";

function setUp(density = 1) {
  const { stage, dispose } = createNullStage();
  const pen = createFakePen();
  const atlas = createGlyphAtlas(stage.scene, pen, density);
  return { stage, pen, atlas, dispose };
}

test("a text is drawn once and is the same strip for everybody who holds it", () => {
  const { pen, atlas, dispose } = setUp();
  const strip = atlas.hold("Timmy", "name");
  expect([strip, atlas.hold("Timmy", "name"), strip?.cells.length, strip?.width]).toEqual([
    strip,
    strip,
    3,
    5 * 8 + 8,
  ]);
  expect(atlas.hold("Timmy", "chosen")).not.toBe(strip);
  expect(pen.written).toEqual(["Timmy", "Timmy"]);
  dispose();
});

test("ten thousand names do not exhaust it: what nobody holds any more makes room, the longest unused first", () => {
  const { atlas, dispose } = setUp();
  for (let i = 0; i < 10_000; i++) {
    const strip = atlas.hold(String.fromCodePoint(0x4e00 + i, 0x4e00 + ((i * 7) % 9000)), "name");
    expect(strip).toBeDefined();
    if (strip) atlas.release(strip);
  }
  const isThere = (i: number) =>
    atlas.has(String.fromCodePoint(0x4e00 + i, 0x4e00 + ((i * 7) % 9000)), "name");
  expect([isThere(9_999), isThere(9_500), isThere(0)]).toEqual([true, true, false]);
  dispose();
});

test("what is held stays; when all cells are held there is no room until one is let go", () => {
  const { atlas, dispose } = setUp();
  const held = Array.from({ length: COLUMNS * ROWS }, (_, i) =>
    atlas.hold(String.fromCodePoint(i + 33), "name"),
  );
  expect(new Set(held.flatMap((strip) => strip?.cells ?? [])).size).toBe(COLUMNS * ROWS);
  expect(atlas.hold("no room", "name")).toBe(undefined);
  for (const strip of held.slice(0, 5)) if (strip) atlas.release(strip);
  expect(atlas.hold("no room", "name")?.cells.length).toBe(5);
  expect(atlas.hold(String.fromCodePoint(33 + 5), "name")).toBe(held[5]);
  dispose();
});

test("it sends only cells that changed, and nothing when nothing did", () => {
  const { stage, atlas, dispose } = setUp(1.5);
  const sent: unknown[] = [];
  const engine = stage.engine as ThinEngine;
  vi.spyOn(stage.engine, "getRenderingCanvas").mockReturnValue({} as HTMLCanvasElement);
  engine.updateTextureData = (_texture, data, x, y, width, height) => {
    sent.push([x, y, width, height, data.byteLength, new Uint8Array(data.buffer)[0]]);
  };
  atlas.hold("A", "name");
  atlas.hold("AB", "name");
  atlas.flush();
  const [wide, high] = [24, 48];
  expect([atlas.cellWidth, atlas.cellHeight]).toEqual([wide, high]);
  expect(sent).toEqual([
    [0, 0, wide, high, wide * high, 65],
    [wide, 0, wide, high, wide * high, 65],
    [2 * wide, 0, wide, high, wide * high, 65],
  ]);
  atlas.hold("A", "name");
  atlas.flush();
  expect(sent.length).toBe(3);
  dispose();
});

test("a cell that is used again shows nothing of what was in it", () => {
  const { stage, atlas, dispose } = setUp();
  const engine = stage.engine as ThinEngine;
  const sent = new Map<string, number[]>();
  vi.spyOn(stage.engine, "getRenderingCanvas").mockReturnValue({} as HTMLCanvasElement);
  engine.updateTextureData = (_texture, data, x, y, width) => {
    sent.set(`${x / width},${y}`, [...new Uint8Array(data.buffer).subarray(0, width)]);
  };
  const wide = atlas.hold("WWWWWWWWWWWWWWWWWWWWWWWW", "name");
  if (wide) atlas.release(wide);
  const used = wide?.cells.length ?? 0;
  // Everything else is taken, so the next text gets the cells of the first.
  for (let i = 0; i < COLUMNS * ROWS - used; i++) atlas.hold(String.fromCodePoint(i + 0x4e00), "name");
  const narrow = atlas.hold("ii", "name");
  atlas.flush();
  const last = narrow?.cells.at(-1) ?? -1;
  expect(wide?.cells).toContain(last);
  const drawn = 2 * 8 + 8 - atlas.cellWidth;
  const line = sent.get(`${last % COLUMNS},${Math.floor(last / COLUMNS) * atlas.cellHeight}`);
  expect(line).toEqual(
    Array.from({ length: atlas.cellWidth }, (_, i) => (i < drawn ? "i".charCodeAt(0) : 0)),
  );
  dispose();
});
