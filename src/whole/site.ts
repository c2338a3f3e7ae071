import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openSite, type TowerSite } from "./tower-process.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "whole-"));
const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/** A folder of this test's own, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = newFolder();
  onTestFinished(() => remove(folder));
  return folder;
}

/** A site on a new data directory that `close` removes. */
export function temporarySite(env: Readonly<Record<string, string>> = {}): TowerSite {
  const folder = newFolder();
  const site = openSite(join(folder, "data"), env);
  return {
    ...site,
    async close() {
      await site.close();
      remove(folder);
    },
  };
}

/** A site on a new data directory. When the test is over its tower is killed and the directory removed. */
export function newSite(env: Readonly<Record<string, string>> = {}): TowerSite {
  const site = temporarySite(env);
  onTestFinished(() => site.close());
  return site;
}
