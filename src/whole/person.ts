import type { Locator, Page } from "playwright-core";

/** How long a person waits for something to appear, in milliseconds: software rendering is slow. */
const PATIENCE_MS = 30_000;

/** Sats as they stand on the screen: `⚡15 420` with thin spaces. */
const SATS = /⚡([\d\u2009]+)/;

/** The number in an amount on the screen; net figures may be below zero. */
export function satsIn(words: string): number {
  const digits = SATS.exec(words)?.[1];
  if (digits === undefined) throw new Error(`no amount in "${words}"`);
  return Number(digits.replaceAll("\u2009", "")) * (words.includes("−⚡") ? -1 : 1);
}

/** Someone at a screen: finds things by what they are called, and touches the canvas where they are drawn. */
export interface Person {
  /** The element that says the same as a drawn control. */
  find(role: "button" | "textbox", name: string | RegExp): Locator;
  /** Taps, or clicks, in the middle of a control once it has come to rest and may be used. */
  tap(control: Locator): Promise<void>;
  /** Waits until a text is there, and gives all of it. */
  read(control: Locator, as: RegExp): Promise<string>;
  /** Waits for a chat line and gives its words. */
  chatLine(words: RegExp): Promise<string>;
  /** The number that a row of a panel shows, such as `economy/balance`; undefined while there is none. */
  figure(row: string): Promise<number | undefined>;
  /** Whom the next request goes to. */
  choose(agent: string): Promise<void>;
  /** Waits until the interface is drawn. */
  seesHud(): Promise<void>;
  /** Writes a request with the keyboard and sends it with the button. */
  request(text: string): Promise<void>;
}

/** A person at a page. `touch`: with fingers instead of a mouse. */
export function createPerson(page: Page, { touch = false }: { touch?: boolean } = {}): Person {
  page.setDefaultTimeout(PATIENCE_MS);

  /** Where a control is once two frames in a row agree and it may be used. */
  async function rest(control: Locator): Promise<{ x: number; y: number }> {
    await control.waitFor({ state: "attached" });
    const handle = await control.elementHandle();
    if (handle === null) throw new Error("the control is gone");
    const place = await handle.evaluate(
      (element, patience) =>
        new Promise<{ x: number; y: number; over: string | undefined } | string>((resolve) => {
          const until = performance.now() + patience;
          let before = "";
          const look = (): void => {
            const { x, y, width, height } = element.getBoundingClientRect();
            const isReady = !(element instanceof HTMLButtonElement && element.disabled) && width > 0;
            const now = `${x} ${y} ${width} ${height}`;
            if (!element.isConnected) resolve("gone");
            else if (isReady && now === before) {
              const centre = { x: x + width / 2, y: y + height / 2 };
              resolve({ ...centre, over: document.elementFromPoint(centre.x, centre.y)?.tagName });
            } else if (performance.now() > until)
              resolve(isReady ? "it never came to rest" : "it is not to be used");
            else requestAnimationFrame(look);
            before = isReady ? now : "";
          };
          look();
        }),
      PATIENCE_MS,
    );
    if (place === "gone") return rest(control);
    if (typeof place === "string")
      throw new Error(`${place}: ${await handle.evaluate((e) => e.outerHTML.slice(0, 200))}`);
    // Whatever is drawn there is on the canvas; only text is written into a real element.
    if (place.over !== "CANVAS" && place.over !== "TEXTAREA")
      throw new Error(`a ${place.over ?? "nothing"} lies over the control`);
    return place;
  }

  const person: Person = {
    find: (role, name) => page.locator("#twin").getByRole(role, { name }),
    async tap(control) {
      const { x, y } = await rest(control);
      if (touch) await page.touchscreen.tap(x, y);
      else await page.mouse.click(x, y);
    },
    async read(control, as) {
      const found = control.filter({ hasText: as }).last();
      await found.waitFor({ state: "attached" });
      return (await found.textContent()) ?? "";
    },
    chatLine: (words) => person.read(page.locator('[data-hud^="chat/log/"] p'), words),
    async figure(row) {
      const words = (await page.locator(`[data-hud="${row}"]`).textContent()) ?? "";
      return SATS.test(words) ? satsIn(words) : undefined;
    },
    async choose(agent) {
      await person.tap(person.find("button", /^to /));
      await person.tap(
        page.locator('[data-hud^="chat/list/"]').getByRole("button", { name: new RegExp(`^${agent} `) }),
      );
      await person.find("button", `to ${agent}`).waitFor({ state: "attached" });
    },
    seesHud: () =>
      page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const look = (): void => {
              const isDrawn = performance.getEntriesByName("matrix:hud-ready").length > 0;
              requestAnimationFrame(isDrawn ? () => resolve() : look);
            };
            look();
          }),
      ),
    async request(text) {
      const entry = person.find("textbox", /^Ask /);
      await person.tap(entry);
      await page.keyboard.type(text);
      await person.tap(person.find("button", "Send"));
    },
  };
  return person;
}
