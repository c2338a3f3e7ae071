import { expect, test } from "vitest";
import { GATE, gateMiddle, gatePlace, gateScale } from "./gate-place.ts";
import { createFakeWorld } from "./testing/fake-world.ts";

test("the gate grows with the swarm, slower than the swarm itself", () => {
  const scales = [0, 9, 18, 150].map((radius) => gateScale({ radius }));
  expect(scales[0]).toBe(scales[1]);
  expect(scales).toEqual([...scales].sort((a, b) => a - b));
  expect((scales[3] ?? 0) / (scales[1] ?? 1)).toBeLessThan(150 / 9);
});

test("sats pass through its opening, whoever's they are and however large the swarm", () => {
  for (const count of [5, 2000]) {
    const world = createFakeWorld(count);
    world.step();
    const { roster } = world.context;
    const scale = gateScale(roster);
    const { x, z } = gatePlace(roster);
    for (let phase = 0; phase < 1; phase += 0.01) {
      const at = gateMiddle(roster, phase);
      const aside = Math.abs(at.x - x) / scale;
      const over = Math.max(0, at.y / scale - GATE.shoulder);
      expect([at.z, at.y > 0, Math.hypot(aside, over) < GATE.halfWidth]).toEqual([z, true, true]);
    }
    world.dispose();
  }
});
