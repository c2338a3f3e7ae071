import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPanelFigures } from "./books.ts";
import { buildClient, launchChromium, shoot } from "./browser.ts";
import { satsIn } from "./person.ts";
import { assertBooks, assertTotals, type Seat, sitDown, WIDE } from "./seat.ts";

// A session in front of a real tower, with a person's hands: its deposit, what is asked on it, and what is left of it.

let browser: Browser;
beforeAll(async () => {
  buildClient();
  browser = await launchChromium();
}, 120_000);
afterAll(() => browser?.close());

const REQUEST = "Give me the sentiment of this: I love the spring and the flowers by the river.";
const PRESET = "⚡1\u2009000";
/** Software rendering runs figures up slowly. */
const PATIENCE = { timeout: 20_000 };

const card = ({ page }: Seat) => page.locator('[data-hud^="invoice"]');
/** A narrow screen keeps the balance behind a chip. */
async function openCard({ person, isNarrow }: Seat): Promise<void> {
  if (isNarrow) await person.tap(person.find("button", /^TREASURY/));
  await person.tap(person.find("button", /^SESSION BALANCE/));
}

test.each([
  ["1180x820", WIDE],
  ["820x1180", { viewport: { width: 820, height: 1180 }, hasTouch: true }],
  ["390x844", { viewport: { width: 390, height: 844 }, hasTouch: true }],
])("a session from its deposit to what is left of it, at %s", { timeout: 120_000 }, async (size, options) => {
  const seat = await sitDown(browser, options);
  const { page, person } = seat;
  const button = (name: RegExp | string) => card(seat).getByRole("button", { name });
  await openCard(seat);
  await person.tap(button(PRESET));
  const code = await person.read(page.locator('[data-hud="invoice/code"]'), /-/);
  expect(code).toMatch(/^(?:[a-z2-7]{4}-){6}[a-z2-7]{2}$/);
  await shoot(page, `session-${size}-code`);
  await person.tap(button("I HAVE WRITTEN IT DOWN"));
  await person.tap(button(/^PAY ⚡1/));
  await person.read(card(seat), /PAID/);
  await shoot(page, `session-${size}-paid`);
  await person.tap(page.locator('[data-hud="invoice/close"]'));
  // Shown once: nothing on the page has it any more.
  expect(await page.locator("body").textContent()).not.toContain(code);

  await person.choose("Alpha");
  await person.request(REQUEST);
  await person.chatLine(/SENTIMENT/);
  const actual = satsIn(await person.chatLine(/Actual cost: ⚡/));
  await person.chatLine(/put back where it came from/);
  const left = 1_000 - 10 - actual;
  await openCard(seat);
  // Figures run up to what they are.
  await expect
    .poll(
      async () => satsIn(await person.read(page.locator('[data-hud="invoice/balance"]'), /ACTIVE/)),
      PATIENCE,
    )
    .toBe(left);
  await shoot(page, `session-${size}-card`);
  await person.tap(button("CLOSE IT"));
  await person.tap(button(/^CLOSE, GET BACK ⚡/));
  await person.read(card(seat), /BACK|back/);
  await expect
    .poll(async () => (await readPanelFigures(seat.site.dataDir)).balance, PATIENCE)
    .toBe(100_000 + 10 + actual);
  await shoot(page, `session-${size}-closed`);
  if (!seat.isNarrow) await assertTotals(seat, 10_000 - 10 - actual);
  await seat.leave();
  await assertBooks(seat, 10_000 - 10 - actual);
});
