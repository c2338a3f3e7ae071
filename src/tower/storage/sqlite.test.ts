import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { databaseContract } from "./database.contract.ts";
import { readMeta } from "./meta.ts";
import type { Database } from "./port.ts";
import { openSqlite } from "./sqlite.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

databaseContract("SQLite", () => openSqlite(temporaryDirectory()));

async function opened(directory: string): Promise<Database> {
  const database = await openSqlite(directory);
  onTestFinished(() => database.close());
  return database;
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("the folder and every file in it are this user's alone", async () => {
  const directory = join(temporaryDirectory(), "deep", "data");
  await opened(directory);
  const modes = Object.fromEntries(readdirSync(directory).map((name) => [name, mode(join(directory, name))]));
  expect(mode(directory)).toBe("700");
  expect(modes).toEqual({
    "tower.db": "600",
    "tower.db-shm": "600",
    "tower.db-wal": "600",
    "tower.lock": "600",
  });
});

test("commits are durable: WAL, synchronous FULL, foreign keys on", async () => {
  const database = await opened(temporaryDirectory());
  const settings = await database.transaction(async (sql) => [
    await sql.all("PRAGMA journal_mode"),
    await sql.all("PRAGMA synchronous"),
    await sql.all("PRAGMA foreign_keys"),
  ]);
  expect(settings).toEqual([[{ journal_mode: "wal" }], [{ synchronous: 2n }], [{ foreign_keys: 1n }]]);
});

test("what was written is there after closing and opening again", async () => {
  const directory = temporaryDirectory();
  await (await openSqlite(directory)).close();
  const database = await opened(directory);
  expect(await database.read((sql) => readMeta(sql, "starts"))).toBe("2");
});

test("the same process cannot open a directory twice either", async () => {
  const directory = temporaryDirectory();
  await opened(directory);
  await expect(openSqlite(directory)).rejects.toMatchObject({
    code: "storage_unavailable",
    message: `Another tower is already running on ${directory}. Stop it, or set DATA_DIR to another folder.`,
  });
  await expect(openSqlite(directory), "the refused attempt did not free the lock").rejects.toThrow(
    "already running",
  );
});

test("a file in the folder's place is refused", async () => {
  const path = join(temporaryDirectory(), "data");
  writeFileSync(path, "not a folder");
  const refusal = {
    code: "storage_unavailable",
    message: expect.stringContaining(`${path} is not a folder the tower can use`),
  };
  await expect(openSqlite(path)).rejects.toMatchObject(refusal);
});

test("a folder that cannot be made is refused", async () => {
  await expect(openSqlite("/proc/self/tower")).rejects.toMatchObject({
    code: "storage_unavailable",
    message:
      "The tower cannot write to /proc/self/tower. Make it writable for this user, or set DATA_DIR to another folder.",
  });
});

test("a damaged database is refused and left as it is, and the lock is free again", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "tower.db"), "garbage".repeat(1000));
  for (let attempt = 0; attempt < 2; attempt += 1)
    await expect(openSqlite(directory)).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("damaged or is not a tower's"),
    });
  expect(statSync(join(directory, "tower.db")).size).toBe(7000);
});

/** Lets the database grow by this many pages of 4096 bytes and no more. */
async function leaveRoomFor(database: Database, pages: bigint): Promise<void> {
  await database.transaction(async (sql) => {
    const [size] = await sql.all<{ page_count: bigint }>("PRAGMA page_count");
    await sql.all(`PRAGMA max_page_count = ${(size?.page_count ?? 0n) + pages}`);
  });
}

const fill = (database: Database, caught: unknown[]) =>
  database.transaction(async (sql) => {
    for (let row = 0; row < 1000; row += 1)
      await sql
        .run("INSERT INTO meta (key, value) VALUES (?, ?)", `test-${row}`, "x".repeat(500))
        .catch((error: unknown) => caught.push(error));
  });

test("a full disk refuses the transaction whole, even when its work carries on regardless", async () => {
  const database = await opened(temporaryDirectory());
  await leaveRoomFor(database, 4n);
  const caught: unknown[] = [];
  await expect(fill(database, caught)).rejects.toMatchObject({
    code: "storage_unavailable",
    message:
      "The tower's disk is full. Nothing was changed; try again once its operator has freed some space.",
  });
  expect(caught.length).toBeGreaterThan(900);
  expect(await database.read((sql) => sql.all("SELECT key FROM meta"))).toEqual([{ key: "starts" }]);
});

test("writing goes on once the disk has room again", async () => {
  const database = await opened(temporaryDirectory());
  await leaveRoomFor(database, 4n);
  await expect(fill(database, [])).rejects.toMatchObject({ code: "storage_unavailable" });
  await leaveRoomFor(database, 1000n);
  await fill(database, []);
  expect(await database.read((sql) => sql.all("SELECT COUNT(*) AS n FROM meta"))).toEqual([{ n: 1001n }]);
});
