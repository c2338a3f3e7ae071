import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RefusalError } from "../../protocol/refusal.ts";
import { isBusy } from "./storage-failure.ts";

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

/** Makes a folder that only this user may enter, and those above it, or leaves what is there. */
export function ensurePrivateDirectory(path: string): void {
  try {
    // Not `recursive`: under /proc, where a folder can be found but not made, it never returns.
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (hasCode(error, "EEXIST")) return;
    if (!hasCode(error, "ENOENT") || dirname(path) === path || existsSync(dirname(path))) throw error;
    ensurePrivateDirectory(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Makes an empty file that only this user may read, or leaves the file that is there. */
export function ensurePrivateFile(path: string): void {
  try {
    // "wx" never opens a file that exists: closing any handle on a locked file drops this process's locks on it.
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    chmodSync(path, 0o600);
  }
}

/**
 * Takes the directory for this process until `release`, and for no longer than the process lives: the operating
 * system drops the lock with it, so nothing stale is left by a kill or a power cut. The lock is SQLite's own on an
 * empty database, since Node has no file locks of its own.
 * Throws `storage_unavailable` when another tower has the directory.
 */
export function lockDirectory(directory: string): { release(): void } {
  const path = join(directory, "tower.lock");
  ensurePrivateFile(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new RefusalError(
      "storage_unavailable",
      `Another tower is already running on ${directory}. Stop it, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  return { release: () => lock.close() };
}
