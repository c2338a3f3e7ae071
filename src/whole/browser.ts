import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILT = join(ROOT, "dist/index.html");
/** Where screenshots go; not committed. */
const SHOTS = join(ROOT, "screenshots");

/** What the browser app is made from. */
const SOURCES = [
  "src/matrix",
  "src/protocol",
  "src/job",
  "assets/public",
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

/** When a file, or the newest file in a folder, was changed last, in ms since 1970. */
function changedAt(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

/** Builds the browser app into `dist`, where the tower serves it from, unless what is there is newer than its sources. */
export function buildClient(): void {
  const changed = Math.max(...SOURCES.map((path) => changedAt(join(ROOT, path))));
  if (changedAt(BUILT) > changed) return;
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
  execFileSync(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: ROOT, stdio: "inherit" });
}

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

/** Saves what the page shows as `screenshots/<name>.png`. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
