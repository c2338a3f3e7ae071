import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../tower/main.ts", import.meta.url));
/** What `npm start` prints once the tower serves. */
const ADDRESS = /^The Matrix is at (http:\/\/\S+) \(play sats\)$/m;
const OPERATOR_LINK = /^The operator's link, shown this once: \S+#token=(\S+)$/m;

/** How a process ended, and everything it said until then. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A tower that serves, as a process of its own. */
export interface TowerProcess {
  readonly address: string;
  /** Standard output and error so far. */
  said(): { readonly out: string; readonly err: string };
  /** SIGKILL: nothing is closed or said. Resolves when the process is gone. */
  kill(): Promise<Ended>;
  /** SIGTERM. Rejects when the tower does not end with exit code 0. */
  stop(): Promise<Ended>;
}

/** A data directory with a tower that comes and goes on it, always on the same port. */
export interface TowerSite {
  readonly dataDir: string;
  /** Starts the tower; resolves when it serves. Rejects with {@link StartFailed}. */
  start(env?: Readonly<Record<string, string>>): Promise<TowerProcess>;
  /** The operator's secret, which the first start printed. Throws before. */
  operatorToken(): string;
  /** Kills what still runs and waits until it is gone. */
  close(): Promise<void>;
}

/** A tower that ended instead of serving. */
export class StartFailed extends Error {
  readonly ended: Ended;

  constructor(ended: Ended) {
    super(`the tower did not start (exit code ${ended.code}): ${ended.err}`);
    this.ended = ended;
  }
}

/** Keeps the process ids it is told (`+1`, `-1`), and kills what is left of them when the teller is gone. */
const GUARD = `
  const { createInterface } = require("node:readline");
  const alive = new Set();
  const lines = createInterface(process.stdin);
  lines.on("line", (line) => (line[0] === "+" ? alive.add(line.slice(1)) : alive.delete(line.slice(1))));
  lines.on("close", () => {
    for (const pid of alive) try { process.kill(Number(pid), "SIGKILL"); } catch {}
  });
`;

let told: Writable | undefined;

/** Sees to it that a test run that ends anyhow, even killed, leaves no tower behind. */
function guard(child: ChildProcess): void {
  if (told === undefined) {
    const guarding = spawn(process.execPath, ["-e", GUARD], {
      stdio: ["pipe", "ignore", "ignore"],
      // Not to be stopped together with the tests by whoever presses Ctrl-C.
      detached: true,
    });
    guarding.unref();
    told = guarding.stdin;
    // Only the end of this process closes it; it keeps nothing waiting.
    if ("unref" in guarding.stdin && typeof guarding.stdin.unref === "function") guarding.stdin.unref();
  }
  const { pid } = child;
  if (pid === undefined) return;
  told.write(`+${pid}\n`);
  child.once("close", () => told?.write(`-${pid}\n`));
}

/** How the tower is run: `command` before Node's own, for a tower on a disk or with limits of its own. */
export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

/** Runs the tower's `main.ts` with these variables and no others of this process. */
export function runTower({ env, command = [] }: RunOptions): { child: ChildProcess; ended: Promise<Ended> } {
  const [program = process.execPath, ...args] = [...command, process.execPath, MAIN];
  const child = spawn(program, args, {
    env: { PATH: process.env["PATH"] ?? "", TIME_ZONE: "UTC", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  guard(child);
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said.out += chunk;
    child.emit("said", said);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.err += chunk;
    child.emit("said", said);
  });
  const ended = once(child, "close").then(([code, signal]): Ended => ({ code, signal, ...said }));
  return { child, ended };
}

async function startTower(env: Readonly<Record<string, string>>): Promise<TowerProcess> {
  const { child, ended } = runTower({ env });
  let said = { out: "", err: "" };
  const address = await new Promise<string>((resolve, reject) => {
    child.on("said", (now: { out: string; err: string }) => {
      said = now;
      const found = ADDRESS.exec(now.out)?.[1];
      if (found !== undefined) resolve(found);
    });
    ended.then((end) => reject(new StartFailed(end)), reject);
  });

  return {
    address,
    said: () => ({ ...said }),
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
    async stop() {
      child.kill("SIGTERM");
      const end = await ended;
      if (end.code !== 0) throw new Error(`the tower stopped with ${end.code ?? end.signal}: ${end.err}`);
      return end;
    },
  };
}

/** A site on a directory. `env` holds for every start; the first picks a free port, later ones take the same. */
export function openSite(dataDir: string, env: Readonly<Record<string, string>> = {}): TowerSite {
  const started: TowerProcess[] = [];
  let port = "0";
  let operatorToken: string | undefined;

  return {
    dataDir,
    async start(more = {}) {
      const tower = await startTower({ DATA_DIR: dataDir, PORT: port, ...env, ...more });
      started.push(tower);
      port = new URL(tower.address).port;
      operatorToken ??= OPERATOR_LINK.exec(tower.said().out)?.[1];
      return tower;
    },
    operatorToken() {
      if (operatorToken === undefined)
        throw new Error("no tower of this site has printed an operator's link");
      return operatorToken;
    },
    async close() {
      await Promise.all(started.map((tower) => tower.kill()));
    },
  };
}
