import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { http } from "./client.ts";
import { newSite, temporaryFolder } from "./site.ts";
import { type Ended, runTower, StartFailed } from "./tower-process.ts";

// What a person sees who starts a tower where it cannot run: one sentence that says what to do, exit code 1, and nothing on
// standard output that looks like a tower.

/** The start as it ended, when it did not serve. */
async function refused(start: Promise<unknown>): Promise<Ended> {
  const error = await start.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof StartFailed)) throw new Error("the tower started", { cause: error });
  return error.ended;
}

const sentence = (err: string) => ({ code: 1, signal: null, out: "", err });

test.each([
  ["PORT", "eighty", "a whole number from 0 to 65535; 0 takes any free port"],
  ["HOST", "not a host", "an address or name of this machine, such as 127.0.0.1 or 0.0.0.0"],
  ["BTC_PRICE_USD", "-1", "a whole number of US dollars from 1 to 1000000000"],
  ["TIME_ZONE", "Mars/Olympus", "an IANA time zone such as Europe/Berlin or UTC"],
  ["ALLOWED_ORIGINS", "tower.example", "origins such as https://tower.example:8443, separated by commas"],
  [
    "ALLOWED_HOSTS",
    "https://tower.example",
    "host names such as tower.example or tower.example:8443, separated by commas",
  ],
])("%s=%s", async (name, value, allowed) => {
  expect(await refused(newSite().start({ [name]: value }))).toEqual(
    sentence(`${name} cannot be "${value}": it must be ${allowed}.\n`),
  );
});

test("a secret that is too short is refused and not repeated", async () => {
  const { err } = await refused(newSite().start({ OPERATOR_TOKEN: "hunter2" }));
  expect(err).toMatch(/^OPERATOR_TOKEN cannot be as it is set: [^\n]+\.\n$/);
});

test("a second tower on the same directory, and on the same port", async () => {
  const site = newSite();
  const tower = await site.start();
  expect(await refused(site.start({ PORT: "0" }))).toEqual(
    sentence(
      `Another tower is already running on ${site.dataDir}. Stop it, or set DATA_DIR to another folder.\n`,
    ),
  );
  const port = new URL(tower.address).port;
  expect(await refused(newSite().start({ PORT: port }))).toEqual(
    sentence(
      `Port ${port} of 127.0.0.1 is taken by another program. Stop it, or set PORT to another port.\n`,
    ),
  );
  expect((await http(tower.address, "GET", "/readyz")).status).toBe(200);
});

test("a start that failed keeps nothing: the operator's link is shown by the one that serves", async () => {
  const taken = createServer();
  onTestFinished(() => void taken.close());
  const port = await new Promise<string>((resolve) => {
    taken.listen(0, "127.0.0.1", () => {
      const address = taken.address();
      resolve(String(typeof address === "object" ? address?.port : ""));
    });
  });
  const site = newSite();
  await refused(site.start({ PORT: port }));
  await site.start();
  expect(site.operatorToken()).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test("a data directory that is a file", async () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  const { ended } = runTower({ env: { DATA_DIR: file, PORT: "0" } });
  expect(await ended).toEqual(
    sentence(
      `${file} is not a folder the tower can use: a file is in its place. Move it away, or set DATA_DIR to another folder.\n`,
    ),
  );
});

/** Whether this user may mount a disk of its own in a namespace of its own. */
const canMount =
  spawnSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs none /mnt"], { stdio: "ignore" }).status === 0;

/** A tower on a small disk of its own, after `prepare` was done to it in the same shell; `$0` is where it is mounted. */
function onDisk(options: string, prepare: string): { directory: string; ended: Promise<Ended> } {
  const directory = join(temporaryFolder(), "disk");
  mkdirSync(directory);
  const script = `mount -t tmpfs -o ${options} none "$0" && ${prepare} && exec "$@"`;
  const { child, ended } = runTower({
    env: { DATA_DIR: directory, PORT: "0" },
    command: ["unshare", "-rm", "sh", "-c", script, directory],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { directory, ended };
}

test.skipIf(!canMount)("a disk that can only be read", async () => {
  const { directory, ended } = onDisk("size=1m,ro", "true");
  expect(await ended).toEqual(
    sentence(
      `The tower cannot write to ${directory}. Make it writable for this user, or set DATA_DIR to another folder.\n`,
    ),
  );
});

test.skipIf(!canMount)("a disk that is full", async () => {
  const { directory, ended } = onDisk("size=64k", "true");
  expect(await ended).toEqual(
    sentence(
      `The disk that holds ${directory} is full. Free some space, or set DATA_DIR to another folder.\n`,
    ),
  );
});

test.skipIf(!canMount).each(["150k", "250k", "300k"])(
  "a disk with room for a part of it: %s",
  async (size) => {
    const { ended } = onDisk(`size=${size}`, "true");
    const { code, out, err } = await ended;
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^[^\n]*\bfull\b[^\n]*\n$/);
  },
);
