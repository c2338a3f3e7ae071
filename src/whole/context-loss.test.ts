import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium, openPage } from "./browser.ts";
import { gpuContents } from "./gpu-contents.ts";
import { createPictureComparer, type Picture, type PictureComparer, TOLERANCE } from "./pictures.ts";
import { type SceneSite, serveScenes } from "./scene-site.ts";

// A browser may take the GPU away at any time, an iPad does so to pages in the background. What stood before stands again:
// the picture, and what every buffer and texture holds.

const LOSSES = process.env["LONG"] === undefined ? 5 : 50;
/** In this time after the GPU is there again, in milliseconds. */
const RECOVERY_MS = 2_000;
/** Figures, rings, lines, labels and prices, in which nothing happens. */
const SCENE = "phases";
/** What Babylon says of it on the console. */
const SAID = /WebGL context (?:lost|successfully restored)/;

let browser: Browser;
let site: SceneSite;
let comparer: PictureComparer;

beforeAll(async () => {
  [browser, site] = await Promise.all([launchChromium(), serveScenes()]);
  comparer = await createPictureComparer(browser);
});
afterAll(async () => {
  await Promise.all([browser.close(), site.close()]);
});

const shot = async (page: Page): Promise<Picture> => ({
  type: "image/png",
  content: await page.screenshot(),
});

/** Waits until nothing on the page moves any more, and says what there is then. */
async function atRest(page: Page): Promise<{ picture: Picture; contents: Record<string, string> }> {
  let before = { picture: await shot(page), contents: await page.evaluate(gpuContents) };
  for (;;) {
    const now = { picture: await shot(page), contents: await page.evaluate(gpuContents) };
    const { worstTile } = await comparer.compare(before.picture, now.picture);
    if (worstTile < 1 && JSON.stringify(before.contents) === JSON.stringify(now.contents)) return now;
    before = now;
  }
}

/** Takes the GPU away and gives it back. Resolves when the page has been told of both. */
const loseContext = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const canvas = document.querySelector("canvas");
    const extension = canvas?.getContext("webgl2")?.getExtension("WEBGL_lose_context");
    if (!canvas || !extension) throw new Error("this browser cannot lose its context");
    const told = (type: string) =>
      new Promise((resolve) => canvas.addEventListener(type, resolve, { once: true }));
    const lost = told("webglcontextlost");
    extension.loseContext();
    await lost;
    // It may be given back only when everybody has been told.
    await new Promise((resolve) => setTimeout(resolve));
    const restored = told("webglcontextrestored");
    extension.restoreContext();
    await restored;
  });

test(`the world is back after each of ${LOSSES} losses of the GPU`, {
  timeout: 60_000 + LOSSES * 10_000,
}, async () => {
  const { page, problems, close } = await openPage(browser, {
    viewport: { width: 390, height: 844 },
    reducedMotion: "reduce",
  });
  await page.goto(`${site.address}/?scene=${SCENE}`);
  await page.waitForFunction(() => window.matrix?.state.link.get().status === "live");
  const before = await atRest(page);
  expect(Object.keys(before.contents).length).toBeGreaterThan(20);

  for (let loss = 1; loss <= LOSSES; loss += 1) {
    await loseContext(page);
    const deadline = performance.now() + RECOVERY_MS;
    let difference = { mean: 255, worstTile: 255 };
    do {
      difference = await comparer.compare(before.picture, await shot(page));
    } while (
      (difference.mean > TOLERANCE.mean || difference.worstTile > TOLERANCE.worstTile) &&
      performance.now() < deadline
    );
    expect(difference.mean, `loss ${loss}: ${JSON.stringify(difference)}`).toBeLessThanOrEqual(
      TOLERANCE.mean,
    );
    expect(difference.worstTile, `loss ${loss}: a part of the picture`).toBeLessThanOrEqual(
      TOLERANCE.worstTile,
    );
    expect(await page.evaluate(gpuContents), `loss ${loss}: what the GPU holds`).toEqual(before.contents);
  }
  expect(problems.filter((problem) => !SAID.test(problem))).toEqual([]);
  await close();
});
