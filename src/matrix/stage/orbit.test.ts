import { expect, test } from "vitest";
import { approach, damping, frameOrbit, nearestTurn, type Orbit, orbitAxes, orbitEye } from "./orbit.ts";

const START: Orbit = { x: 0, y: 1, z: 0, azimuth: 0, elevation: 0.3, distance: 40 };
const GOAL: Orbit = { x: 4, y: 2, z: -3, azimuth: 1, elevation: 0.6, distance: 5 };

const rounded = (orbit: Orbit) =>
  Object.fromEntries(Object.entries(orbit).map(([key, value]) => [key, Math.round(value * 1e9) / 1e9]));

test("a glide comes to the same place at 30 and at 120 frames a second", () => {
  const glide = (fps: number) => {
    let orbit = START;
    for (let frame = 0; frame < fps; frame++) orbit = approach(orbit, GOAL, damping(3, 1 / fps));
    return rounded(orbit);
  };
  expect(glide(120)).toEqual(glide(30));
});

test("at azimuth 0 the camera stands towards -z, above the floor", () => {
  const eye = orbitEye({ ...START, x: 0, y: 0, z: 0, elevation: Math.PI / 6, distance: 10 });
  expect([eye.x, eye.y, eye.z].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0, 5, -8.660254]);
});

test("a framed subject touches the frame and is never outside it", () => {
  const points = [
    { x: -7, y: 0, z: 4 },
    { x: 7, y: 3, z: 4 },
    { x: -7, y: 3, z: -6 },
    { x: 0, y: 8, z: 0 },
    { x: 0, y: 0, z: -13 },
  ];
  const frame = { tanX: 0.4, tanY: 0.36 };
  const orbit = frameOrbit(points, { azimuth: 0.2, elevation: 0.4 }, frame, 1);
  const eye = orbitEye(orbit);
  const { right, up, forward } = orbitAxes(orbit);
  const seen = points.map((point) => {
    const to = [point.x - eye.x, point.y - eye.y, point.z - eye.z] as const;
    const along = (axis: { x: number; y: number; z: number }) =>
      to[0] * axis.x + to[1] * axis.y + to[2] * axis.z;
    return Math.max(
      Math.abs(along(right) / along(forward)) / frame.tanX,
      Math.abs(along(up) / along(forward)) / frame.tanY,
    );
  });
  expect(Math.max(...seen)).toBeLessThan(1.03);
  expect(Math.max(...seen)).toBeGreaterThan(0.97);
});

test("a framed subject is looked at above the floor and never from inside it", () => {
  const points = [
    { x: -7, y: 0, z: -16 },
    { x: 7, y: 0, z: -16 },
    { x: 0, y: 2, z: 9 },
  ];
  const low = frameOrbit(points, { azimuth: 0.2, elevation: 0.3 }, { tanX: 0.9, tanY: 0.36 }, 1);
  expect(low.y).toBeGreaterThanOrEqual(0);
  expect(
    frameOrbit([{ x: 3, y: 2, z: 1 }], { azimuth: 0, elevation: 0.5 }, { tanX: 0.4, tanY: 0.4 }, 1).distance,
  ).toBeGreaterThanOrEqual(2);
});

test("turning to an angle takes the short way round", () => {
  expect(nearestTurn(0.1, 6.2)).toBeCloseTo(0.1 + 2 * Math.PI);
  expect(nearestTurn(3, -3)).toBeCloseTo(3 - 2 * Math.PI);
});
