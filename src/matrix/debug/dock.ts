import css from "./debug.css?inline";
import { html } from "./dom.ts";

/** Something that can be opened and closed from the dock. */
export interface DockSwitch {
  readonly name: string;
  /** Why it cannot be opened, or nothing. */
  readonly missing?: string | undefined;
  isOpen(): boolean;
  toggle(): void;
}

/** The strip at the foot of a page that is debugged: a line of figures and, unless folded, what is below it. */
export interface Dock {
  showStats(figures: readonly string[]): void;
  /** A line for people; an empty text takes it away. */
  say(text: string): void;
  /** Adds a switch behind the line of figures. */
  addSwitch(of: DockSwitch): void;
  /** Tells that a switch may look different now. */
  refresh(): void;
  dispose(): void;
}

const FOLDED_PX = 28;
/** As much as an iPad held upright can spare; the chart scales with it. */
const OPEN = "min(290px, 45vh)";

/** Puts the dock into the page, and takes its height from the rest of it. */
export function createDock(body: HTMLElement): Dock {
  const head = html("header");
  const root = html("aside", { id: "debug", "aria-label": "Debugging" });
  const content = html("div", { id: "debug-content" });
  const fold = html("button", { type: "button", "aria-controls": "debug-content" });
  const stats = html("div", { class: "stats" });
  const note = html("p", { class: "note", role: "status" });
  const switches: { readonly of: DockSwitch; readonly button: HTMLButtonElement }[] = [];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  let isOpen = true;

  const lay = () => {
    document.documentElement.style.setProperty("--debug-height", isOpen ? OPEN : `${FOLDED_PX}px`);
    fold.setAttribute("aria-expanded", String(isOpen));
    fold.textContent = isOpen ? "▾ Job" : "▸ Job";
    content.hidden = !isOpen;
  };
  const refresh = () => {
    for (const { of, button } of switches) {
      button.disabled = of.missing !== undefined;
      button.title = of.missing ?? "";
      button.setAttribute("aria-pressed", String(of.isOpen()));
    }
  };

  fold.addEventListener("click", () => {
    isOpen = !isOpen;
    lay();
  });
  // The world's keys are not meant here.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  head.append(fold, stats);
  content.append(note, body);
  root.append(head, content);
  document.adoptedStyleSheets.push(sheet);
  // Outside the body, whose content the Inspector moves while it is open.
  document.documentElement.append(root);
  lay();

  return {
    showStats(figures) {
      stats.replaceChildren(...figures.map((figure) => html("span", {}, figure)));
    },
    say(text) {
      note.textContent = text;
    },
    addSwitch(of) {
      const button = html("button", { type: "button" }, of.name);
      button.addEventListener("click", () => of.toggle());
      switches.push({ of, button });
      head.append(button);
      refresh();
    },
    refresh,
    dispose() {
      root.remove();
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      document.documentElement.style.removeProperty("--debug-height");
    },
  };
}
