import { expect, test } from "vitest";
import { ENTER_S, LEAVE_S } from "./motion.ts";
import { inventoryOf } from "./testing/inventory.ts";
import { comeAndGo, createLiveWorld } from "./testing/live-world.ts";

test("agents that came and left leave nothing behind, and nobody who stayed has moved", async () => {
  const world = await createLiveWorld(20);
  // Once, so that what is made when first needed is there.
  comeAndGo(world, 100);
  const { roster, crowd } = world.context;
  const before = inventoryOf(world.stage);
  const places = roster.standing.map(({ id, at }) => [id, at]);
  comeAndGo(world, 1_000);
  expect(inventoryOf(world.stage)).toEqual(before);
  expect(roster.standing.map(({ id, at }) => [id, at])).toEqual(places);
  expect([roster.count, crowd.drawn, world.state.agents.get().size]).toEqual([20, 20, 20]);
  world.dispose();
});

test("while they come and go, those that are here are drawn, each once", async () => {
  const world = await createLiveWorld(50);
  const { roster, crowd } = world.context;
  for (let n = 0; n < 60; n++) {
    world.say({ type: "agent_joined", agentId: `late-${n}` });
    if (n % 3 === 2) world.say({ type: "agent_left", agentId: `late-${n - 2}` });
    if (n % 7 === 6) world.say({ type: "agent_left", agentId: `agent-${n % 50}` });
    world.step(0.1);
    const registered = world.state.agents.get().size;
    expect([roster.count, crowd.drawn]).toEqual([registered, registered]);
  }
  for (let waited = 0; waited < ENTER_S + LEAVE_S; waited += 0.1) world.step(0.1);
  expect(roster.standing.length).toBe(world.state.agents.get().size);
  expect(new Set(roster.standing.map(({ id }) => id)).size).toBe(roster.standing.length);
  world.dispose();
});
