import { expect, test } from "vitest";
import { createDrift, type Drift, STILL } from "./drift.ts";

/** How far it turned in so many seconds at so many frames a second. */
function turned(drift: Drift, seconds: number, fps: number): number {
  let azimuth = 0;
  for (let frame = 0; frame < Math.round(seconds * fps); frame++) azimuth += drift.advance(1 / fps).azimuth;
  return azimuth;
}

const flicked = () => {
  const drift = createDrift(() => 3);
  drift.flick({ ...STILL, azimuth: 6 });
  return drift;
};

test("a flick goes on and dies away, as far at any frame rate", () => {
  expect(turned(flicked(), 0.5, 20)).toBeCloseTo(turned(flicked(), 0.5, 144), 9);
  const drift = flicked();
  expect([turned(drift, 10, 60).toFixed(3), drift.isMoving]).toEqual(["2.000", false]);
});

test("held keys come up to their speed and stay at it, as far at any frame rate", () => {
  const held = () => {
    const drift = createDrift(() => 10);
    drift.push({ ...STILL, azimuth: 1 });
    return drift;
  };
  expect(turned(held(), 1, 20)).toBeCloseTo(turned(held(), 1, 144), 9);
  const drift = held();
  turned(drift, 2, 60);
  expect(turned(drift, 1, 60)).toBeCloseTo(1, 3);
  drift.push(STILL);
  expect([turned(drift, 2, 60) < 0.11, drift.isMoving]).toEqual([true, false]);
});

test("without inertia keys move at their speed at once and stop at once", () => {
  const drift = createDrift(() => Number.POSITIVE_INFINITY);
  drift.push({ ...STILL, azimuth: 2 });
  expect([drift.advance(0), drift.advance(0.25).azimuth, drift.advance(0.25).azimuth]).toEqual([
    STILL,
    0.5,
    0.5,
  ]);
  drift.push(STILL);
  expect([drift.advance(0.1).azimuth, drift.isMoving]).toEqual([0, false]);
});

test("stopping it stops it", () => {
  const drift = flicked();
  drift.advance(0.1);
  drift.stop();
  expect([drift.isMoving, drift.advance(1)]).toEqual([false, STILL]);
});
