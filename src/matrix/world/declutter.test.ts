import { expect, test } from "vitest";
import { createScreenRoom, ROOM_STEP_PX } from "./declutter.ts";

test("a box that is taken leaves no room for another that touches it", () => {
  const room = createScreenRoom();
  room.clear(400, 200);
  room.take(100, 50, 160, 68);
  const tries = {
    itself: room.isFree(100, 50, 160, 68),
    inside: room.isFree(120, 55, 121, 56),
    around: room.isFree(0, 0, 400, 200),
    leftOf: room.isFree(20, 50, 100 - ROOM_STEP_PX, 68),
    rightOf: room.isFree(160 + ROOM_STEP_PX, 50, 300, 68),
    above: room.isFree(100, 20, 160, 50 - ROOM_STEP_PX),
    below: room.isFree(100, 68 + ROOM_STEP_PX, 160, 90),
  };
  expect(tries).toEqual({
    itself: false,
    inside: false,
    around: false,
    leftOf: true,
    rightOf: true,
    above: true,
    below: true,
  });
});

test("boxes may hang over the edges of the screen", () => {
  const room = createScreenRoom();
  room.clear(400, 200);
  room.take(-50, -20, 30, 10);
  room.take(390, 190, 500, 300);
  expect([
    room.isFree(0, 0, 10, 10),
    room.isFree(395, 195, 400, 200),
    room.isFree(-500, -500, -100, -100),
    room.isFree(450, 0, 500, 100),
    room.isFree(100, 100, 300, 150),
  ]).toEqual([false, false, true, true, true]);
});

test("cleared for a screen of another size it is free everywhere", () => {
  const room = createScreenRoom();
  for (const [width, height] of [
    [400, 200],
    [1180, 820],
    [64, 64],
    [1180, 820],
  ] as const) {
    room.clear(width, height);
    expect(room.isFree(0, 0, width, height)).toBe(true);
    room.take(0, 0, width, height);
  }
});

test("no two of many boxes that were taken overlap, and a box is refused only near another", () => {
  const room = createScreenRoom();
  room.clear(1180, 820);
  const taken: { left: number; top: number; right: number; bottom: number }[] = [];
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    const left = (i * 97.3) % 1150;
    const top = (i * 53.7) % 800;
    const box = { left, top, right: left + 20 + ((i * 7.1) % 90), bottom: top + 18 };
    const gap = (other: typeof box) =>
      Math.max(
        other.left - box.right,
        box.left - other.right,
        other.top - box.bottom,
        box.top - other.bottom,
      );
    const nearest = Math.min(Number.POSITIVE_INFINITY, ...taken.map(gap));
    if (room.isFree(box.left, box.top, box.right, box.bottom)) {
      expect(nearest).toBeGreaterThanOrEqual(0);
      room.take(box.left, box.top, box.right, box.bottom);
      taken.push(box);
    } else {
      expect(nearest).toBeLessThan(2 * ROOM_STEP_PX);
      refused += 1;
    }
  }
  expect([taken.length > 100, refused > 100]).toEqual([true, true]);
});
