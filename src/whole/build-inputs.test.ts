import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fingerprint } from "./build-inputs.ts";
import { temporaryFolder } from "./site.ts";

test("whatever happens to a file is noticed, and nothing else is", () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  mkdirSync(path("deep"));
  for (const name of ["one.ts", "two.ts", "deep/three.glb"]) writeFileSync(path(name), name);
  const now = () => fingerprint([folder, path("lock.json")]);
  const first = now();
  writeFileSync(path("one.test.ts"), "a test");
  expect(now()).toBe(first);

  const changes: readonly (() => void)[] = [
    () => utimesSync(path("one.ts"), 1, 1),
    () => writeFileSync(path("deep/three.glb"), "another figure"),
    () => rmSync(path("two.ts")),
    () => renameSync(path("one.ts"), path("uno.ts")),
    () => writeFileSync(path("deep/four.ts"), ""),
    () => writeFileSync(path("lock.json"), "{}"),
  ];
  const seen = [
    first,
    ...changes.map((change) => {
      change();
      return now();
    }),
  ];
  expect(new Set(seen).size).toBe(seen.length);
});
