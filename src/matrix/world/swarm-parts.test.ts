import { expect, test } from "vitest";
import { GRAINS, swarmPart } from "./swarm-parts.ts";

test("each grain has fewer parts than the last, and every place is in one", () => {
  const places = Array.from({ length: 4000 }, (_, i) => ({
    x: Math.sin(i) * (i / 40),
    z: Math.cos(i) * (i / 40),
  }));
  const counts = Array.from(
    { length: GRAINS },
    (_, grain) => new Set(places.map((place) => swarmPart(place, 100, grain))).size,
  );
  expect(counts).toEqual([36, 16, 5, 3]);
});

test("neighbours share a part, those on the other side or farther out do not", () => {
  const partOf = (x: number, z: number) => swarmPart({ x, z }, 30, 0);
  const near = partOf(1, 8);
  expect([partOf(1.5, 8.5) === near, partOf(1, -8) === near, partOf(3, 25) === near]).toEqual([
    true,
    false,
    false,
  ]);
});

test("a place outside the swarm counts to its edge", () => {
  expect(swarmPart({ x: 2, z: 500 }, 30, 0)).toBe(swarmPart({ x: 0.1, z: 29 }, 30, 0));
});
