/** What the page's screen keeps for itself. CSS pixels. */
export interface ScreenEdges {
  readonly safe: {
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
    readonly left: number;
  };
  /** How much of the bottom an on-screen keyboard covers. */
  readonly keyboard: number;
}

/** Follows the safe areas and the on-screen keyboard. */
export interface Screen {
  edges(): ScreenEdges;
  dispose(): void;
}

/** A keyboard is higher than this; browser bars that come and go are not. */
const KEYBOARD_AT_LEAST = 80;

const NO_EDGES: ScreenEdges = { safe: { top: 0, right: 0, bottom: 0, left: 0 }, keyboard: 0 };

/** `root` is an element in the page; `onChange` is called whenever the edges may differ. */
export function createScreen(root: HTMLElement, onChange: () => void): Screen {
  const window = root.ownerDocument.defaultView;
  if (window === null) return { edges: () => NO_EDGES, dispose: () => undefined };
  const probe = root.ownerDocument.createElement("div");
  Object.assign(probe.style, {
    position: "fixed",
    visibility: "hidden",
    pointerEvents: "none",
    paddingTop: "env(safe-area-inset-top)",
    paddingRight: "env(safe-area-inset-right)",
    paddingBottom: "env(safe-area-inset-bottom)",
    paddingLeft: "env(safe-area-inset-left)",
  });
  root.append(probe);
  let edges = read(window);

  function read(view: Window): ScreenEdges {
    const style = getComputedStyle(probe);
    const pixels = (value: string): number => Number.parseFloat(value) || 0;
    const viewport = view.visualViewport;
    // Pinched in, the visual viewport is small for another reason.
    const covered =
      viewport === null || viewport.scale > 1.01
        ? 0
        : Math.max(0, Math.round(view.innerHeight - viewport.height - viewport.offsetTop));
    return {
      safe: {
        top: pixels(style.paddingTop),
        right: pixels(style.paddingRight),
        bottom: pixels(style.paddingBottom),
        left: pixels(style.paddingLeft),
      },
      keyboard: covered >= KEYBOARD_AT_LEAST ? covered : 0,
    };
  }

  const undo = new AbortController();
  const { signal } = undo;
  const update = (): void => {
    edges = read(window);
    onChange();
  };
  window.addEventListener("resize", update, { signal });
  window.visualViewport?.addEventListener("resize", update, { signal });
  window.visualViewport?.addEventListener("scroll", update, { signal });

  return {
    edges: () => edges,
    dispose() {
      undo.abort();
      probe.remove();
    },
  };
}
