import { type HudNode, type NodeRole, wordsOf } from "./node.ts";
import type { Rect } from "./rect.ts";

/**
 * The HUD for those who don't see or touch the canvas: the same nodes as DOM elements, in the same order, with
 * the same words, each over its control. Invisible, and transparent to the pointer except where only a real
 * element will do (links and the text area).
 */
export interface Twin {
  /** Shows these panels' nodes and no others. */
  show(nodes: readonly HudNode[]): void;
  /** The node path (`panel/key/key`) with the keyboard's focus, when it should be shown. */
  focused(): string | undefined;
  /** Moves the keyboard's focus to a node. */
  focus(path: string): void;
  /** Says a sentence without moving the focus, once whatever is being said has been said. */
  announce(text: string): void;
  dispose(): void;
}

/** What the twin tells its owner. */
export interface TwinEvents {
  /** The focus moved, or became visible. */
  onFocus(): void;
  /** A node was activated by keyboard or a screen reader. */
  onActivate(path: string): void;
  /** An arrow, page, home or end key on a list: how far to scroll, in CSS pixels. */
  onScroll(path: string, by: number): void;
}

interface Twig {
  readonly element: HTMLElement;
  readonly role: SaidRole;
  readonly children: Map<string, Twig>;
  /** The element's own words; children are elements after it. */
  readonly words: Text;
  node: HudNode | undefined;
}

/** Roles that have an element; ornaments have none. */
type SaidRole = Exclude<NodeRole, "ornament">;

const TAGS: Record<SaidRole, string> = {
  region: "section",
  dialog: "div",
  group: "div",
  text: "p",
  heading: "h2",
  status: "p",
  meter: "div",
  image: "div",
  list: "ul",
  listitem: "li",
  log: "div",
  button: "button",
  link: "a",
  field: "div",
};

/** Roles that the tag does not already give. */
const ARIA_ROLES: Partial<Record<SaidRole, string>> = {
  dialog: "dialog",
  group: "group",
  status: "status",
  meter: "meter",
  image: "img",
  log: "log",
};

/** How far an arrow key scrolls a list, in CSS pixels. */
const KEY_SCROLL = 44;
const SCROLL_KEYS: Readonly<Record<string, (page: number) => number>> = {
  ArrowDown: () => KEY_SCROLL,
  ArrowUp: () => -KEY_SCROLL,
  PageDown: (page) => page,
  PageUp: (page) => -page,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
};

/** Builds the twin inside `root`, which it empties again when disposed. */
export function createTwin(root: HTMLElement, events: TwinEvents): Twin {
  const document = root.ownerDocument;
  const stage = document.createElement("div");
  // Style is set property by property: the page's policy allows no style attributes.
  Object.assign(stage.style, {
    position: "absolute",
    inset: "0",
    overflow: "hidden",
    opacity: "0",
    pointerEvents: "none",
  });
  const live = document.createElement("p");
  live.setAttribute("aria-live", "polite");
  live.setAttribute("role", "status");
  Object.assign(live.style, { position: "absolute", width: "1px", height: "1px", margin: "0" });
  root.append(stage);
  stage.append(live);

  const roots = new Map<string, Twig>();
  const paths = new WeakMap<EventTarget, string>();
  const byPath = new Map<string, Twig>();

  function make(node: HudNode, role: SaidRole, path: string): Twig {
    const element = document.createElement(TAGS[role]);
    const aria = ARIA_ROLES[role];
    if (aria !== undefined) element.setAttribute("role", aria);
    if (role === "button") element.setAttribute("type", "button");
    element.dataset["hud"] = path;
    Object.assign(element.style, {
      position: "absolute",
      boxSizing: "border-box",
      margin: "0",
      padding: "0",
      border: "0",
      overflow: "hidden",
      whiteSpace: "nowrap",
      listStyle: "none",
      ...(node.role === "link" && { pointerEvents: "auto" }),
    });
    const words = document.createTextNode("");
    element.append(words);
    if (node.field !== undefined) element.append(node.field.element);
    paths.set(element, path);
    if (node.field !== undefined) paths.set(node.field.element, path);
    return { element, role, children: new Map(), words, node: undefined };
  }

  function update(twig: Twig, node: HudNode, parent: Rect): void {
    const { element } = twig;
    const before = twig.node;
    twig.node = node;
    const { rect } = node;
    place(element, rect, parent, before?.rect);
    const words = wordsOf(node);
    // A container says its words as its name, before what it holds; anything else says them itself.
    const isNamed =
      node.children !== undefined || node.role === "image" || node.role === "meter" || node.role === "field";
    setText(twig.words, isNamed ? "" : words);
    setAttribute(node.field?.element ?? element, "aria-label", isNamed && words !== "" ? words : undefined);
    if (node.role === "button") (element as HTMLButtonElement).disabled = node.disabled === true;
    if (node.role === "link") setAttribute(element, "href", node.href);
    if (element.inert !== (node.inert === true)) element.inert = node.inert === true;
    setAttribute(element, "aria-expanded", asText(node.expanded));
    setAttribute(element, "aria-pressed", asText(node.selected));
    setAttribute(element, "aria-posinset", asText(node.place && node.place.index + 1));
    setAttribute(element, "aria-setsize", asText(node.place?.of));
    setAttribute(element, "tabindex", node.scroll?.canScroll() === true ? "0" : undefined);
    if (node.role === "meter" && node.value !== undefined) {
      setAttribute(element, "aria-valuemin", "0");
      setAttribute(element, "aria-valuemax", "100");
      setAttribute(element, "aria-valuenow", String(Math.round(node.value * 100)));
    }
  }

  function reconcile(
    nodes: readonly HudNode[],
    kept: Map<string, Twig>,
    parent: HTMLElement,
    parentRect: Rect,
    prefix: string,
  ): void {
    const wanted = new Map(nodes.map((node) => [node.key, node]));
    for (const [key, twig] of kept) {
      const node = wanted.get(key);
      if (node !== undefined && node.role === twig.role) continue;
      forget(twig);
      twig.element.remove();
      kept.delete(key);
    }
    let previous: ChildNode | null = parent === stage ? live : (parent.firstChild as ChildNode | null);
    for (const node of nodes) {
      const { role } = node;
      if (role === "ornament") continue;
      const path = prefix === "" ? node.key : `${prefix}/${node.key}`;
      let twig = kept.get(node.key);
      if (twig === undefined) {
        twig = make(node, role, path);
        kept.set(node.key, twig);
        byPath.set(path, twig);
      }
      // Moving an element takes its focus away: only move what is out of place.
      if (previous?.nextSibling !== twig.element) previous?.after(twig.element);
      previous = twig.element;
      update(twig, node, parentRect);
      reconcile(node.children ?? [], twig.children, twig.element, node.rect, path);
    }
  }

  function forget(twig: Twig): void {
    const path = paths.get(twig.element);
    if (path !== undefined && byPath.get(path) === twig) byPath.delete(path);
    for (const child of twig.children.values()) forget(child);
  }

  const pathOf = (target: EventTarget | null): string | undefined =>
    target === null ? undefined : paths.get(target);

  function onClick(event: MouseEvent): void {
    const path = pathOf(event.target);
    const node = path === undefined ? undefined : byPath.get(path)?.node;
    if (path === undefined || node?.role === "link" || node?.role === "field") return;
    events.onActivate(path);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const path = pathOf(event.target);
    const scroll = SCROLL_KEYS[event.key];
    if (path === undefined || scroll === undefined) return;
    const list = nearestList(path);
    if (list === undefined) return;
    event.preventDefault();
    events.onScroll(list, scroll(byPath.get(list)?.node?.rect.height ?? 0));
  }

  /** The path of the scrolling list that a node is in, itself included; a field scrolls itself. */
  function nearestList(path: string): string | undefined {
    if (byPath.get(path)?.role === "field") return undefined;
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const candidate = path.slice(0, end);
      if (byPath.get(candidate)?.node?.scroll !== undefined) return candidate;
    }
    return undefined;
  }

  const onFocus = (): void => events.onFocus();
  stage.addEventListener("click", onClick);
  stage.addEventListener("keydown", onKeyDown);
  stage.addEventListener("focusin", onFocus);
  stage.addEventListener("focusout", onFocus);

  return {
    show(nodes) {
      reconcile(nodes, roots, stage, { x: 0, y: 0, width: 0, height: 0 }, "");
    },
    focused() {
      const active = document.activeElement;
      if (active === null || !stage.contains(active) || !active.matches(":focus-visible")) return undefined;
      return paths.get(active);
    },
    focus(path) {
      const twig = byPath.get(path);
      (twig?.node?.field?.element ?? twig?.element)?.focus({ preventScroll: true });
    },
    announce(text) {
      // The same sentence again is no change and would not be said: an invisible space makes it one.
      setText(live, live.textContent === text ? `${text}\u00a0` : text);
    },
    dispose() {
      stage.remove();
      roots.clear();
      byPath.clear();
    },
  };
}

function place(element: HTMLElement, rect: Rect, parent: Rect, before: Rect | undefined): void {
  const left = `${rect.x - parent.x}px`;
  const top = `${rect.y - parent.y}px`;
  if (element.style.left !== left) element.style.left = left;
  if (element.style.top !== top) element.style.top = top;
  if (before?.width !== rect.width) element.style.width = `${rect.width}px`;
  if (before?.height !== rect.height) element.style.height = `${rect.height}px`;
}

function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

const asText = (value: boolean | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);
