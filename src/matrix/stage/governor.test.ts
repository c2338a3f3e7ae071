import { expect, test } from "vitest";
import { createGovernor, type Governor } from "./governor.ts";
import { finestDensity } from "./quality.ts";

/** Frames of a length that may follow from how richly is drawn, for so many seconds. */
function run(governor: Governor, seconds: number, frame: (governor: Governor) => number) {
  for (let time = 0; time < seconds; ) {
    const dt = frame(governor);
    governor.note(dt);
    time += dt;
  }
  return governor.quality;
}

const fps = (rate: number) => () => 1 / rate;
/** A machine that draws so many megapixels a frame in 16 ms, in a window of one, and effects for as much again. */
const machine =
  (power: number) =>
  ({ quality: { density, effects } }: Governor) =>
    Math.max(1, (density ** 2 * (1 + effects)) / power) * 0.016;

test("gets plainer until frames are quick enough, and no plainer", () => {
  const reached = [8, 3, 2, 1, 0.4].map((power) => run(createGovernor(2), 60, machine(power)));
  expect(reached).toEqual([
    { density: 2, effects: 1 },
    { density: 1.5, effects: 1 },
    { density: 1.5, effects: 0.5 },
    { density: 1, effects: 0.5 },
    { density: 1, effects: 0 },
  ]);
});

test("drops after about three slow seconds, and neither a hitch nor an unsteady beat is slow", () => {
  const governor = createGovernor(2);
  expect(run(governor, 3.5, fps(20)).density).toBe(2);
  expect(run(governor, 1, fps(20)).density).toBe(1.5);
  let frame = 0;
  const hitching = createGovernor(2);
  expect(run(hitching, 60, () => (++frame % 120 === 0 ? 0.8 : 1 / 60)).density).toBe(2);
  const uneven = createGovernor(2);
  expect(run(uneven, 60, () => (++frame % 2 === 0 ? 1 / 30 : 1 / 60)).density).toBe(2);
});

test("rises after a long fast stretch", () => {
  const governor = createGovernor(2);
  run(governor, 4.5, fps(20));
  expect(run(governor, 14, fps(60)).density).toBe(1.5);
  expect(run(governor, 4, fps(60)).density).toBe(2);
});

test("a level that was too slow twice is not tried again for minutes", () => {
  const governor = createGovernor(2);
  const between = ({ quality }: Governor) => (quality.density === 2 ? 0.04 : 0.016);
  run(governor, 30, between);
  let tries = 0;
  let before = governor.quality.density;
  const watched = (seconds: number) => {
    tries = 0;
    run(governor, seconds, (now) => {
      if (now.quality.density > before) tries += 1;
      before = now.quality.density;
      return between(now);
    });
    return tries;
  };
  expect([watched(60), watched(200), watched(100), watched(300)]).toEqual([0, 0, 1, 0]);
});

test("a screen or a power saver that holds frames at 30 is not slow, nor keeps the picture plain", () => {
  const saver = createGovernor(2);
  run(saver, 20, fps(60));
  expect(run(saver, 600, fps(30))).toEqual({ density: 2, effects: 1 });
  const television = createGovernor(2);
  run(television, 10, fps(30));
  expect(run(television, 5, fps(15)).density).toBe(1.5);
  expect(run(television, 40, fps(30)).density).toBe(2);
});

test("takes back drops that do not help, and leaves it at that for minutes", () => {
  const governor = createGovernor(2);
  const seen: number[] = [];
  for (let second = 0; second < 60; second++) {
    const { density } = run(governor, 1, fps(24));
    if (density !== seen.at(-1)) seen.push(density);
  }
  expect(seen).toEqual([2, 1.5, 2]);
  expect(governor.quality).toEqual({ density: 2, effects: 1 });
});

test("what is measured after an interruption does not count", () => {
  const governor = createGovernor(2);
  for (let i = 0; i < 50; i++) {
    governor.interrupt();
    run(governor, 0.9, fps(5));
  }
  expect(governor.quality).toEqual({ density: 2, effects: 1 });
});

test("on a plain screen only effects are left to save", () => {
  const governor = createGovernor(1);
  const slow = machine(0.9);
  expect(run(governor, 5, slow)).toEqual({ density: 1, effects: 0.5 });
  expect(run(governor, 60, slow)).toEqual({ density: 1, effects: 0.5 });
  governor.setFinest(2);
  expect(governor.quality.effects).toBe(0.5);
});

test("a fine screen is drawn finely, an enormous one within what it may cost", () => {
  const rounded = (ratio: number, width: number, height: number) =>
    Math.round(finestDensity(ratio, { width, height }) * 100) / 100;
  expect([
    rounded(2, 1180, 820),
    rounded(3, 390, 844),
    rounded(1, 1920, 1080),
    rounded(2, 2560, 1440),
    rounded(1, 7680, 4320),
    rounded(0, 0, 0),
  ]).toEqual([2, 2, 1, 1.5, 0.5, 1]);
});
