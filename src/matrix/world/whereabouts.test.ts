import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { createFakeWorld } from "./testing/fake-world.ts";
import { createWhereabouts, MOST_REMEMBERED } from "./whereabouts.ts";

test("an agent that has left is found where it stood, one that never was is not", () => {
  const world = createFakeWorld(5);
  const whereabouts = createWhereabouts(world.context.roster);
  world.step();
  const at = world.context.roster.find(agentId("alpha"))?.at;
  world.remove(agentId("alpha"));
  world.step(60, 0.1);
  expect(world.context.roster.find(agentId("alpha"))).toBe(undefined);
  expect([whereabouts.find(agentId("alpha")), whereabouts.find(agentId("nobody"))]).toEqual([at, undefined]);
  whereabouts.dispose();
  world.dispose();
});

test("only so many of those that left are remembered, the last ones", () => {
  const world = createFakeWorld(MOST_REMEMBERED + 5);
  const whereabouts = createWhereabouts(world.context.roster);
  world.step();
  const ids = [...world.state.agents.get().keys()];
  for (const id of ids) {
    world.remove(id);
    world.step(1, 0.1);
  }
  world.step(40, 0.1);
  expect(ids.filter((id) => whereabouts.find(id) === undefined)).toEqual(ids.slice(0, 5));
  whereabouts.dispose();
  world.dispose();
});
