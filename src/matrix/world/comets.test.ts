import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import type { SatPlace } from "../state/model.ts";
import { createComets } from "./comets.ts";
import { createFakeWorld } from "./testing/fake-world.ts";

const GATE: SatPlace = { kind: "gate" };
const alpha: SatPlace = { kind: "agent", agentId: agentId("alpha") };

function createSky(count: number) {
  const world = createFakeWorld(count);
  const comets = createComets(world.context);
  world.step(3);
  return {
    ...world,
    comets,
    move(from: SatPlace, to: SatPlace, amount: number) {
      world.state.cues.emit({ kind: "sats", from, to, amountSats: sats(amount) });
    },
  };
}

test("a payment flies from the gate to the agent's ring and is gone when it has arrived", () => {
  const world = createSky(5);
  world.move(GATE, alpha, 10);
  world.step();
  const { instances } = world.comets;
  const { at } = world.context.roster.find(agentId("alpha")) ?? { at: undefined };
  const [x, , z, seconds] = instances.get(0, "to");
  expect([instances.count, x, z, (seconds ?? 0) > 0]).toEqual([2, at?.x, at?.z, true]);
  expect(instances.get(0, "from")[2]).toBeLessThan(-world.context.roster.frontRadius);
  world.step(40, 0.1);
  expect(instances.count).toBe(0);
  world.dispose();
});

test("every comet on its way is drawn, and only those, while others come and go", () => {
  const world = createSky(300);
  const ids = [...world.state.agents.get().keys()];
  const drawn = () => {
    const { instances } = world.comets;
    const shown = Array.from({ length: instances.count }, (_, slot) => instances.get(slot, "to")[3] ?? 0);
    return shown.filter((seconds) => seconds > 0).length;
  };
  for (let frame = 0; frame < 80; frame++) {
    for (let i = 0; i < 70 && frame < 40; i++) {
      const id = ids[(frame * 70 + i) % ids.length] ?? agentId("alpha");
      world.move(GATE, { kind: "agent", agentId: id }, 1 + ((i * 37) % 2000));
    }
    world.step(1, 0.1);
    expect(drawn()).toBe(world.context.flights.tally().comets);
  }
  expect(world.comets.instances.count).toBe(0);
  world.dispose();
});

test("a larger amount is drawn larger, and on its own way it does not split", () => {
  const world = createSky(5);
  world.move(alpha, { kind: "core" }, 3);
  world.move(alpha, GATE, 9_000_000);
  world.step();
  const { instances } = world.comets;
  const sizes = Array.from({ length: instances.count }, (_, slot) => instances.get(slot, "tint")[3] ?? 0);
  expect(sizes[0]).toBeLessThan(Math.min(...sizes.slice(1)));
  expect(instances.get(0, "strand")).toEqual([0, 0, 0, 0]);
  world.dispose();
});
