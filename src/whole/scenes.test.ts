import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCENES } from "../matrix/scenes/scenes.ts";
import { buildClient, launchChromium, openPage, shoot } from "./browser.ts";
import { createPictureComparer, isSame, type Picture, type PictureComparer } from "./pictures.ts";
import {
  openStill,
  type SceneSite,
  type ShaderFlaw,
  type Still,
  serveScenes,
  type Viewport,
} from "./scene-site.ts";

// What every scene looks like, beside a picture of it that somebody looked at and found right. When a change is meant to be
// seen, `RENEW_SCENES=1 npx vitest run src/whole/scenes.test.ts` takes the reference pictures anew; look at each of them
// before it is committed.

const REFERENCES = fileURLToPath(new URL("../../assets/scenes", import.meta.url));
const isRenewing = process.env["RENEW_SCENES"] !== undefined;
/** Of a reference, the best first: the first with which it is small enough is taken. */
const QUALITIES = [80, 70, 60, 50, 40, 30];
/** No reference is larger: all of them are fetched with every clone. */
const MOST_REFERENCE_BYTES = 100_000;

const VIEWPORTS = {
  landscape: { width: 1180, height: 820 },
  portrait: { width: 820, height: 1180 },
  phone: { width: 390, height: 844 },
} as const satisfies Record<string, Viewport>;
type ViewportName = keyof typeof VIEWPORTS;

/** How many agents each scene has when its picture is taken. */
const AGENTS: Readonly<Record<string, number>> = {
  empty: 0,
  calm: 5,
  poses: 20,
  "reduced-motion": 20,
  phases: 7,
  job: 5,
  session: 5,
  "cut-off": 5,
  offline: 5,
  unreachable: 5,
  busy: 24,
  storm: 200,
  comings: 16,
  thousand: 1_000,
  "ten-thousand": 10_000,
  "bad-input": 22,
};

/** What the tower says in `bad-input` that is refused, each told once; every other frame of every scene is understood. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "bad-input": [
    '"agent_joined" was not understood: agentId must be 1 to 64 letters, digits or _ - . :.',
    "The frame is not JSON.",
    "The frame is not a JSON object.",
    "The frame has no type: it must be a text.",
    '"treasury_state" was not understood: treasurySats must be number.',
    '"economy_state" was not understood: balanceSats must be a whole number of sats.',
    '"agent_count" was not understood: count must be at least 0.',
  ],
};

/** How the link stands when the picture is taken. */
const LINKS: Readonly<Record<string, string>> = { offline: "offline", unreachable: "offline" };

/** Where the camera goes for a picture of another name than its viewport's. */
const VIEWS = {
  /** Among the agents, near enough to see what each holds. */
  near: { x: 0, y: 0.9, z: 0, distance: 14, elevation: 0.35 },
} as const satisfies Record<string, Still["view"]>;
type ViewName = ViewportName | keyof typeof VIEWS;

const MORE: readonly (readonly [scene: string, view: ViewName])[] = [
  ["poses", "near"],
  ["busy", "portrait"],
  ["job", "phone"],
  ["session", "phone"],
  ["poses", "phone"],
];

const cases: readonly (readonly [scene: string, view: ViewName])[] = [
  ...SCENES.map(({ name }) => [name, "landscape"] as const),
  ...MORE,
];

/** What is pressed before the picture is taken, where what a scene is for is on a card. */
const PRESSED: Readonly<Record<string, Partial<Record<ViewName, string>>>> = {
  session: { landscape: "needs/next", phone: "chips/needs" },
};

function stillOf(scene: string, name: ViewName): Still {
  const at = SCENES.find((one) => one.name === scene)?.picture ?? Number.NaN;
  const press = PRESSED[scene]?.[name];
  return name === "near"
    ? { scene, at, viewport: VIEWPORTS.landscape, view: VIEWS[name] }
    : { scene, at, viewport: VIEWPORTS[name], press };
}

const pictures = new Map<string, Buffer>();
const pictureName = (scene: string, view: ViewName): string => `${scene}-${view}`;
const reference = (name: string): string => join(REFERENCES, `${name}.jpg`);
const jpeg = (content: Buffer): Picture => ({ type: "image/jpeg", content });
const png = (content: Buffer): Picture => ({ type: "image/png", content });
const taken = (scene: string, view: ViewName = "landscape"): Picture =>
  png(pictures.get(pictureName(scene, view)) ?? Buffer.alloc(0));

async function renew(page: Page, name: string): Promise<void> {
  mkdirSync(REFERENCES, { recursive: true });
  for (const quality of QUALITIES) {
    const content = await page.screenshot({ type: "jpeg", quality });
    writeFileSync(reference(name), content);
    if (content.length <= MOST_REFERENCE_BYTES) return;
  }
}

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

test.each(cases)("%s, %s: everything that is there is drawn, as its reference shows", async (name, view) => {
  const { page, problems, close } = await openStill(browser, site, stillOf(name, view));
  try {
    const seen = await page.evaluate(() => ({
      registered: window.matrix?.state.agents.get().size,
      drawn: window.matrix?.agentsDrawn(),
      link: window.matrix?.state.link.get().status,
      refused: window.matrix?.faults().map(({ message }) => message),
    }));
    const picture = pictureName(name, view);
    pictures.set(picture, await shoot(page, `scenes/${picture}`));
    if (isRenewing) await renew(page, picture);
    const refused = REFUSED[name] ?? [];
    expect({ ...seen, problems }).toEqual({
      registered: AGENTS[name],
      drawn: AGENTS[name],
      link: LINKS[name] ?? "live",
      refused,
      problems: refused.map((message) => `warning: malformed: ${message}`),
    });
  } finally {
    await close();
  }
});

describe("reference pictures", () => {
  test("there is one of every picture, none of another, and none is large", () => {
    const files = readdirSync(REFERENCES);
    expect(files.toSorted()).toEqual(
      cases.map(([scene, view]) => `${pictureName(scene, view)}.jpg`).toSorted(),
    );
    const large = files.filter((file) => readFileSync(join(REFERENCES, file)).length > MOST_REFERENCE_BYTES);
    expect(large).toEqual([]);
  });

  test.each(cases)("%s, %s: looks as its reference", async (scene, view) => {
    const name = pictureName(scene, view);
    const difference = await comparer.compare(taken(scene, view), jpeg(readFileSync(reference(name))));
    expect(isSame(difference), `${name} differs from its reference by ${JSON.stringify(difference)}`).toBe(
      true,
    );
  });

  test("a reference of something else is noticed", async () => {
    const same = await comparer.compare(taken("calm"), taken("calm"));
    expect(same).toEqual({ light: 0, color: 0, tiles: 0, first: undefined });
    const others = await Promise.all(
      ["empty", "job", "poses", "offline"].map((scene) => comparer.compare(taken("calm"), taken(scene))),
    );
    expect(others.map(isSame)).toEqual([false, false, false, false]);
  });
});

describe("what the pictures are for is noticed in them", () => {
  /** Drawings that are left out, by the name of their mesh, from the picture of a scene. */
  const LEFT_OUT: readonly (readonly [scene: string, meshes: readonly string[]])[] = [
    ["poses", ["marks.jobs", "labels.glyphs", "floor.grid", "rain.columns", "marks.floors", "avatars.near"]],
    ["busy", ["sats.comets", "lines.wires", "gate.frames"]],
    ["thousand", ["avatars.far"]],
  ];

  test.each(LEFT_OUT)("in %s: without %j", async (scene, meshes) => {
    const { page, close } = await openStill(browser, site, stillOf(scene, "landscape"));
    const noticed: Record<string, boolean> = {};
    for (const left of ["nothing", ...meshes]) {
      await page.evaluate(drawWithout, left);
      noticed[left] = !isSame(await comparer.compare(taken(scene), png(await page.screenshot())));
    }
    await close();
    expect(noticed).toEqual({ nothing: false, ...Object.fromEntries(meshes.map((mesh) => [mesh, true])) });
  });

  const FLAWS: readonly (readonly [what: string, scene: string, flaw: ShaderFlaw])[] = [
    [
      "every figure stands idle",
      "poses",
      { from: "int to = clipAt(motion.y), from = clipAt(motion.x);", to: "int to = 0, from = 0;" },
    ],
    [
      "nobody's stress is shown",
      "poses",
      {
        from: "vec3 warmed(vec3 own, float stress) {",
        to: "vec3 warmed(vec3 own, float stress) { stress = 0.0;",
      },
    ],
  ];

  test.each(FLAWS)("%s, in %s", async (_what, scene, flaw) => {
    const { page, close } = await openStill(browser, site, { ...stillOf(scene, "landscape"), flaw });
    const difference = await comparer.compare(taken(scene), png(await page.screenshot()));
    await close();
    expect(isSame(difference), JSON.stringify(difference)).toBe(false);
  });
});

/** Draws the page's still anew but for one of its meshes. Runs in the page. */
function drawWithout(left: string): void {
  const stage = window.matrix?.stage;
  if (stage === undefined) throw new Error("there is no scene to look at");
  for (const mesh of stage.scene.meshes) mesh.setEnabled(mesh.name !== left);
  stage.step(0);
}

test("a scene that nobody knows: the page says which there are", async () => {
  const { page, problems, close } = await openPage(browser, { viewport: VIEWPORTS.phone });
  await page.goto(`${site.address}/?scene=nothing&debug`);
  await page.waitForFunction(() => window.matrix?.state.link.get().status === "offline");
  const link = await page.evaluate(() => window.matrix?.state.link.get());
  await close();
  const known = SCENES.map(({ name }) => name).join(", ");
  const reason = `There is no scene named “nothing”. There are: ${known}.`;
  expect({ link, problems }).toEqual({ link: { status: "offline", reason }, problems: [] });
});

test("an ordinary build holds no scene", () => {
  const folder = buildClient();
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".js"),
  );
  const holding = scripts.filter((path) =>
    readFileSync(join(folder, path), "utf8").includes("matrix:scene-still"),
  );
  expect([scripts.length > 0, holding]).toEqual([true, []]);
});
