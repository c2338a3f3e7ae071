import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "./sqlite.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

// Other processes and other disks: what a person sees who starts a tower where it cannot run.

const MODULE = JSON.stringify(new URL("./sqlite.ts", import.meta.url).href);

/** Opens the folder named by the first argument, says how that went, and writes one row a line it is sent. */
const TOWER = `
  const { createInterface } = await import("node:readline");
  const { openSqlite } = await import(${MODULE});
  try {
    const database = await openSqlite(process.argv[1]);
    console.log("open");
    for await (const line of createInterface(process.stdin)) {
      await database.transaction((sql) => sql.run("INSERT INTO meta (key, value) VALUES (?, '')", line));
      console.log("wrote " + line);
    }
    await database.close();
  } catch (error) {
    console.log(error.code + ": " + error.message);
  }
`;
const ARGUMENTS = ["--input-type=module", "-e", TOWER];

/** A process of its own with a tower's database. Killed when the test is over. */
function startTower(directory: string): { child: ChildProcess; next(): Promise<string> } {
  const child = spawn(process.execPath, [...ARGUMENTS, directory], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, next: async () => String((await lines.next()).value) };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const refusedFor = (directory: string) =>
  `storage_unavailable: Another tower is already running on ${directory}. Stop it, or set DATA_DIR to another folder.`;

test("a second process is refused at once, and let in once the first is killed", async () => {
  const directory = temporaryDirectory();
  const first = startTower(directory);
  expect(await first.next()).toBe("open");
  expect(await startTower(directory).next()).toBe(refusedFor(directory));
  first.child.stdin?.write("kept\n");
  expect(await first.next()).toBe("wrote kept");

  await kill(first.child);
  const database = await openSqlite(directory);
  onTestFinished(() => database.close());
  expect(await database.read((sql) => sql.all("SELECT key FROM meta WHERE key = 'kept'"))).toEqual([
    { key: "kept" },
  ]);
  expect(await startTower(directory).next()).toBe(refusedFor(directory));
});

test("a tower that closes lets the next one in", async () => {
  const directory = temporaryDirectory();
  const first = startTower(directory);
  expect(await first.next()).toBe("open");
  const gone = once(first.child, "exit");
  first.child.stdin?.end();
  await gone;
  expect(await startTower(directory).next()).toBe("open");
});

/** Runs a tower after shell commands, in the same shell; its standard input is empty, so it ends by itself. */
function towerAfter(shell: string, directory: string): string {
  const script = `${shell}\nexec "$@" < /dev/null`;
  const inShell = ["-c", script, "sh", process.execPath, ...ARGUMENTS, directory];
  return spawnSync("sh", inShell, { encoding: "utf8", input: "" }).stdout.trim();
}

test("a disk that refuses to be written is refused at start", () => {
  const directory = temporaryDirectory();
  // The largest file this process may write, in blocks of 512 bytes: writes fail, opening files does not.
  expect(towerAfter("ulimit -f 16", directory)).toBe(
    `storage_unavailable: The disk that holds ${directory} failed to read or write. ` +
      "Check it and its free space, or set DATA_DIR to another folder.",
  );
});

/** Whether this user may mount a disk of its own in a namespace of its own. */
const canMount =
  spawnSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"], { stdio: "ignore" }).status === 0;

function towerOnDisk(options: string, prepare: string, directory: string): string {
  const script = `mount -t tmpfs -o ${options} none "$0" && ${prepare}\nexec "$@" < /dev/null`;
  const inShell = ["-rm", "sh", "-c", script, directory, process.execPath, ...ARGUMENTS, directory];
  return spawnSync("unshare", inShell, { encoding: "utf8", input: "" }).stdout.trim();
}

const FULL = "is full. Free some space, or set DATA_DIR to another folder.";

test.skipIf(!canMount)("a full disk is refused at start", () => {
  const directory = temporaryDirectory();
  expect(towerOnDisk("size=64k", "true", directory)).toBe(
    `storage_unavailable: The disk that holds ${directory} ${FULL}`,
  );
});

test.skipIf(!canMount)("a disk that filled up since the last start is refused at start", () => {
  const directory = temporaryDirectory();
  const once = `"$1" "$2" "$3" "$4" "$5" < /dev/null`;
  const prepare = `${once} && { head -c 9m /dev/zero > "$0/ballast" 2> /dev/null; true; }`;
  expect(towerOnDisk("size=2m", prepare, directory)).toBe(
    `open\nstorage_unavailable: The disk that holds ${directory} ${FULL}`,
  );
});

test.skipIf(!canMount)("a disk that can only be read is refused at start", () => {
  const directory = temporaryDirectory();
  expect(towerOnDisk("size=1m,ro", "true", directory)).toBe(
    `storage_unavailable: The tower cannot write to ${directory}. ` +
      "Make it writable for this user, or set DATA_DIR to another folder.",
  );
});

test("an empty folder is enough", async () => {
  const directory = join(temporaryDirectory(), "data");
  mkdirSync(directory);
  await (await openSqlite(directory)).close();
});
