// Sets up what the tests need beyond npm packages: a Chromium. Run before the tests; does nothing when it is there.
import { execFileSync } from "node:child_process";
import { findChromium } from "./chromium.ts";

/** The fonts are those that names in other scripts are drawn with in the reference pictures. */
const PACKAGES = ["chromium", "fonts-liberation", "fonts-dejavu-core"];
const INSTALL = ["install", "-y", "--no-install-recommends", ...PACKAGES];

function setUp(): void {
  if (findChromium() !== undefined) return;
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    process.stderr.write("The tests need Chromium: install it, or set CHROMIUM to its path.\n");
    process.exitCode = 1;
    return;
  }
  process.stdout.write("Installing Chromium for the tests…\n");
  const options = { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  execFileSync("apt-get", ["update", "-qq"], options);
  execFileSync("apt-get", INSTALL, options);
  if (findChromium() === undefined) {
    process.stderr.write("Chromium was installed and cannot be found: set CHROMIUM to its path.\n");
    process.exitCode = 1;
  }
}

setUp();
