/** Undoes what returned it. Safe to call twice. */
type Undo = () => void;

/** Calls `listener` at once and whenever the page comes into view or goes out of it. */
export function followShown(page: Window, listener: (isShown: boolean) => void): Undo {
  const undo = new AbortController();
  const { signal } = undo;
  // A page in the back/forward cache comes back by `pageshow` alone, without `visibilitychange`.
  let isAway = false;
  const tell = () => listener(!isAway && !page.document.hidden);
  const go = (away: boolean) => () => {
    isAway = away;
    tell();
  };
  page.document.addEventListener("visibilitychange", tell, { signal });
  page.addEventListener("pagehide", go(true), { signal });
  page.addEventListener("pageshow", go(false), { signal });
  tell();
  return () => undo.abort();
}

/** Calls `listener` at once and whenever the person's wish for reduced motion changes. */
export function followReducedMotion(page: Window, listener: (isReduced: boolean) => void): Undo {
  const undo = new AbortController();
  const query = page.matchMedia("(prefers-reduced-motion: reduce)");
  query.addEventListener("change", () => listener(query.matches), { signal: undo.signal });
  listener(query.matches);
  return () => undo.abort();
}

const INPUTS = ["pointerdown", "pointermove", "pointerup", "wheel", "keydown"] as const;

/** Calls `listener` on everything a person does to the page, wherever on it, before anything answers to it. */
export function followInput(page: Window, listener: () => void): Undo {
  const undo = new AbortController();
  const told = (event: Event) => {
    // Browsers move a mouse that lies still when something under it changes.
    const isStill = event.type === "pointermove" && isResting(event as PointerEvent);
    if (!isStill) listener();
  };
  for (const input of INPUTS) {
    page.addEventListener(input, told, { signal: undo.signal, capture: true, passive: true });
  }
  return () => undo.abort();
}

const isResting = ({ movementX, movementY }: PointerEvent): boolean => movementX === 0 && movementY === 0;
