import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SCENES } from "../matrix/scenes/scenes.ts";
import { launchChromium, openPage } from "./browser.ts";
import { type GpuContents, readGpuContents } from "./gpu-contents.ts";
import { createPictureComparer, isSame, type Picture, type PictureComparer } from "./pictures.ts";
import { openStill, type SceneSite, serveScenes, untilMarked } from "./scene-site.ts";

// A browser may take the GPU away at any time, an iPad does so to pages in the background. What stood before stands again:
// the picture, and what every buffer and texture holds.

const LOSSES = process.env["LONG"] === undefined ? 5 : 50;
/** In so many frames after the GPU is there again everything is drawn. How long a frame takes is the machine's business. */
const MOST_FRAMES = 10;
const VIEWPORT = { width: 390, height: 844 };
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

/** How long it took until everything was drawn again. */
interface Recovery {
  readonly frames: number;
  /** From when the page has been told that the GPU is there again; looking whether everything is back is left out. */
  readonly milliseconds: number;
}

/**
 * Takes the GPU away and gives it back. Resolves after the first frame that was drawn with everything back. A still is drawn
 * by nobody else: with `isStill` the frames are asked for here. Runs in the page.
 */
async function loseContext(isStill: boolean): Promise<Recovery> {
  const stage = window.matrix?.stage;
  const canvas = document.querySelector("canvas");
  const gl = canvas?.getContext("webgl2");
  const extension = gl?.getExtension("WEBGL_lose_context");
  if (!canvas || !gl || !extension || !stage) throw new Error("there is no context to lose");
  const { scene } = stage;
  const told = (type: string) =>
    new Promise((resolve) => canvas.addEventListener(type, resolve, { once: true }));
  const lost = told("webglcontextlost");
  extension.loseContext();
  await lost;
  // It may be given back only when everybody has been told.
  await new Promise((resolve) => setTimeout(resolve));
  const restored = told("webglcontextrestored");
  // The engine makes its things anew only after it has been told.
  const rebuilt = new Promise((resolve) => scene.getEngine().onContextRestoredObservable.addOnce(resolve));
  extension.restoreContext();
  await restored;
  const began = performance.now();
  await rebuilt;

  let looked = 0;
  const isBack = (): boolean => {
    const from = performance.now();
    const drawn = scene.meshes.filter((mesh) => mesh.isVisible && mesh.isEnabled());
    const isReady = drawn.every((mesh) => mesh.isReady(true)) && scene.textures.every((one) => one.isReady());
    looked += performance.now() - from;
    return isReady;
  };
  for (let frames = 1; ; frames += 1) {
    // What is ready before a frame is in it.
    const wasBack = isBack();
    const drawn = new Promise((resolve) => scene.onAfterRenderObservable.addOnce(resolve));
    if (isStill) stage.step(0);
    await drawn;
    if (wasBack) {
      // Not before the GPU is done with it can it be read.
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      return { frames, milliseconds: performance.now() - began - looked };
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

const unexpected = (problems: readonly string[]) => problems.filter((problem) => !SAID.test(problem));

/** Sats are on their way between two dozen agents, and all of it stands still. */
const BUSY = "busy";

test(`a busy world is back after each of ${LOSSES} losses of the GPU, byte for byte`, {
  timeout: 60_000 + LOSSES * 10_000,
}, async () => {
  const at = SCENES.find(({ name }) => name === BUSY)?.picture ?? Number.NaN;
  const { page, problems, close } = await openStill(browser, site, { scene: BUSY, at, viewport: VIEWPORT });
  const contents = (): Promise<GpuContents> => page.evaluate(readGpuContents);
  const before = { contents: await contents(), picture: await shot(page) };
  const populated = ["avatars.far", "sats.comets", "labels.glyphs", "marks.jobs", "lines.wires"];
  expect(populated.filter((name) => !(Number(before.contents[`${name} instances`]) > 0))).toEqual([]);

  for (let loss = 1; loss <= LOSSES; loss += 1) {
    const { frames } = await page.evaluate(loseContext, true);
    expect(frames, `loss ${loss}: frames until it was drawn again`).toBeLessThanOrEqual(MOST_FRAMES);
    expect(await contents(), `loss ${loss}: what the GPU holds`).toEqual(before.contents);
    const difference = await comparer.compare(before.picture, await shot(page));
    expect(isSame(difference), `loss ${loss}: ${JSON.stringify(difference)}`).toBe(true);
  }
  expect(unexpected(problems)).toEqual([]);
  await close();
});

/** Figures, rings, lines, labels and prices, in which nothing happens. */
const CALM = "phases";
/** A recorded tower that says nothing for a minute is taken for gone: nothing may happen while it is looked at. */
const LOSSES_A_PAGE = 10;

test(`a world that runs is drawn again after each of ${LOSSES} losses of the GPU, at once and by itself`, {
  timeout: 60_000 + LOSSES * 10_000,
}, async ({ annotate }) => {
  for (let first = 1; first <= LOSSES; first += LOSSES_A_PAGE) {
    await loseInOnePage(first, Math.min(LOSSES, first + LOSSES_A_PAGE - 1), annotate);
  }
});

/** Takes the GPU away from a page of its own, from the `first` to the `last` of all losses. */
async function loseInOnePage(
  first: number,
  last: number,
  annotate: (message: string) => Promise<unknown>,
): Promise<void> {
  const { page, problems, close } = await openPage(browser, { viewport: VIEWPORT, reducedMotion: "reduce" });
  await page.goto(`${site.address}/?scene=${CALM}`);
  await untilMarked(page, "matrix:hud-ready");
  // The figures are here, everybody is drawn, and nothing that was new still settles.
  await page.waitForFunction(() => {
    const matrix = window.matrix;
    const { size } = matrix?.state.agents.get() ?? { size: 0 };
    const figures = matrix?.stage.scene.meshes.filter(({ name }) => /^avatars\.(?:near|far)$/.test(name));
    const areReady = figures?.some((mesh) => mesh.isVisible && mesh.isReady(true));
    return size > 0 && matrix?.agentsDrawn() === size && areReady;
  });
  const settled = await page.evaluate(() => (window.matrix?.stage.now.elapsed ?? 0) + 7);
  await page.waitForFunction((time) => (window.matrix?.stage.now.elapsed ?? 0) > time, settled);
  // On a slow machine the picture gets coarser and finer again as time goes by: each loss is held against just before it.
  const look = async () => ({
    quality: await page.evaluate(() => ({ ...window.matrix?.stage.quality })),
    contents: await page.evaluate(readGpuContents),
    picture: await shot(page),
  });
  const lose = async (loss: number) => {
    const before = await look();
    const { frames, milliseconds } = await page.evaluate(loseContext, false);
    await annotate(`loss ${loss}: drawn again after ${Math.round(milliseconds)} ms`);
    expect(frames, `loss ${loss}: frames until it was drawn again`).toBeLessThanOrEqual(MOST_FRAMES);
    return { before, after: await look() };
  };

  for (let loss = first; loss <= last; loss += 1) {
    let looks = await lose(loss);
    // It got coarser or finer meanwhile: then these two show nothing.
    while (JSON.stringify(looks.before.quality) !== JSON.stringify(looks.after.quality))
      looks = await lose(loss);
    const { before, after } = looks;
    expect(after.contents, `loss ${loss}: what the GPU holds`).toEqual(before.contents);
    const difference = await comparer.compare(before.picture, after.picture);
    expect(isSame(difference), `loss ${loss}: ${JSON.stringify(difference)}`).toBe(true);
  }
  expect(unexpected(problems)).toEqual([]);
  await close();
}
