import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { expect, onTestFinished, test } from "vitest";
import { INSTALL } from "../matrix/debug/install.ts";
import { buildClient, launchChromium, openPage, shoot } from "./browser.ts";
import { createPerson } from "./person.ts";
import { newSite, temporaryFolder } from "./site.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SCREEN = { width: 1180, height: 820 };

/** Starts the development server on a tower and gives its address; it ends with the test. */
async function develop(tower: string): Promise<string> {
  const through = { target: tower, headers: { origin: tower } };
  const server = await createServer({
    root: ROOT,
    configFile: join(ROOT, "vite.config.ts"),
    // A developer's own server keeps what it has bundled.
    cacheDir: join(temporaryFolder(), "vite"),
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", proxy: { "/ws": through, "/api": through } },
  });
  onTestFinished(() => server.close());
  await server.listen();
  const [address] = server.resolvedUrls?.local ?? [];
  if (address === undefined) throw new Error("the development server has no address");
  return address;
}

test("under ?debug a person sees a job move through its chart, and what was tried is undone", async () => {
  const tower = await newSite().start();
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const address = await develop(tower.address);
  const { page, problems } = await openPage(browser, { viewport: SCREEN });
  await page.goto(`${address}?debug=chart`);
  const person = createPerson(page);
  const dock = page.getByRole("complementary", { name: "Debugging" });
  await dock.waitFor();
  await person.seesHud();

  const lit = () =>
    dock.locator("svg .current").evaluateAll((states) => states.map((state) => state.textContent));
  const last = dock.locator(".last");
  await person.choose("Timmy");
  await person.request("Count the words: the rain has stopped.");
  await last.filter({ hasText: "bringsEvalInvoice" }).waitFor();
  expect(await lit()).toEqual(["awaiting_eval_payment", "none"]);
  await person.tap(person.find("button", /^PAY ⚡/).last());
  await last.filter({ hasText: "evaluating → awaiting_work_payment [bringsWorkInvoice]" }).waitFor();
  expect(await lit()).toEqual(["awaiting_work_payment", "none"]);
  expect(await dock.locator("svg .taken title").allTextContents()).toEqual([
    "evaluating → awaiting_work_payment: invoice_request [bringsWorkInvoice]",
  ]);
  expect(await dock.getByRole("listitem").allTextContents()).toEqual([
    expect.stringMatching(/^#\d+ invoice_request: evaluating → awaiting_work_payment \[bringsWorkInvoice\]$/),
    expect.stringMatching(/^#\d+ invoice_settled: awaiting_eval_payment → evaluating \[paysEval\]$/),
    expect.stringMatching(/^#\d+ invoice_request: awaiting_eval_payment \[bringsEvalInvoice\]$/),
    expect.stringMatching(/^#\d+ job_started: started → awaiting_eval_payment$/),
  ]);
  await dock.getByText("5 of 5 agents drawn").waitFor();
  await shoot(page, "debug");

  // Nothing lies under the dock, and folded with a key it gives the room back.
  const heights = async () => {
    const [canvas, strip] = await Promise.all([page.locator("#canvas").boundingBox(), dock.boundingBox()]);
    return { canvas: Math.round(canvas?.height ?? 0), dock: Math.round(strip?.height ?? 0) };
  };
  const open = await heights();
  expect(open.canvas + open.dock).toBe(SCREEN.height);
  await dock.getByRole("button", { name: "Job" }).focus();
  await page.keyboard.press("Enter");
  await dock.locator("svg").waitFor({ state: "hidden" });
  expect(await heights()).toEqual({ canvas: SCREEN.height - 28, dock: 28 });

  const stateOfBeta = () =>
    page.evaluate(() => {
      const agents = window.matrix?.debug()?.agents() ?? [];
      return agents.find(({ id }) => id === "beta")?.state;
    });
  const before = await stateOfBeta();
  await page.evaluate(() => window.matrix?.debug()?.setState("beta", { state: "offline" }));
  expect(await stateOfBeta()).toBe("offline");
  await page.evaluate(() => window.matrix?.debug()?.restore());
  await expect.poll(stateOfBeta, { timeout: 10_000 }).toBe(before);
  expect(problems).toEqual([]);
});

test("no build holds anything of the debugging", () => {
  buildClient();
  const textsOf = (folder: string, ending: RegExp): readonly string[] =>
    readdirSync(join(ROOT, folder))
      .filter((name) => ending.test(name))
      .map((name) => readFileSync(join(ROOT, folder, name), "utf8"));
  const telling = ["debug-content", "virtual:debug-tools", "job-chart", "watchActors"];
  const heldBy = (texts: readonly string[]) =>
    telling.filter((word) => texts.some((text) => text.includes(word)));
  expect(heldBy(textsOf("src/matrix/debug", /\.ts$/))).toEqual(telling);
  const built = textsOf("dist/assets", /\.js$/);
  expect(built.length).toBeGreaterThan(0);
  expect(heldBy(built)).toEqual([]);
});

test("the README says what installs the Inspector", () => {
  expect(readFileSync(join(ROOT, "README.md"), "utf8")).toContain(INSTALL);
});
