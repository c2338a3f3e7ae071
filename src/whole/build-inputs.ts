import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Tests are in no build. */
const TEST = /\.(?:test|bench)\.ts$/;

function* filesAt(path: string): Generator<string> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) {
    for (const name of readdirSync(path).toSorted()) yield* filesAt(join(path, name));
  } else if (!TEST.test(path)) {
    yield stat === undefined ? `${path} absent` : `${path} ${stat.size} ${stat.mtimeMs}`;
  }
}

/**
 * A hash over the path, the size, and the time of change of every file at `paths`, which are files and folders: another when
 * one of them was changed, came or went.
 */
export function fingerprint(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of filesAt(path)) hash.update(`${file}\n`);
  }
  return hash.digest("hex");
}
