/// <reference types="vitest/config" />
import { statSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip, gzipSync } from "node:zlib";
import { defineConfig, type Plugin, type Rollup } from "vite";
import { configDefaults } from "vitest/config";

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** What gains from compression. Fonts and pictures are compressed already. */
const COMPRESSIBLE = /\.(?:js|css|html|svg|json|webmanifest|glb|txt)$/;
/** In kB of gzip: what the browser must have before the first drawn frame, and before the HUD can be used. */
export const BUDGETS_KB = { firstFrame: 320, hud: 450 };
/** In kB as it is: the figure with its clips. */
const AVATAR = { file: "assets/avatar.glb", budgetKb: 300 };
const ENTRY = "src/matrix/main.ts";
const HUD = "src/matrix/hud/hud.ts";

/** Writes a `.br` and a `.gz` beside every file that they make smaller, so that the tower never compresses. */
function precompress(): Plugin {
  let directory = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved({ root, build }) {
      directory = resolve(root, build.outDir);
    },
    async closeBundle() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && COMPRESSIBLE.test(entry.name));
      await Promise.all(files.map((file) => compress(join(file.parentPath, file.name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  const variants = [
    {
      ending: "br",
      bytes: await brotli(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    },
    { ending: "gz", bytes: await gzipped(content, { level: 9 }) },
  ];
  for (const { ending, bytes } of variants) {
    if (bytes.length < content.length) await writeFile(`${path}.${ending}`, bytes);
  }
}

/** Prints how much JavaScript stands before the first frame and before the HUD, beside the budgets. */
function reportSizes(): Plugin {
  let say = (_text: string) => {};
  return {
    name: "report-sizes",
    apply: "build",
    configResolved({ logger }) {
      say = (text) => logger.info(text);
    },
    writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const firstFrame = sizeOf(chunks, [ENTRY]);
      const hud = sizeOf(chunks, [ENTRY, HUD]);
      say(
        [
          "JavaScript in kB of gzip:",
          line("before the first frame", firstFrame, BUDGETS_KB.firstFrame),
          line("before the HUD is usable", hud, BUDGETS_KB.hud),
          "The figure in kB:",
          line(AVATAR.file, statSync(AVATAR.file).size / 1000, AVATAR.budgetKb),
        ].join("\n"),
      );
    },
  };
}

const line = (what: string, kB: number, budget: number): string =>
  `  ${what.padEnd(26)} ${kB.toFixed(1)} of ${budget}${kB > budget ? "  OVER BUDGET" : ""}`;

/** The gzip size, in kB, of the chunks that hold these modules and everything that those import statically. */
function sizeOf(chunks: readonly Rollup.OutputChunk[], modules: readonly string[]): number {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const needed = new Set<Rollup.OutputChunk>();
  const need = (chunk: Rollup.OutputChunk | undefined) => {
    if (chunk === undefined || needed.has(chunk)) return;
    needed.add(chunk);
    for (const name of chunk.imports) need(byName.get(name));
  };
  for (const module of modules) {
    const holders = chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`/${module}`)));
    if (holders.length === 0) throw new Error(`No chunk of the build holds ${module}.`);
    for (const holder of holders) need(holder);
  }
  return Array.from(needed, ({ code }) => gzipSync(code).length).reduce((sum, size) => sum + size, 0) / 1000;
}

/** What `?debug` opens beside its own chart, for those who have installed it: see the README. */
const DEBUG_TOOLS = {
  inspector: ["@babylonjs/inspector", "react"],
  stately: ["@statelyai/inspect"],
};
const DEBUG_MODULE = "virtual:debug-tools";

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

/** Tells the page what is installed of the tools for debugging, and how to load it. None of them is in a build. */
function debugTools(): Plugin {
  const hasInspector = DEBUG_TOOLS.inspector.every(isInstalled);
  const hasStately = DEBUG_TOOLS.stately.every(isInstalled);
  return {
    name: "debug-tools",
    apply: "serve",
    config: () => ({
      optimizeDeps: {
        // Found only when they are first opened, they would be bundled then, and the page loaded anew.
        include: [...(hasInspector ? DEBUG_TOOLS.inspector : []), ...(hasStately ? DEBUG_TOOLS.stately : [])],
      },
    }),
    resolveId: (source) => (source === DEBUG_MODULE ? `\0${DEBUG_MODULE}` : undefined),
    load(id) {
      if (id !== `\0${DEBUG_MODULE}`) return undefined;
      const inspector = `async () => {
        const [inspector, react] = await Promise.all([import("@babylonjs/inspector"), import("react")]);
        return { inspector, react };
      }`;
      return `
        export const loadInspector = ${hasInspector ? inspector : "undefined"};
        export const loadStately = ${hasStately ? '() => import("@statelyai/inspect")' : "undefined"};
      `;
    },
  };
}

/** Where the tower runs during development. */
const TOWER = `http://localhost:${process.env["PORT"] ?? 8080}`;
/** The tower takes pages of its own origin only: through the proxy, the page is one. */
const throughTower = { target: TOWER, changeOrigin: true, headers: { origin: TOWER } };

/** Files that live through thousands of seeds, each on a processor of its own. */
const PROOFS = "src/tower/economy/simulation*.test.ts";

export default defineConfig({
  publicDir: "assets/public",
  plugins: [precompress(), reportSizes(), debugTools()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: ["es2023", "safari17"],
    // Pages run under a policy that allows neither inline scripts nor fetching from `data:`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_500,
  },
  test: {
    reporters: ["default", "./src/whole/reporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["src/{protocol,job,matrix,tower}/**/*.test.ts", "assets/**/*.test.ts"],
          exclude: [...configDefaults.exclude, PROOFS],
          benchmark: { include: ["src/{protocol,job,matrix,tower}/**/*.bench.ts"] },
          testTimeout: 30_000,
          // By default one processor is left idle: of two, that is half.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: {
          name: "proofs",
          include: [PROOFS],
          // Nothing but processors limits these: two of them share the seeds, when no part's test waits for one.
          maxWorkers: 2,
          benchmark: { include: [] },
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["src/whole/**/*.test.ts"],
          benchmark: { include: ["src/whole/**/*.bench.ts"] },
          // Towers and browsers share two processors: one file at a time, after the parts.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
  server: {
    proxy: { "/ws": { ...throughTower, ws: true }, "/api": throughTower },
  },
});
