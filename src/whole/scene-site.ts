import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Commands } from "../matrix/debug/commands.ts";
import type { Orbit } from "../matrix/stage/orbit.ts";
import type { Stage } from "../matrix/stage/stage.ts";
import type { MatrixState } from "../matrix/state/model.ts";
import { buildScenes, openPage, type WatchedPage } from "./browser.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".glb": "model/gltf-binary",
};

/** The build with the scenes in it, served from a free port of this machine. */
export interface SceneSite {
  readonly address: string;
  close(): Promise<void>;
}

export async function serveScenes(): Promise<SceneSite> {
  const folder = buildScenes();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const path = join(folder, normalize(pathname === "/" ? "/index.html" : decodeURIComponent(pathname)));
    try {
      const content = await readFile(path);
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** The size of a window in CSS px. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** The part of the page's debugging handle that these tests use. */
export interface SceneHandle {
  readonly state: Pick<MatrixState, "agents" | "link">;
  readonly stage: Pick<Stage, "camera" | "now" | "quality" | "scene" | "step">;
  agentsDrawn(): number;
  faults(): readonly { readonly message: string }[];
  /** What `?debug` lets one try, once it has loaded. */
  debug(): Commands | undefined;
}

declare global {
  interface Window {
    readonly matrix?: SceneHandle;
  }
}

/** A flaw in the shaders of a page: wherever `from` stands in one, `to` stands in its place. */
export interface ShaderFlaw {
  readonly from: string;
  readonly to: string;
}

export interface Still {
  readonly scene: string;
  /** Seconds from the beginning of the scene. */
  readonly at: number;
  readonly viewport: Viewport;
  /** Where the camera goes when the scene stands; where it is when left out. */
  readonly view?: Partial<Orbit> | undefined;
  /** Throws when no shader has what it replaces. */
  readonly flaw?: ShaderFlaw;
  /** The twin's path of what is pressed once the scene stands. */
  readonly press?: string | undefined;
}

/** Frames, a tenth of a second each, in which the world follows a camera that was moved. */
const FRAMES_TO_FOLLOW = 4;

/** Opens a scene as a picture: played up to a time in fixed steps, and still from then on. */
export async function openStill(
  browser: Browser,
  site: SceneSite,
  { scene, at, viewport, view, flaw, press }: Still,
): Promise<WatchedPage> {
  const watched = await openPage(browser, { viewport });
  const { page } = watched;
  if (flaw !== undefined) await page.addInitScript(spoilShaders, flaw);
  await page.goto(`${site.address}/?scene=${scene}&at=${at}`);
  await untilMarked(page, "matrix:scene-still");
  if (flaw !== undefined) {
    const isThere = await page.evaluate(() => performance.getEntriesByName("test:flaw").length > 0);
    if (!isThere) throw new Error(`no shader has ${JSON.stringify(flaw.from)}`);
  }
  if (view !== undefined) await page.evaluate(moveCamera, { view, frames: FRAMES_TO_FOLLOW });
  if (press !== undefined) await page.evaluate(pressTwin, { path: press, frames: FRAMES_TO_FOLLOW });
  return watched;
}

/** Runs in the page, before anything else does. */
function spoilShaders({ from, to }: ShaderFlaw): void {
  const { prototype } = WebGL2RenderingContext;
  const { shaderSource } = prototype;
  prototype.shaderSource = function (shader, source) {
    if (source.includes(from)) performance.mark("test:flaw");
    shaderSource.call(this, shader, source.replaceAll(from, to));
  };
}

/** Runs in the page. */
function moveCamera({ view, frames }: { readonly view: Partial<Orbit>; readonly frames: number }): void {
  const stage = window.matrix?.stage;
  if (stage === undefined) throw new Error("there is no scene to look at");
  // So quickly that it is there at once.
  stage.camera.glideTo({ ...stage.camera.orbit, ...view }, 1_000);
  for (let frame = 0; frame < frames; frame += 1) stage.step(0.1);
}

/** Runs in the page. */
function pressTwin({ path, frames }: { readonly path: string; readonly frames: number }): void {
  const element = document.querySelector<HTMLElement>(`[data-hud="${path}"]`);
  if (element === null) throw new Error(`the twin has no ${path}`);
  element.click();
  for (let frame = 0; frame < frames; frame += 1) window.matrix?.stage.step(0);
}

/** Waits until the page has set a mark of its own. */
export const untilMarked = (page: Page, mark: string): Promise<unknown> =>
  page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);
