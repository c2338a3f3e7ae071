import { expect, test } from "vitest";
import { inkOf } from "./ink.ts";

const SIZE = 13;
const MIDDLE = 6;

/** A canvas with one texel of a colour in its middle. */
function dot(red: number, green: number, blue: number, alpha: number) {
  const rgba = new Uint8ClampedArray(SIZE * SIZE * 4);
  rgba.set([red, green, blue, alpha], (MIDDLE * SIZE + MIDDLE) * 4);
  return inkOf(rgba, SIZE, SIZE, 4);
}
const at = ({ texels }: ReturnType<typeof dot>, x: number, y: number) => texels[y * SIZE + x] ?? -1;

test("what is drawn is ink, around it is edge that falls off and ends", () => {
  const picture = dot(255, 255, 255, 255);
  expect(at(picture, MIDDLE, MIDDLE)).toBe(255);
  const outwards = [1, 2, 3, 4, 5, 6].map((away) => at(picture, MIDDLE + away, MIDDLE));
  expect(outwards.every((texel) => texel < 128)).toBe(true);
  expect(outwards).toEqual([...outwards].sort((a, b) => b - a));
  expect([(outwards[2] ?? 0) > 0, outwards[4], outwards[5]]).toEqual([true, 0, 0]);
});

test("the edge is alike to all four sides", () => {
  const picture = dot(255, 255, 255, 255);
  const sides = [
    at(picture, MIDDLE + 2, MIDDLE),
    at(picture, MIDDLE - 2, MIDDLE),
    at(picture, MIDDLE, MIDDLE + 2),
    at(picture, MIDDLE, MIDDLE - 2),
  ];
  expect(new Set(sides).size).toBe(1);
});

test("dark parts of an emoji are less ink than light ones, and still some", () => {
  const [light, dark] = [at(dot(255, 220, 80, 255), MIDDLE, MIDDLE), at(dot(40, 20, 0, 255), MIDDLE, MIDDLE)];
  expect(light).toBeGreaterThan(dark + 60);
  expect(dark).toBeGreaterThan(128);
});
