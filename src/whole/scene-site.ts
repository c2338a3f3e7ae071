import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Commands } from "../matrix/debug/commands.ts";
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
  readonly stage: Pick<Stage, "now" | "scene">;
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

/** Opens a scene as a picture: played up to a time in fixed steps, and still from then on. */
export async function openStill(
  browser: Browser,
  site: SceneSite,
  { scene, at, viewport }: { readonly scene: string; readonly at: number; readonly viewport: Viewport },
): Promise<WatchedPage> {
  const watched = await openPage(browser, { viewport });
  await watched.page.goto(`${site.address}/?scene=${scene}&at=${at}`);
  await untilMarked(watched.page, "matrix:scene-still");
  return watched;
}

/** Waits until the page has set a mark of its own. */
const untilMarked = (page: Page, mark: string): Promise<unknown> =>
  page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);
