import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createServer, createServerModuleRunner, type Plugin } from "vite";
import type { Patch, PlantedBug } from "./planted-bugs.ts";

type Simulate = typeof import("./simulation/simulate.ts").simulate;

const SIMULATE = "/src/tower/economy/testing/simulation/simulate.ts";

/** Runs the real simulation on the real sources, with or without a mistake in them. */
export interface Planting {
  /** The simulation of a tower that has this bug, or none. */
  simulationWith<Result>(
    bug: PlantedBug | undefined,
    use: (simulate: Simulate) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

const patchesOf = (bug: PlantedBug | undefined): readonly Patch[] =>
  bug === undefined ? [] : [bug, ...(bug.and ?? [])];
const pathOf = ({ file }: Patch): string => resolve("src", file);

/** How often each text of a bug stands in its file: once, or the bug is out of date. */
export const timesFound = (bug: PlantedBug): readonly number[] =>
  patchesOf(bug).map((patch) => readFileSync(pathOf(patch), "utf8").split(patch.find).length - 1);

/** Opens a server that gives out the sources with one bug at a time; nothing on the disk is changed. */
export async function openPlanting(): Promise<Planting> {
  let planted: readonly Patch[] = [];
  const plugin: Plugin = {
    name: "planted-bugs",
    enforce: "pre",
    transform: (code, id) =>
      planted
        .filter((patch) => pathOf(patch) === id)
        // A function, as a replacement text would have its dollar signs read as patterns.
        .reduce((text, { find, replace }) => text.replace(find, () => replace), code),
  };
  const server = await createServer({
    configFile: false,
    envFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins: [plugin],
  });
  const { ssr } = server.environments;

  /** The sources are read again as they are, or as a bug makes them. */
  function readAgain(patches: readonly Patch[]): void {
    for (const patch of patches)
      for (const module of ssr.moduleGraph.getModulesByFile(pathOf(patch)) ?? [])
        ssr.moduleGraph.invalidateModule(module);
  }

  return {
    async simulationWith(bug, use) {
      planted = patchesOf(bug);
      readAgain(planted);
      // A runner of its own, so that no module of another bug is left in it.
      const runner = createServerModuleRunner(ssr, { hmr: false, sourcemapInterceptor: false });
      try {
        const { simulate } = await runner.import<{ simulate: Simulate }>(SIMULATE);
        return await use(simulate);
      } finally {
        await runner.close();
        readAgain(planted);
        planted = [];
      }
    },
    close: () => server.close(),
  };
}
