// Runs the tests that need an LNbits against a real one: `npm run test:lnbits`. Without arguments it installs the newest LNbits from
// PyPI into `.lnbits/` and starts it on play money; `--url`, `--key` and `--others-key` (two wallets' admin keys) take one that runs.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { askLnbits, type LnbitsAccount } from "../tower/lightning/lnbits/testing/account.ts";

const FOLDER = resolve(".lnbits");
/** The newest first. LNbits' own `bolt11` does not work with bitstring 5, and does not say so. */
const VERSIONS = ["lnbits~=1.6.0", "lnbits~=1.5.0"];
const BESIDE = ["bitstring<5"];
const START_MS = 120_000;
const FUNDS_SATS = 100_000;

/** Installs LNbits unless it is there. Returns the folder with its commands. */
function install(): string {
  const bin = join(FOLDER, "bin");
  if (existsSync(join(bin, "lnbits"))) return bin;
  execFileSync("python3", ["-m", "venv", FOLDER], { stdio: "inherit" });
  for (const version of VERSIONS) {
    process.stdout.write(`Installing ${version}…\n`);
    const pip = spawnSync(join(bin, "pip"), ["install", "-q", version, ...BESIDE], { stdio: "inherit" });
    if (pip.status === 0) return bin;
  }
  throw new Error(
    "No LNbits could be installed here. Give a running one with --url, --key and --others-key.",
  );
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Starts it with a funding source of its own that pays nobody outside. Its static files are found from its package's folder only. */
function serve(bin: string, port: number, data: string): ChildProcess {
  const library = execFileSync(join(bin, "python"), [
    "-c",
    "import sysconfig; print(sysconfig.get_paths()['purelib'])",
  ]);
  return spawn(join(bin, "lnbits"), ["--host", "127.0.0.1", "--port", String(port)], {
    cwd: library.toString().trim(),
    stdio: "ignore",
    env: {
      ...process.env,
      LNBITS_DATA_FOLDER: data,
      LNBITS_EXTENSIONS_PATH: data,
      LNBITS_BACKEND_WALLET_CLASS: "FakeWallet",
      LNBITS_ADMIN_UI: "true",
      FAKE_WALLET_SECRET: randomBytes(16).toString("hex"),
    },
  });
}

/** Makes the first user of a new LNbits, with two wallets that have sats. */
async function makeAccount(url: string): Promise<LnbitsAccount> {
  const password = randomBytes(12).toString("hex");
  const first = { username: "tester", password, password_repeat: password };
  const { access_token } = await askLnbits(url, "/api/v1/auth/first_install", {}, first, "PUT");
  const bearer = { authorization: `Bearer ${access_token}` };
  const make = async (name: string) => {
    const wallet = await askLnbits(url, "/api/v1/wallet", bearer, { name });
    const funds = { id: wallet["id"], amount: FUNDS_SATS };
    await askLnbits(url, "/users/api/v1/balance", bearer, funds, "PUT");
    return { adminKey: String(wallet["adminkey"]), invoiceKey: String(wallet["inkey"]) };
  };
  return { url, tower: await make("tower"), others: await make("others") };
}

async function whenUp(url: string, server: ChildProcess): Promise<void> {
  const end = Date.now() + START_MS;
  while (Date.now() < end) {
    if (server.exitCode !== null) throw new Error(`LNbits stopped with code ${server.exitCode}.`);
    const answer = await fetch(`${url}/api/v1/health`).catch(() => undefined);
    if (answer?.ok === true) return;
    await wait(250);
  }
  throw new Error("LNbits did not answer in two minutes.");
}

/** The tests that ask for `LNBITS_ACCOUNT`. Returns their exit code. */
function runTests(account: LnbitsAccount): number {
  const files = ["src/tower/lightning/lnbits", "src/tower/lnbits.test.ts"];
  const vitest = resolve("node_modules/vitest/vitest.mjs");
  const env = { ...process.env, LNBITS_ACCOUNT: JSON.stringify(account) };
  // All of them use the same wallet: one after the other.
  const options = ["run", "--no-file-parallelism", ...files];
  return spawnSync(process.execPath, [vitest, ...options], { stdio: "inherit", env }).status ?? 1;
}

async function onNewLnbits(): Promise<number> {
  const bin = install();
  const data = mkdtempSync(join(tmpdir(), "lnbits-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = serve(bin, Number(new URL(url).port), data);
  try {
    await whenUp(url, server);
    const version = execFileSync(join(bin, "pip"), ["show", "lnbits"]).toString();
    process.stdout.write(`LNbits ${/^Version: (.*)$/m.exec(version)?.[1]} at ${url}\n`);
    return runTests(await makeAccount(url));
  } finally {
    server.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { url: { type: "string" }, key: { type: "string" }, "others-key": { type: "string" } },
});
const { url, key, "others-key": othersKey } = values;
if (url === undefined) {
  process.exitCode = await onNewLnbits();
} else if (key === undefined || othersKey === undefined) {
  process.stderr.write("--url needs --key and --others-key: the admin keys of two funded wallets there.\n");
  process.exitCode = 2;
} else {
  process.exitCode = runTests({
    url,
    tower: { adminKey: key, invoiceKey: key },
    others: { adminKey: othersKey },
  });
}
