import { expect, test } from "vitest";
import { createLevels, type Levels } from "./levels.ts";
import type { Viewpoint } from "./viewpoint.ts";

/** Looks along +z from the origin at breast height, on a screen of 1180×820 CSS px. */
const VIEW: Viewpoint = {
  eye: [0, 1.81, 0],
  right: [1, 0, 0],
  up: [0, 1, 0],
  forward: [0, 0, 1],
  distance: 30,
  focal: 1000,
  middle: [590, 410],
  size: [1180, 820],
};
/** Metres in front of the camera at which a figure is as many CSS px high. */
const depthOf = (px: number) => (3.62 * VIEW.focal) / px;

function levelsOf(
  places: readonly (readonly [number, number])[],
  levels: Levels = createLevels(),
  effects = 1,
) {
  const [xs, zs] = [0, 1].map((axis) => Float32Array.from(places, (place) => place[axis as 0 | 1]));
  levels.update(xs ?? new Float32Array(), zs ?? new Float32Array(), places.length, VIEW, effects);
  const slots = ({ values, count }: Levels["near"]) => [...values.subarray(0, count)];
  return { near: slots(levels.near), far: slots(levels.far), points: slots(levels.points) };
}

test("who is high on the screen is near, who is low is far, lower still a point; and who is not on it too", () => {
  const places = [
    [0, depthOf(200)],
    [0, depthOf(40)],
    [0, depthOf(8)],
    [0, -10],
    [40, depthOf(200)],
  ] as const;
  expect(levelsOf(places)).toEqual({ near: [0], far: [1], points: [2, 3, 4] });
});

test("everybody is in exactly one list, and no list is longer than it may be", () => {
  const crowd = Array.from({ length: 10_000 }, (_, i) => {
    const angle = i * 2.399963;
    const away = 2 * Math.sqrt(i);
    return [Math.sin(angle) * away, Math.cos(angle) * away + 60] as const;
  });
  for (const [effects, mostNear, mostFigures] of [
    [1, 160, 2400],
    [0, 56, 840],
  ] as const) {
    const { near, far, points } = levelsOf(crowd, createLevels(), effects);
    expect([...near, ...far, ...points].toSorted((a, b) => a - b)).toEqual(crowd.map((_, i) => i));
    expect([near.length <= mostNear, near.length + far.length <= mostFigures]).toEqual([true, true]);
    expect([near.length > mostNear / 2, far.length > mostFigures / 2]).toEqual([true, true]);
  }
});

test("who stands on the threshold does not flicker", () => {
  const levels = createLevels();
  const at = (px: number) => levelsOf([[0, depthOf(px)]], levels);
  const level = (px: number) => Object.entries(at(px)).find(([, slots]) => slots.length > 0)?.[0];
  expect([59, 53, 59, 49, 55].map(level)).toEqual(["near", "near", "near", "far", "far"]);
  expect([15, 13, 12, 13].map(level)).toEqual(["far", "far", "points", "points"]);
});

test("a list changes its version only when somebody in it differs", () => {
  const levels = createLevels();
  const places = [
    [0, depthOf(200)],
    [0, depthOf(40)],
  ] as const;
  levelsOf(places, levels);
  const versions = () => [levels.near.version, levels.far.version, levels.points.version];
  const before = versions();
  levelsOf(places, levels);
  expect(versions()).toEqual(before);
  levelsOf([places[1], places[1]], levels);
  expect(versions()).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 1, before[2]]);
});
