import { expect, test } from "vitest";
import { createScroller, type Scroller } from "./scroller.ts";

/** A finger that moves up fast for 80 ms and leaves. */
function flick(scroller: Scroller): void {
  for (let now = 0; now <= 80; now += 16) scroller.drag(-20, now);
  scroller.release(80);
}

/** Lets it coast from 80 ms on, to rest. */
function coast(scroller: Scroller, frame: number) {
  let now = 80;
  let frames = 0;
  do {
    now += frame;
    frames += 1;
  } while (scroller.step(now) && frames < 600);
  return { frames, now };
}

test("stays between its ends", () => {
  const scroller = createScroller({ sticksToEnd: false });
  scroller.measure(1000, 200);
  scroller.by(-50);
  const top = scroller.offset();
  scroller.by(Number.POSITIVE_INFINITY);
  expect([top, scroller.offset(), scroller.atEnd()]).toEqual([0, 800, true]);
});

test("keeps the end in sight while it is in sight, and only then", () => {
  const scroller = createScroller({ sticksToEnd: true });
  scroller.measure(1000, 200);
  scroller.measure(1100, 200);
  const followed = scroller.offset();
  scroller.by(-100);
  scroller.measure(1200, 200);
  expect([followed, scroller.offset(), scroller.atEnd()]).toEqual([900, 800, false]);
});

test("coasts on when let go, slower and slower, and comes to rest", () => {
  const scroller = createScroller({ sticksToEnd: false });
  scroller.measure(100_000, 200);
  flick(scroller);
  const released = scroller.offset();
  const { frames, now } = coast(scroller, 16);
  expect(scroller.offset() - released).toBeGreaterThan(100);
  expect(frames).toBeLessThan(600);
  expect(scroller.step(now + 16)).toBe(false);
});

test("a coast goes as far at 30 frames a second as at 120", () => {
  const distance = (frame: number): number => {
    const scroller = createScroller({ sticksToEnd: false });
    scroller.measure(100_000, 200);
    flick(scroller);
    coast(scroller, frame);
    return scroller.offset();
  };
  expect(Math.abs(distance(1000 / 30) - distance(1000 / 120))).toBeLessThan(5);
});

test("a finger that rested before leaving throws nothing", () => {
  const scroller = createScroller({ sticksToEnd: false });
  scroller.measure(1000, 200);
  scroller.drag(-20, 0);
  scroller.drag(-20, 16);
  scroller.release(500);
  expect(scroller.step(516)).toBe(false);
});
