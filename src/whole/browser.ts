import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { fingerprint } from "./build-inputs.ts";
import { findChromium } from "./chromium.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Where the ordinary build goes, which the tower serves. */
const DIST = join(ROOT, "dist");
/** Where the build goes that holds the scenes, for the tests alone. */
const SCENES_DIST = join(ROOT, "dist-scenes");
/** Where screenshots go; not committed. */
const SHOTS = join(ROOT, "screenshots");

/** What the browser app is made from. */
const INPUTS = [
  "src/matrix",
  "src/protocol",
  "src/job",
  "assets/public",
  "assets/avatar.glb",
  "index.html",
  "vite.config.ts",
  "package-lock.json",
];

/** Software WebGL 2, and nothing that calls home. */
const FLAGS = [
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Says, in a build, what it was built from. The tower serves no file with such a name. */
const BUILT_FROM = ".built-from";

/** Builds the browser app unless what is there was built from the very same inputs. Returns its folder. */
function build(folder: string, mode: string): string {
  const inputs = fingerprint(INPUTS.map((path) => join(ROOT, path)));
  const builtFrom = join(folder, BUILT_FROM);
  if (existsSync(builtFrom) && readFileSync(builtFrom, "utf8") === inputs) return folder;
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
  const args = ["build", "--logLevel", "warn", "--mode", mode, "--outDir", folder];
  // The test runner's own NODE_ENV would make it a build for development.
  const env = { ...process.env, NODE_ENV: "production" };
  execFileSync(process.execPath, [vite, ...args], { cwd: ROOT, env, stdio: "inherit" });
  writeFileSync(builtFrom, inputs);
  return folder;
}

/** Builds the browser app into `dist`, where the tower serves it from. Returns that folder. */
export const buildClient = (): string => build(DIST, "production");

/** Builds the browser app with the recorded scenes in it, beside the ordinary build. Returns its folder. */
export const buildScenes = (): string => build(SCENES_DIST, "scenes");

/** Starts the system's Chromium. The caller closes it. */
export function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no Chromium: run the tests with npm test");
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page and everything that went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, violations of the page's policy, and requests that failed. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** What Chromium says by itself when a tower is not there; the page can neither prevent nor hide it. */
const LOST_LINK = /^error: WebSocket connection to 'ws:\/\/[^']+' failed/;
/** Said on a machine that is busy: software rendering reads back slowly, and a page that was held up for long connects anew. */
const SLOWNESS =
  /GPU stall due to ReadPixels|^warning: .*WebSocket is closed before the connection is established/;

/** Opens a page in a context of its own. `mayLoseLink`: the tower will be gone for a while. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions & { readonly mayLoseLink?: boolean },
): Promise<WatchedPage> {
  const { mayLoseLink = false, ...contextOptions } = options;
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...contextOptions });
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (problem: string): void => {
    if (!SLOWNESS.test(problem) && !(mayLoseLink && LOST_LINK.test(problem))) problems.push(problem);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      note(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`uncaught: ${error.stack ?? error.message}`));
  page.on("crash", () => note("the page crashed"));
  page.on("requestfailed", (request) =>
    note(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`),
  );
  page.on("response", (response) => {
    if (response.status() >= 400) note(`${response.status()}: ${response.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`policy violated: ${violatedDirective} by ${blockedURI}`);
    });
  });
  return { page, problems, close: () => context.close() };
}

/** Saves what the page shows as `screenshots/<name>.png`, which it returns. */
export function shoot(page: Page, name: string): Promise<Buffer> {
  const path = join(SHOTS, `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  return page.screenshot({ path });
}
