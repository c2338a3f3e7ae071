import { expect, test } from "vitest";
import { inventoryOf } from "./testing/inventory.ts";
import { comeAndGo, createLiveWorld } from "./testing/live-world.ts";

const SWARMS = [10, 1_000, 10_000];
const FPS = 60;

test("a frame with one agent that joins and one that leaves", async ({ bench }) => {
  const worlds = await Promise.all(
    SWARMS.map(async (count) => {
      const world = await createLiveWorld(count);
      let n = 0;
      return bench(`beside ${count} agents`, () => {
        n += 1;
        world.say({
          type: "agent_joined",
          agentId: `late-${n}`,
          label: `Late ${n}`,
          role: "scout",
          color: "#ffd166",
        });
        if (n > 30) world.say({ type: "agent_left", agentId: `late-${n - 30}` });
        world.step(1 / FPS);
      });
    }),
  );
  await bench.compare(...worlds, { time: 3_000, warmupTime: 500 });
});

test("10,000 agents come and leave beside 1,000, and leave nothing behind", async ({ bench }) => {
  const world = await createLiveWorld(1_000);
  comeAndGo(world, 100);
  const before = inventoryOf(world.stage);
  await bench("in waves of 50", () => comeAndGo(world, 10_000)).run({
    iterations: 1,
    time: 0,
    warmupIterations: 0,
    warmupTime: 0,
  });
  expect(inventoryOf(world.stage)).toEqual(before);
  expect([world.context.roster.standing.length, world.agentsDrawn()]).toEqual([1_000, 1_000]);
});
