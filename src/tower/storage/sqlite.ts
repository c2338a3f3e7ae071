import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { refuse } from "../../protocol/refusal.ts";
import { ensurePrivateDirectory, ensurePrivateFile, lockDirectory } from "./directory-lock.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Database, Sql } from "./port.ts";
import { openConnection, type SqliteConnection } from "./sqlite-connection.ts";
import { runtimeFailure, startFailure } from "./storage-failure.ts";

/** Reading connections kept open when nobody reads. More are opened while they are needed. */
const IDLE_READERS = 4;

/** The writing connection, ready to be used: durable, migrated, and proven to take a commit. */
function openWriter(path: string, directory: string): SqliteConnection {
  const writer = openConnection(path, { readOnly: false });
  try {
    // Readers see the last commit while a writer works; FULL makes every commit survive a power cut.
    writer.raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(writer.raw, MIGRATIONS, directory);
    // A full disk shows now, not with the first job.
    writer.raw.exec(
      "INSERT INTO meta (key, value) VALUES ('starts', '1') ON CONFLICT (key) DO UPDATE SET value = value + 1",
    );
    return writer;
  } catch (error) {
    writer.raw.close();
    throw error;
  }
}

/**
 * Opens the tower's database in `directory`, making both when they are not there, for this process alone.
 * Rejects with `storage_unavailable` and a sentence that names the directory when another tower has it, when it
 * cannot be written, when the disk is full, or when a newer tower wrote it.
 */
export async function openSqlite(directory: string): Promise<Database> {
  const path = join(directory, "tower.db");
  let lock: { release(): void } | undefined;
  let writer: SqliteConnection;
  try {
    ensurePrivateDirectory(directory);
    lock = lockDirectory(directory);
    ensurePrivateFile(path);
    writer = openWriter(path, directory);
  } catch (error) {
    lock?.release();
    throw startFailure(error, directory);
  }
  return serve(writer, () => openConnection(path, { readOnly: true }), lock.release);
}

/** Shares one writing connection and as many reading ones as are needed. Owns and frees them all. */
function serve(writer: SqliteConnection, openReader: () => SqliteConnection, release: () => void): Database {
  const idle: SqliteConnection[] = [];
  const underWay = new Set<Promise<unknown>>();
  const inside = new AsyncLocalStorage<{ over: boolean }>();
  let lastWriter: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;

  function track<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    return work;
  }

  function takeReader(): SqliteConnection {
    try {
      return idle.pop() ?? openReader();
    } catch (error) {
      throw runtimeFailure(error);
    }
  }

  async function readOn<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const reader = takeReader();
    try {
      return await reader.within("BEGIN", work);
    } finally {
      if (idle.length < IDLE_READERS) idle.push(reader);
      else reader.raw.close();
    }
  }

  async function shutDown(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
    try {
      for (const reader of idle) reader.raw.close();
      writer.raw.close();
    } finally {
      release();
    }
  }

  const refuseWhenClosed = () => {
    if (closed) refuse("storage_unavailable", "The tower is shutting down. Try again once it is back.");
  };

  return {
    async read(work) {
      refuseWhenClosed();
      return track(readOn(work));
    },
    async transaction(work) {
      refuseWhenClosed();
      if (inside.getStore()?.over === false)
        throw new Error("a transaction inside a transaction waits for itself");
      const turn = lastWriter.then(async () => {
        const token = { over: false };
        try {
          return await inside.run(token, () => writer.within("BEGIN IMMEDIATE", work));
        } finally {
          token.over = true;
        }
      });
      lastWriter = turn.catch(() => undefined);
      return track(turn);
    },
    close() {
      closed ??= shutDown();
      return closed;
    },
  };
}
