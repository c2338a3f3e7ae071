import { test } from "vitest";
import { buildClient, launchChromium, openPage } from "./browser.ts";
import { newSite } from "./site.ts";

/** Loads of the page, each with an empty cache. The middle one is what is reported. */
const LOADS = 5;
const MARKS = ["matrix:first-frame", "matrix:hud-ready"] as const;

/** Seconds with two digits: the middle one, the least and the most. */
function summary(seconds: readonly number[]): string {
  const sorted = seconds.toSorted((a, b) => a - b);
  const [least, middle, most] = [sorted.at(0), sorted.at(sorted.length >> 1), sorted.at(-1)].map((s) =>
    (s ?? 0).toFixed(2),
  );
  return `${middle} s (${least} to ${most})`;
}

test("seconds from opening the page in software-rendered Chromium", { timeout: 180_000 }, async () => {
  buildClient();
  const tower = await newSite().start();
  const browser = await launchChromium();
  const seconds = new Map<string, number[]>(MARKS.map((mark) => [mark, []]));
  try {
    for (let load = 0; load < LOADS; load += 1) {
      const { page, close } = await openPage(browser, { viewport: { width: 1180, height: 820 } });
      await page.goto(tower.address);
      for (const mark of MARKS) {
        const at = await page.evaluate(
          (name) =>
            new Promise<number>((resolve) => {
              const look = (): void => {
                const [found] = performance.getEntriesByName(name);
                if (found === undefined) requestAnimationFrame(look);
                else resolve(found.startTime);
              };
              look();
            }),
          mark,
        );
        seconds.get(mark)?.push(at / 1000);
      }
      await close();
    }
  } finally {
    await browser.close();
    await tower.stop();
  }
  console.log(`first frame    ${summary(seconds.get("matrix:first-frame") ?? [])}`);
  console.log(`usable HUD     ${summary(seconds.get("matrix:hud-ready") ?? [])}`);
});
