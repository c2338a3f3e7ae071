import { expect, test } from "vitest";
import type { Labels } from "./labels.ts";
import { ENTER_S, LEAVE_S } from "./motion.ts";
import { inventoryOf } from "./testing/inventory.ts";
import { comeAndGo, createLiveWorld, type LiveWorld } from "./testing/live-world.ts";
import { MOST_REMEMBERED } from "./whereabouts.ts";

/** How much is kept of agents, apart from what is drawn. */
const heldBy = ({ context: { roster, crowd, flights }, features }: LiveWorld) => {
  const labels = features.find((feature): feature is Labels => "lines" in feature);
  if (!labels) throw new Error("the world has no labels");
  const lines = [...labels.lines];
  return {
    roster: roster.held,
    crowd: crowd.held,
    flights: flights.tally(),
    // Which of those who are here have one depends on what was shown before.
    linesOfOthers: lines.filter(({ subject: { id } }) => id !== undefined && !roster.find(id)).length,
    linesTooMany: Math.max(0, lines.length - roster.count),
  };
};

test("agents that came and left leave nothing behind, and nobody who stayed has moved", async () => {
  const world = await createLiveWorld(20);
  // Once, so that what is made when first needed is there.
  comeAndGo(world, 100);
  const { roster, flights } = world.context;
  const before = { ...inventoryOf(world.stage), ...heldBy(world) };
  const places = roster.standing.map(({ id, at }) => [id, at]);
  comeAndGo(world, 1_500);
  expect({ ...inventoryOf(world.stage), ...heldBy(world) }).toEqual(before);
  expect(roster.standing.map(({ id, at }) => [id, at])).toEqual(places);
  expect([roster.count, world.agentsDrawn(), world.state.agents.get().size]).toEqual([20, 20, 20]);
  // Sats may still come from who has left.
  expect(flights.remembered).toBe(20 + MOST_REMEMBERED);
  world.dispose();
});

test("while they come and go, those that are here are drawn, each once", async () => {
  const world = await createLiveWorld(50);
  const { roster } = world.context;
  for (let n = 0; n < 60; n++) {
    world.say({ type: "agent_joined", agentId: `late-${n}` });
    if (n % 3 === 2) world.say({ type: "agent_left", agentId: `late-${n - 2}` });
    if (n % 7 === 6) world.say({ type: "agent_left", agentId: `agent-${n % 50}` });
    world.step(0.1);
    const registered = world.state.agents.get().size;
    expect([roster.count, world.agentsDrawn()]).toEqual([registered, registered]);
  }
  for (let waited = 0; waited < ENTER_S + LEAVE_S; waited += 0.1) world.step(0.1);
  expect(roster.standing.length).toBe(world.state.agents.get().size);
  expect(new Set(roster.standing.map(({ id }) => id)).size).toBe(roster.standing.length);
  world.dispose();
});
