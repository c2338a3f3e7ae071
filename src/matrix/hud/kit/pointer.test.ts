import { expect, test } from "vitest";
import type { HudNode } from "./node.ts";
import { createPointer } from "./pointer.ts";
import { rect } from "./rect.ts";
import { createScroller } from "./scroller.ts";

function open() {
  const taps: string[] = [];
  const scroller = createScroller({ sticksToEnd: false });
  scroller.measure(1000, 100);
  const row = (key: string, y: number): HudNode => ({
    key,
    role: "button",
    rect: rect(0, y, 100, 44),
    tap: () => taps.push(key),
  });
  const nodes: HudNode[] = [
    {
      key: "panel",
      role: "region",
      rect: rect(0, 0, 100, 200),
      children: [
        {
          key: "list",
          role: "list",
          rect: rect(0, 0, 100, 100),
          clip: true,
          scroll: scroller,
          children: [row("a", 0), row("b", 44), row("c", 88)],
        },
        { ...row("off", 150), disabled: true },
      ],
    },
  ];
  let now = 0;
  const pointer = createPointer({ nodes: () => nodes, now: () => (now += 16), refresh: () => undefined });
  return { pointer, taps, scroller };
}

test("a press and release on one thing is a tap", () => {
  const { pointer, taps } = open();
  expect([pointer.down(1, 10, 50), pointer.up(1, 14, 53), taps]).toEqual([true, true, ["b"]]);
});

test("a drag over a list scrolls it and taps nothing", () => {
  const { pointer, taps, scroller } = open();
  pointer.down(1, 10, 80);
  for (const y of [70, 60, 40, 20]) pointer.move(1, 10, y, true);
  pointer.up(1, 10, 20);
  expect([taps, scroller.offset()]).toEqual([[], 60]);
});

test("releasing on another thing than was pressed taps neither", () => {
  const { pointer, taps } = open();
  pointer.down(1, 10, 42);
  pointer.up(1, 10, 46);
  expect(taps).toEqual([]);
});

test("what a clipping list cuts off cannot be tapped", () => {
  const { pointer, taps } = open();
  pointer.down(1, 10, 120);
  pointer.up(1, 10, 120);
  expect(taps).toEqual([]);
});

test("a disabled button takes the touch and does nothing", () => {
  const { pointer, taps } = open();
  expect([pointer.down(1, 10, 160), pointer.up(1, 10, 160), taps]).toEqual([true, true, []]);
});

test("outside the HUD nothing is taken", () => {
  const { pointer } = open();
  expect([pointer.down(1, 150, 50), pointer.up(1, 150, 50), pointer.wheel(150, 50, 10)]).toEqual([
    false,
    false,
    false,
  ]);
});

test("a mouse hovers, a finger does not", () => {
  const { pointer } = open();
  pointer.move(1, 10, 50, true);
  const byFinger = pointer.hovered();
  pointer.move(2, 10, 50, false);
  const byMouse = pointer.hovered();
  pointer.leave();
  expect([byFinger, byMouse, pointer.hovered()]).toEqual([undefined, "panel/list/b", undefined]);
});
