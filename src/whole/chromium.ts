import { accessSync, constants } from "node:fs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where the system's Chromium is: `CHROMIUM` when it is set, else the usual places. */
export function findChromium(): string | undefined {
  const places = process.env["CHROMIUM"] ? [process.env["CHROMIUM"]] : PLACES;
  return places.find(isExecutable);
}
