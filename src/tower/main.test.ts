import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectClient } from "./http/server-fixture.ts";

/** Processes take their time to start on a machine that is busy, in milliseconds. */
const PATIENCE = 30_000;
const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
let directory = "";
let running: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "main-"));
  running = [];
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

/** The tower as a process, with what it has said so far. */
function start(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      DATA_DIR: join(directory, "data"),
      TIME_ZONE: "UTC",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const said = { out: "", err: "" };
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  const serves = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      said.out += chunk;
      const address = /^The Matrix is at (http:\/\/\S+) \(play sats\)$/m.exec(said.out)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on("exit", () => reject(new Error(said.err)));
  });
  serves.catch(() => {});
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, ...said }));
  return { child, serves, ended };
}

test("it prints the operator's link once and its address each time, stops on SIGTERM and says nothing else", {
  timeout: PATIENCE,
}, async () => {
  const first = start();
  const address = await first.serves;
  const client = await connectClient(`${address.replace("http", "ws")}/ws/matrix`);
  await client.first("connection");
  first.child.kill("SIGTERM");
  expect((await client.closed).code).toBe(4000);
  const { out, ...end } = await first.ended;
  expect(end).toEqual({ code: 0, signal: null, err: "" });
  expect(out.split("\n")).toEqual([
    expect.stringMatching(
      new RegExp(`^The operator's link, shown this once: ${address}/#token=[A-Za-z0-9_-]{43}$`),
    ),
    `The Matrix is at ${address} (play sats)`,
    "",
  ]);

  const second = start();
  const again = await second.serves;
  second.child.kill("SIGINT");
  expect(await second.ended).toEqual({
    code: 0,
    signal: null,
    err: "",
    out: `The Matrix is at ${again} (play sats)\n`,
  });
});

test.each([
  ["a variable that is wrong", { PORT: "eighty" }, /^PORT cannot be "eighty": it must be .*\.\n$/],
  ["a wallet that is not built", { LIGHTNING: "cln" }, /^LIGHTNING cannot be "cln": [^\n]*play[^\n]*\.\n$/],
  [
    "a wallet whose key is missing",
    { LIGHTNING: "lnd", LND_URL: "https://127.0.0.1:1" },
    /^LIGHTNING=lnd needs LND_URL and LND_MACAROON\.\n$/,
  ],
  [
    "a data folder that is a file",
    { DATA_DIR: "FILE" },
    /^FILE is not a folder the tower can use: [^\n]*\.\n$/,
  ],
])(
  "%s is one sentence and exit code 1",
  { timeout: PATIENCE },
  async (_name, env: Record<string, string>, sentence) => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    const child = start("DATA_DIR" in env ? { DATA_DIR: file } : env);
    const { code, out, err } = await child.ended;
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err.replace(file, "FILE")).toMatch(sentence);
  },
);
