import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Memory that looks like a disk, where the machine has it: tests that restart a tower hundreds of times wait for no disk. */
const FAST = "/dev/shm";

/** A new empty folder for many short runs; the caller removes it. */
export function fastDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(existsSync(FAST) ? FAST : tmpdir(), "tower-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A new empty folder for one test, gone when the test is over. */
export function testDirectory(): string {
  const { path, remove } = fastDirectory();
  onTestFinished(remove);
  return path;
}
