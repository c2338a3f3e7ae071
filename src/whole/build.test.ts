import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BUDGETS_KB } from "../../vite.config.ts";
import { buildClient, buildScenes } from "./browser.ts";

// What a browser has to fetch of an ordinary build, and what it must not find there.

const chunksOf = (folder: string): ReadonlyMap<string, string> => {
  const assets = join(folder, "assets");
  const names = readdirSync(assets).filter((name) => name.endsWith(".js"));
  return new Map(names.map((name) => [name, readFileSync(join(assets, name), "utf8")]));
};

/** The imports that a browser follows before it runs a chunk: those with `(` wait until they are asked for. */
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+\.js)["'`]/g;

/** These chunks and everything that they import statically, by name. */
function closureOf(chunks: ReadonlyMap<string, string>, names: readonly string[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    const code = chunks.get(name);
    if (code === undefined) throw new Error(`the build lacks ${name}`);
    for (const [, imported = ""] of code.matchAll(STATIC_IMPORT)) need(imported);
  };
  for (const name of names) need(name);
  return needed;
}

const kBOf = (chunks: ReadonlyMap<string, string>, names: ReadonlySet<string>): number =>
  Array.from(names, (name) => gzipSync(chunks.get(name) ?? "").length).reduce((sum, size) => sum + size, 0) /
  1000;

describe("the JavaScript of an ordinary build, in kB of gzip", () => {
  const folder = buildClient();
  const chunks = chunksOf(folder);
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const asked = [...page.matchAll(/\s(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name = ""]) => name);
  const entry = closureOf(chunks, asked.slice(0, 1));

  test("before the first frame it is within its budget", () => {
    // The page names what its entry imports, so that all of it is fetched at once: two ways to the same chunks.
    expect([...entry].toSorted()).toEqual(asked.toSorted());
    expect(kBOf(chunks, entry)).toBeGreaterThan(BUDGETS_KB.firstFrame / 2);
    expect(kBOf(chunks, entry)).toBeLessThanOrEqual(BUDGETS_KB.firstFrame);
  });

  test("before the HUD can be used it is within its budget", () => {
    const huds = [...chunks.keys()].filter((name) => name.startsWith("hud-"));
    expect(huds.length).toBe(1);
    const both = closureOf(chunks, [...entry, ...huds]);
    expect(both.size).toBeGreaterThan(entry.size);
    expect(kBOf(chunks, both)).toBeLessThanOrEqual(BUDGETS_KB.hud);
  });
});

test("an ordinary build gives nobody a handle on the page, whatever its address says", () => {
  const holding = (folder: string) =>
    [...chunksOf(folder).values()].filter((code) => /\(window,\s*["'`]matrix["'`]/.test(code));
  expect(holding(buildScenes()).length).toBe(1);
  expect(holding(buildClient())).toEqual([]);
});
