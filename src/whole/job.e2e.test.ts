import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { PARAGRAPHS } from "../tower/agents/brains/testing/samples.ts";
import { ALL_ZERO, readBooks, readLog, readPanelFigures } from "./books.ts";
import { buildClient, launchChromium, openPage, shoot } from "./browser.ts";
import { createPerson, satsIn } from "./person.ts";
import { assertBooks, assertTotals, type Seat, SMALL, sitDown, WIDE, waitForLink } from "./seat.ts";
import { newSite } from "./site.ts";

// The test that matters: a real tower, a real Chromium, and a person's hands on the canvas, from the request to the refund. What
// stands on the screen in the end is what stands in the ledger, and the ledger balances.

const isLong = process.env["LONG"] === "1";
const REQUEST = `Summarise this and tell me its sentiment: ${PARAGRAPHS.story}`;

let browser: Browser;
beforeAll(async () => {
  buildClient();
  browser = await launchChromium();
}, 120_000);
afterAll(() => browser?.close());

/** What a person can read of a job's progress, in order; something may happen to the tower at each. */
const STAGES = ["open", "asked", "evaluating", "priced", "writing", "done", "refunding"] as const;
type Stage = (typeof STAGES)[number];

/** The one thing there is to do in the chat: `PAY ⚡…` or `CLAIM ⚡…`. */
const offer = ({ page }: Seat, word: "PAY" | "CLAIM") =>
  page.locator('[data-hud^="chat/log/"]').getByRole("button", { name: new RegExp(`^${word} ⚡`) });

/** Everything a person does for one job; `at` is called at each stage, when the screen shows it. */
async function doJob(seat: Seat, request: string, at: (stage: Stage) => Promise<unknown>) {
  const { person, page, isNarrow } = seat;
  await at("open");
  await person.choose("Alpha");
  await person.request(request);
  await offer(seat, "PAY").waitFor({ state: "attached" });
  await at("asked");
  await person.tap(offer(seat, "PAY"));
  await person.chatLine(/eval paid/);
  await at("evaluating");
  await person.chatLine(/^\[ALPHA\] .*Work cost: ⚡/);
  const price = satsIn(await person.read(offer(seat, "PAY"), /./));
  await at("priced");
  // The work is paid from the card with the QR code, which what needs this person leads to.
  await person.tap(person.find("button", /^NEEDS YOU 1/));
  const card = page.locator('[data-hud^="invoice"]');
  await card.getByRole("button", { name: /^PAY ⚡/ }).waitFor({ state: "attached" });
  await at("priced");
  await person.tap(card.getByRole("button", { name: /^PAY ⚡/ }));
  await person.read(page.locator('[data-hud^="invoice/"]'), /PAID/);
  await person.tap(card.getByRole("button", { name: "Close", exact: true }));
  await person.chatLine(/SUMMARY/);
  await at("writing");
  await person.chatLine(/Actual cost: ⚡/);
  const owed = satsIn(await person.read(offer(seat, "CLAIM"), /./));
  await at("done");
  await person.tap(offer(seat, "CLAIM"));
  await person.chatLine(/refunded ⚡/);
  await at("refunding");
  if (isNarrow) await person.tap(person.find("button", /^BALANCE/));
  return { price, owed };
}

describe("one job, from the request to the refund", () => {
  test.each([
    ["1180x820", WIDE],
    ["820x1180", { viewport: { width: 820, height: 1180 }, hasTouch: true }],
    ["390x844", { viewport: { width: 390, height: 844 }, hasTouch: true }],
  ])("%s", { timeout: 120_000 }, async (size, options) => {
    const seat = await sitDown(browser, options);
    let shots = 0;
    const { price, owed } = await doJob(seat, REQUEST, (stage) => {
      shots += 1;
      return shoot(seat.page, `${size}-${shots}-${stage}`);
    });
    const purse = 10_000 - 10 - price + owed;
    await assertTotals(seat, purse);
    await shoot(seat.page, `${size}-${shots + 1}-totals`);
    expect(price).toBeGreaterThanOrEqual(100);
    expect(price).toBeLessThanOrEqual(500);
    expect(owed).toBeGreaterThanOrEqual(price / 5);
    await seat.leave();
    await assertBooks(seat, purse);
  });
});

describe("the tower is killed on the way", () => {
  const sampled: readonly Stage[] = ["priced", "writing"];
  test.each(STAGES.filter((stage) => isLong || sampled.includes(stage)))(
    "at %s",
    { timeout: 180_000 },
    async (when) => {
      const seat = await sitDown(browser, { ...SMALL, mayLoseLink: true });
      let kills = 0;
      const { price, owed } = await doJob(seat, REQUEST, async (stage) => {
        if (stage !== when || kills > 0) return;
        kills += 1;
        await seat.killTower();
        await waitForLink(seat, /LIVE/);
      });
      expect(kills).toBe(1);
      const purse = 10_000 - 10 - price + owed;
      await assertTotals(seat, purse);
      // The answer stands once in what is in sight of the chat.
      const words = await seat.page.locator('[data-hud^="chat/log/"] p').allTextContents();
      expect(words.filter((line) => line.includes("SUMMARY"))).toHaveLength(1);
      await seat.leave();
      await assertBooks(seat, purse);
      const completed = (await readLog(seat.site.dataDir)).filter(
        ({ fact }) => fact.type === "job_completed",
      );
      expect(completed).toHaveLength(1);
    },
  );
});

test("what the agent cannot do is rejected with its reason, for the price of the evaluation", {
  timeout: 60_000,
}, async () => {
  const seat = await sitDown(browser, SMALL);
  const { person } = seat;
  await person.request("Write me a poem about the sea at night.");
  await person.tap(offer(seat, "PAY"));
  expect(await person.chatLine(/I do not write new texts/)).toMatch(/^\[TIMMY\] /);
  await shoot(seat.page, "rejected");
  await assertTotals(seat, 9_990);
  expect(await offer(seat, "PAY").count()).toBe(0);
  expect(await offer(seat, "CLAIM").count()).toBe(0);
  await seat.leave();
  await assertBooks(seat, 9_990);
});

test("without a tower the page says so and when it tries again, keeps what was written, and comes back by itself", {
  timeout: 90_000,
}, async () => {
  const seat = await sitDown(browser, { ...WIDE, mayLoseLink: true });
  const { page, person } = seat;
  await person.request(REQUEST);
  await offer(seat, "PAY").waitFor({ state: "attached" });
  await seat.tower().stop();
  await waitForLink(seat, /OFFLINE/);
  await person.read(page.locator('[data-hud="status/counts"]'), /next try in \d+ s|trying again…/);
  await person.request("Count the words of this while nobody is there.");
  await person.chatLine(/./);
  await person.read(page.locator('[data-hud^="chat/"]'), /Offline: the text is kept/);
  await shoot(page, "offline");
  await seat.killTower();
  await waitForLink(seat, /LIVE/);
  const entry = person.find("textbox", /^Ask /);
  expect(await entry.inputValue()).toBe("Count the words of this while nobody is there.");
  // The job that was open still is, and can be paid.
  await person.tap(offer(seat, "PAY").first());
  await person.chatLine(/Work cost: ⚡/);
  await person.tap(person.find("button", "Send"));
  await expect
    .poll(() => person.chatLine(/Count the words of this/), { timeout: 20_000 })
    .toMatch(/^\[YOU\]/);
  await seat.leave();
  expect(await readBooks(seat.site.dataDir)).toMatchObject({ gauges: ALL_ZERO, walletGap: 0n, lost: 0n });
});

test("somebody else sees that there is work, and nothing of what it is about", {
  timeout: 90_000,
}, async () => {
  const site = newSite();
  const seat = await sitDown(browser, SMALL, site);
  const other = await openPage(browser, SMALL);
  onTestFinished(other.close);
  await other.page.goto(seat.tower().address);
  const stranger = createPerson(other.page);
  const counts = other.page.locator('[data-hud="status/counts"]');
  await stranger.read(counts, /5 agents · 0 jobs/);
  const { price, owed } = await doJob(seat, REQUEST, async (stage) => {
    if (stage !== "priced") return;
    await stranger.read(counts, /5 agents · 1 job$/);
    await stranger.read(other.page.locator('[data-hud^="agents/list/"]'), /Alpha (?:offering|waiting)/);
    await shoot(other.page, "stranger");
  });
  await stranger.read(counts, /5 agents · 0 jobs/);
  const { balance } = await readPanelFigures(site.dataDir);
  await expect.poll(() => stranger.figure("economy/balance"), { timeout: 20_000 }).toBe(balance);
  expect(await stranger.figure("treasury/purse")).toBe(10_000);
  const said = (await other.page.locator("#twin").textContent()) ?? "";
  expect(said).not.toMatch(/lighthouse|JOB |lnbcrt|PAY|CLAIM/);
  expect(other.problems).toEqual([]);
  await other.close();
  await seat.leave();
  const books = await readBooks(site.dataDir);
  expect(books).toMatchObject({ gauges: ALL_ZERO, walletGap: 0n, lost: 0n, owed: new Map(), pending: 0 });
  expect([...books.purses.values()].sort()).toEqual([10_000, 10_000 - 10 - price + owed].sort());
});
