import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { createComets, MOST_COMETS } from "./comets.ts";
import { createFakeWorld } from "./testing/fake-world.ts";

test("a thousand cues in one frame keep their total, in a bounded number of comets", () => {
  const world = createFakeWorld(200);
  const comets = createComets(world.context);
  world.step();
  let total = 0;
  for (let i = 0; i < 1000; i++) {
    const amount = 1 + ((i * 131) % 5000);
    total += amount;
    const agent = {
      kind: "agent",
      agentId: [...world.state.agents.get().keys()][i % 200] ?? agentId("timmy"),
    } as const;
    const toCore = i % 2 === 0;
    world.state.cues.emit({
      kind: "sats",
      from: toCore ? agent : { kind: "gate" },
      to: toCore ? { kind: "core" } : agent,
      amountSats: sats(amount),
    });
  }
  world.step();
  expect(comets.flyingSats()).toBe(total);
  expect(comets.instances.count).toBe(MOST_COMETS);
  for (let second = 0; second < 120 && comets.flyingSats() > 0; second++) world.step(12, 0.1);
  expect([comets.flyingSats(), comets.instances.count]).toEqual([0, 0]);
  world.dispose();
});

test("a payment flies from the gate to the agent's ring and is gone when it has arrived", () => {
  const world = createFakeWorld(5);
  const comets = createComets(world.context);
  world.step(3);
  world.state.cues.emit({
    kind: "sats",
    from: { kind: "gate" },
    to: { kind: "agent", agentId: agentId("alpha") },
    amountSats: sats(10),
  });
  world.step();
  const [x, , z] = comets.instances.get(0, "to");
  expect([comets.instances.count, x, z]).toEqual([2, -7, 4]);
  expect(comets.instances.get(0, "from")[2]).toBeLessThan(-9);
  world.step(40, 0.1);
  expect(comets.instances.count).toBe(0);
  world.dispose();
});
