import { expect, test } from "vitest";
import { comfortablePace, createGlide } from "./glide.ts";
import type { Orbit } from "./orbit.ts";

const START: Orbit = { x: 0, y: 1, z: 0, azimuth: 0, elevation: 0.3, distance: 40 };
const GOAL: Orbit = { x: 4, y: 2, z: -3, azimuth: 1, elevation: 0.6, distance: 5 };

const rounded = (orbit: Orbit) =>
  Object.fromEntries(Object.entries(orbit).map(([key, value]) => [key, Math.round(value * 1e9) / 1e9]));

test("a glide is at the same place after the same time at 24, 60 and 144 frames a second", () => {
  const after = (fps: number) => {
    const glide = createGlide(START);
    for (let frame = 0; frame < fps; frame++) glide.advance(GOAL, 2, 1 / fps);
    // The goal changes on the way.
    for (let frame = 0; frame < fps; frame++) glide.advance(START, 3, 1 / fps);
    return rounded(glide.orbit);
  };
  expect(after(24)).toEqual(after(144));
  expect(after(60)).toEqual(after(144));
});

test("a glide starts and ends gently, never overshoots, and comes to rest exactly there", () => {
  const glide = createGlide(START);
  const speeds: number[] = [];
  for (let frame = 0; frame < 600 && (frame === 0 || glide.isMoving); frame++) {
    const before = glide.orbit.azimuth;
    glide.advance(GOAL, 2, 1 / 60);
    speeds.push((glide.orbit.azimuth - before) * 60);
  }
  const fastest = Math.max(...speeds);
  expect(speeds[0]).toBeLessThan(fastest / 10);
  expect(Math.min(...speeds)).toBeGreaterThanOrEqual(0);
  expect(speeds.at(-1)).toBeLessThan(fastest / 100);
  expect([glide.orbit, glide.isMoving, speeds.length < 600]).toEqual([GOAL, false, true]);
});

test("a new goal does not jolt it", () => {
  const glide = createGlide(START);
  const places: number[] = [];
  for (let frame = 0; frame < 120; frame++) {
    glide.advance(frame < 30 ? GOAL : START, 2, 1 / 60);
    places.push(glide.orbit.x);
  }
  const speeds = places.slice(1).map((x, i) => (x - (places[i] ?? 0)) * 60);
  const jolts = speeds.slice(1).map((speed, i) => Math.abs(speed - (speeds[i] ?? 0)));
  expect(Math.max(...jolts)).toBeLessThan(0.35);
});

test("following a hand comes to the same place at any frame rate, and rests there", () => {
  const after = (fps: number) => {
    const glide = createGlide(START);
    for (let frame = 0; frame < fps / 4; frame++) glide.follow(GOAL, 14, 1 / fps);
    return rounded(glide.orbit);
  };
  expect(after(120)).toEqual(after(24));
  const glide = createGlide(START);
  for (let frame = 0; frame < 120; frame++) glide.follow(GOAL, 14, 1 / 60);
  expect([glide.orbit, glide.isMoving]).toEqual([GOAL, false]);
});

test("a comfortable pace keeps the fastest moment of a move within the comfort", () => {
  for (const to of [GOAL, { ...START, azimuth: 3 }, { ...START, x: 90 }, { ...START, distance: 2 }]) {
    const pace = comfortablePace(START, to, 0.35, 0.6);
    const glide = createGlide(START);
    let fastest = 0;
    for (let frame = 0; frame < 1200; frame++) {
      const before = glide.orbit;
      glide.advance(to, pace, 1 / 30);
      const { orbit } = glide;
      fastest = Math.max(
        fastest,
        Math.abs(orbit.azimuth - before.azimuth) * 30,
        Math.abs(Math.log(orbit.distance / before.distance)) * 30,
        (Math.hypot(orbit.x - before.x, orbit.z - before.z) * 30) / Math.max(START.distance, to.distance),
      );
    }
    expect(fastest).toBeLessThan(0.36);
  }
  expect(comfortablePace(START, START, 0.35, 0.6)).toBe(0.6);
});
