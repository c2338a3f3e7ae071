import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { ALL_ZERO, readBooks, readPanelFigures } from "./books.ts";
import { openPage } from "./browser.ts";
import { createPerson, type Person } from "./person.ts";
import { newSite } from "./site.ts";
import type { TowerProcess, TowerSite } from "./tower-process.ts";

/** A screen with a person in front of it, and the tower behind. */
export interface Seat {
  readonly site: TowerSite;
  readonly page: Page;
  readonly person: Person;
  readonly isNarrow: boolean;
  tower(): TowerProcess;
  /** SIGKILL, and a new start on the same directory and port. */
  killTower(): Promise<void>;
  /** Ends the tower for good and says whether anything went wrong on the page. */
  leave(): Promise<void>;
}

/** A screen, and whether its tower will be gone for a while. */
export interface SeatOptions extends BrowserContextOptions {
  readonly mayLoseLink?: boolean;
}

/** Starts a tower and opens its page, live and drawn. */
export async function sitDown(
  browser: Browser,
  options: SeatOptions,
  site: TowerSite = newSite(),
): Promise<Seat> {
  let tower = await site.start();
  const { page, problems, close } = await openPage(browser, options);
  onTestFinished(close);
  await page.goto(tower.address);
  const person = createPerson(page, { touch: options.hasTouch === true });
  const isNarrow = (options.viewport?.width ?? 0) < 1000;
  const seat: Seat = {
    site,
    page,
    person,
    isNarrow,
    tower: () => tower,
    async killTower() {
      await tower.kill();
      // Started again before the page has noticed, the badge would still read LIVE of the tower that died.
      await waitForLink(seat, /OFFLINE|CONNECTING/);
      tower = await site.start();
    },
    async leave() {
      await close();
      await tower.stop();
      expect(problems).toEqual([]);
    },
  };
  await waitForLink(seat, /LIVE/);
  await person.seesHud();
  return seat;
}

const linkBadge = ({ page, isNarrow }: Seat) =>
  page.locator(`[data-hud="${isNarrow ? "chips" : "status"}/link"]`);
/** Waits until the badge of the link says so. */
export const waitForLink = (seat: Seat, word: RegExp): Promise<string> =>
  seat.person.read(linkBadge(seat), word);

const PANEL_ROWS = {
  balance: "economy/balance",
  earned: "economy/earned",
  spent: "economy/spent",
  treasury: "treasury/treasury",
  burn: "treasury/burn",
  net: "treasury/net",
  purse: "treasury/purse",
} as const;

/** Waits until the panels say what the ledger says, with the purse at what the job left in it. */
export async function assertTotals({ person, site }: Seat, purse: number): Promise<void> {
  const shown = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(PANEL_ROWS).map(async ([name, row]) => [name, await person.figure(row)] as const),
      ),
    );
  await expect
    .poll(shown, { timeout: 20_000, interval: 100 })
    .toEqual({ ...(await readPanelFigures(site.dataDir)), purse });
}

/** The books of a tower that has stopped: nothing owed, and the only purse as it should be. */
export async function assertBooks({ site }: Seat, purse: number): Promise<void> {
  const books = await readBooks(site.dataDir);
  expect(books).toMatchObject({ gauges: ALL_ZERO, walletGap: 0n, lost: 0n, owed: new Map(), pending: 0 });
  expect([...books.purses.values()]).toEqual([purse]);
}

/** A landscape iPad. */
export const WIDE = { viewport: { width: 1180, height: 820 } } as const;
/** Smaller windows are drawn faster, where the picture does not matter. */
export const SMALL = { viewport: { width: 1000, height: 640 } } as const;
