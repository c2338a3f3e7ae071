import type { Movement } from "./drift.ts";
import { createFlickMeter } from "./flick.ts";
import { type KeyTarget, listenForKeys } from "./keys.ts";

/** A place on the canvas in CSS px from its top left. */
export interface CanvasPoint {
  readonly x: number;
  readonly y: number;
}

/** What a person does to the stage with fingers, mouse or keys, told in the stage's own words. */
export interface GestureTarget extends KeyTarget {
  /** Turn the view: radians clockwise and upwards. */
  turn(azimuth: number, elevation: number): void;
  /** Move the view: parts of the canvas's height. */
  pan(right: number, up: number): void;
  /** 2 is half as far; what is at `at` stays there. */
  zoom(factor: number, at?: CanvasPoint): void;
  /** A finger or button takes hold of the view. */
  grab(): void;
  /** The last of them lets go, at this velocity, a second. */
  flick(velocity: Movement): void;
  tap(point: CanvasPoint): void;
}

export interface GestureOptions {
  /** True where something drawn over the world takes the event instead. */
  readonly isOverHud: (x: number, y: number) => boolean;
}

/** Farther than this is a drag, in CSS px; longer than this is not a tap, in milliseconds. */
const TAP_SLOP = 9;
const TAP_TIME = 500;
/** Radians for dragging over the whole height of the canvas. */
const TURN_PER_HEIGHT = 3.2;

interface Held {
  x: number;
  y: number;
  readonly startX: number;
  readonly startY: number;
  readonly since: number;
  readonly button: number;
}

/**
 * Listens to a canvas and tells `target` what a person wants. One finger or the left button turns, two fingers or the
 * right button pan, pinch and wheel zoom towards what they point at, a short press taps, and what is let go in motion
 * goes on. Returns its undo.
 */
export function listenForGestures(
  canvas: HTMLElement,
  target: GestureTarget,
  { isOverHud }: GestureOptions,
): () => void {
  const held = new Map<number, Held>();
  let moved = false;
  const meter = createFlickMeter();
  const undo = new AbortController();
  const place = (event: MouseEvent): CanvasPoint => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const height = () => Math.max(1, canvas.clientHeight);

  const down = (event: PointerEvent) => {
    const { x, y } = place(event);
    if (isOverHud(x, y)) return;
    moved = held.size > 0;
    meter.reset();
    // Browsers tell of moves once a frame: a quick flick may be one move since the finger came down.
    meter.note(event.timeStamp, {});
    target.grab();
    held.set(event.pointerId, { x, y, startX: x, startY: y, since: event.timeStamp, button: event.button });
    canvas.setPointerCapture?.(event.pointerId);
  };

  const move = (event: PointerEvent) => {
    const mine = held.get(event.pointerId);
    if (!mine) return;
    const { x, y } = place(event);
    if (Math.hypot(x - mine.startX, y - mine.startY) > TAP_SLOP) moved = true;
    if (!moved) return;
    const [dx, dy] = [(x - mine.x) / height(), (y - mine.y) / height()];
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const before = Math.hypot(mine.x - other.x, mine.y - other.y);
      const after = Math.hypot(x - other.x, y - other.y);
      const nearer = before > 0 && after > 0 ? Math.log(after / before) : 0;
      // The fingers' middle moves half as far as one of them.
      target.pan(-dx / 2, dy / 2);
      target.zoom(Math.exp(nearer), { x: (x + other.x) / 2, y: (y + other.y) / 2 });
      meter.note(event.timeStamp, { nearer, right: -dx / 2, up: dy / 2 });
    } else if (mine.button === 2 || mine.button === 1 || event.shiftKey) {
      target.pan(-dx, dy);
      meter.note(event.timeStamp, { right: -dx, up: dy });
    } else {
      target.turn(dx * TURN_PER_HEIGHT, dy * TURN_PER_HEIGHT);
      meter.note(event.timeStamp, { azimuth: dx * TURN_PER_HEIGHT, elevation: dy * TURN_PER_HEIGHT });
    }
    mine.x = x;
    mine.y = y;
  };

  const up = (event: PointerEvent) => {
    const mine = held.get(event.pointerId);
    held.delete(event.pointerId);
    if (!mine || event.type !== "pointerup") return;
    if (moved && held.size === 0) target.flick(meter.velocity(event.timeStamp));
    if (moved || mine.button !== 0) return;
    if (event.timeStamp - mine.since <= TAP_TIME) target.tap({ x: mine.startX, y: mine.startY });
  };

  const wheel = (event: WheelEvent) => {
    const { x, y } = place(event);
    if (isOverHud(x, y)) return;
    event.preventDefault();
    // Lines and pages as pixels; a pinch on a trackpad arrives as a small wheel with ctrl.
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? height() : 1);
    target.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0012)), { x, y });
  };

  const options = { signal: undo.signal };
  canvas.addEventListener("pointerdown", down, options);
  canvas.addEventListener("pointermove", move, options);
  canvas.addEventListener("pointerup", up, options);
  canvas.addEventListener("pointercancel", up, options);
  canvas.addEventListener("wheel", wheel, { ...options, passive: false });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault(), options);
  canvas.addEventListener("gesturestart", (event) => event.preventDefault(), options);
  const stopKeys = listenForKeys(canvas, target);
  return () => {
    undo.abort();
    stopKeys();
  };
}
