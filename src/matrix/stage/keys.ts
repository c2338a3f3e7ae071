import { MOVEMENTS, type Movement, STILL } from "./drift.ts";

/** What keys do to the stage. */
export interface KeyTarget {
  /** Held keys move the view, a second so far; still when none is held. */
  push(velocity: Movement): void;
  turn(azimuth: number, elevation: number): void;
  pan(right: number, up: number): void;
  zoom(factor: number): void;
  home(): void;
}

/** A second of holding a key: radians, parts of the canvas's height, natural logarithm of nearness. */
const TURN = 1.1;
const PAN = 0.55;
const NEARER = 1.2;
/** What pressing a key does at once, in seconds of holding it: so that the shortest press is seen. */
const PRESS_S = 0.06;

const KEYS: Readonly<Record<string, Partial<Movement>>> = {
  ArrowLeft: { azimuth: TURN },
  ArrowRight: { azimuth: -TURN },
  ArrowUp: { elevation: TURN },
  ArrowDown: { elevation: -TURN },
  a: { right: -PAN },
  d: { right: PAN },
  w: { up: PAN },
  s: { up: -PAN },
  "+": { nearer: NEARER },
  "=": { nearer: NEARER },
  "-": { nearer: -NEARER },
};

/** Keyboards on screens and switches have no places. */
const placeOf = ({ code, key }: KeyboardEvent): string => code || key;

/** Listens for keys while the canvas or nothing at all has the focus. Returns its undo. */
export function listenForKeys(canvas: HTMLElement, target: KeyTarget): () => void {
  const undo = new AbortController();
  /** By the key's place on the keyboard: what it types may be another letter when it is let go. */
  const held = new Map<string, Partial<Movement>>();

  const push = () => {
    const sum: Record<keyof Movement, number> = { ...STILL };
    for (const movement of held.values()) for (const part of MOVEMENTS) sum[part] += movement[part] ?? 0;
    target.push(sum);
  };
  const release = () => {
    if (held.size === 0) return;
    held.clear();
    push();
  };

  const down = (event: KeyboardEvent) => {
    // While a modifier is down some systems never say that a key was let go.
    if (event.ctrlKey || event.metaKey || event.altKey) return release();
    if (event.key === "Home") {
      event.preventDefault();
      release();
      target.home();
      return;
    }
    const movement = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (!movement) return;
    event.preventDefault();
    if (held.has(placeOf(event))) return;
    held.set(placeOf(event), movement);
    const { azimuth = 0, elevation = 0, right = 0, up = 0, nearer = 0 } = movement;
    if (azimuth !== 0 || elevation !== 0) target.turn(azimuth * PRESS_S, elevation * PRESS_S);
    if (right !== 0 || up !== 0) target.pan(right * PRESS_S, up * PRESS_S);
    if (nearer !== 0) target.zoom(Math.exp(nearer * PRESS_S));
    push();
  };

  const up = (event: KeyboardEvent) => held.delete(placeOf(event)) && push();
  const { ownerDocument: page } = canvas;
  /** After loading, and after a button went away, the body has the focus: keys are then for what is seen most. */
  const unlessElsewhere = (listen: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
    if (event.target === page.body && !event.defaultPrevented) listen(event);
  };

  const options = { signal: undo.signal };
  canvas.addEventListener("keydown", down, options);
  canvas.addEventListener("keyup", up, options);
  page.addEventListener("keydown", unlessElsewhere(down), options);
  page.addEventListener("keyup", unlessElsewhere(up), options);
  // The keyup of a key that is held while the focus goes elsewhere is never heard.
  canvas.addEventListener("blur", release, options);
  return () => {
    undo.abort();
    release();
  };
}
