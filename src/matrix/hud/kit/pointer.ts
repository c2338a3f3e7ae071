import { hitTest } from "./hit.ts";
import type { HudNode } from "./node.ts";
import type { Scroller } from "./scroller.ts";

/** Fingers, mouse and wheel on the HUD: taps, scrolling, hovering. Coordinates are CSS pixels on the canvas. */
export interface HudPointer {
  /** `down`, `up` and `wheel` tell whether the HUD took the event, so that the world does not. */
  down(pointerId: number, x: number, y: number): boolean;
  move(pointerId: number, x: number, y: number, isTouch: boolean): void;
  up(pointerId: number, x: number, y: number): boolean;
  cancel(pointerId: number): void;
  wheel(x: number, y: number, deltaY: number): boolean;
  /** The mouse left the canvas. */
  leave(): void;
  /** The path of the node that is being pressed or hovered over. */
  pressed(): string | undefined;
  hovered(): string | undefined;
}

/** What the pointer works on. */
export interface PointerHost {
  nodes(): readonly HudNode[];
  now(): number;
  /** Something to see changed. */
  refresh(): void;
}

interface Press {
  readonly x: number;
  readonly y: number;
  readonly path: string | undefined;
  readonly scroller: Scroller | undefined;
  lastY: number;
  isDrag: boolean;
}

/** How far a finger may stray and still tap, in CSS pixels. */
const TAP_SLACK = 10;

/** The innermost node that can be tapped, and the innermost that scrolls. */
function targetsAt(nodes: readonly HudNode[], x: number, y: number) {
  const hits = hitTest(nodes, x, y);
  const tap = hits.findLast(({ node }) => node.tap !== undefined && node.disabled !== true);
  return { isOver: hits.length > 0, tap, scroller: hits.findLast(({ node }) => node.scroll)?.node.scroll };
}

export function createPointer(host: PointerHost): HudPointer {
  const presses = new Map<number, Press>();
  let hovered: string | undefined;

  return {
    down(pointerId, x, y) {
      const { isOver, tap, scroller } = targetsAt(host.nodes(), x, y);
      if (!isOver) return false;
      scroller?.release(host.now());
      scroller?.by(0);
      presses.set(pointerId, { x, y, path: tap?.path, scroller, lastY: y, isDrag: false });
      host.refresh();
      return true;
    },
    move(pointerId, x, y, isTouch) {
      const press = presses.get(pointerId);
      if (press === undefined) {
        const over = isTouch ? undefined : targetsAt(host.nodes(), x, y).tap?.path;
        if (over !== hovered) {
          hovered = over;
          host.refresh();
        }
        return;
      }
      if (!press.isDrag && Math.hypot(x - press.x, y - press.y) > TAP_SLACK) press.isDrag = true;
      if (press.isDrag && press.scroller !== undefined) {
        press.scroller.drag(y - press.lastY, host.now());
        host.refresh();
      }
      if (press.isDrag) press.lastY = y;
    },
    up(pointerId, x, y) {
      const press = presses.get(pointerId);
      if (press === undefined) return false;
      presses.delete(pointerId);
      press.scroller?.release(host.now());
      host.refresh();
      if (press.isDrag || press.path === undefined) return true;
      const { tap } = targetsAt(host.nodes(), x, y);
      // The view may have changed under the finger: only what was pressed is tapped.
      if (tap?.path === press.path) tap.node.tap?.();
      return true;
    },
    cancel(pointerId) {
      presses.get(pointerId)?.scroller?.release(host.now());
      presses.delete(pointerId);
      host.refresh();
    },
    wheel(x, y, deltaY) {
      const { isOver, scroller } = targetsAt(host.nodes(), x, y);
      if (scroller !== undefined) {
        scroller.by(deltaY);
        host.refresh();
      }
      return isOver;
    },
    leave() {
      if (hovered !== undefined) host.refresh();
      hovered = undefined;
    },
    pressed: () => [...presses.values()].find((press) => !press.isDrag)?.path,
    hovered: () => hovered,
  };
}
