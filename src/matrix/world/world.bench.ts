import { expect, test } from "vitest";
import { inventoryOf } from "./testing/inventory.ts";
import { comeAndGo, createLiveWorld, day, drawsOf } from "./testing/live-world.ts";

const SWARMS = [10, 1_000, 10_000];
const MESSAGES_A_SECOND = 1_000;
const FPS = 60;
/** Frames that pass before it counts: the camera has settled, and the first jobs are under way. */
const WARM_FRAMES = 600;
/** A day of this many messages is written before it begins: to write them is the tower's work. */
const WRITTEN_AHEAD = 60_000;

/** A world in the middle of its day: each call is one frame with its share of the messages. */
async function createDay(count: number) {
  const world = await createLiveWorld(count);
  const messages = day(count);
  let written: string[] = [];
  let owed = 0;
  const frame = () => {
    owed += MESSAGES_A_SECOND / FPS;
    for (; owed >= 1; owed -= 1) world.hear(written.pop() ?? messages.next().value);
    world.step(1 / FPS);
  };
  for (let n = 0; n < WARM_FRAMES; n++) frame();
  written = Array.from({ length: WRITTEN_AHEAD }, () => messages.next().value).reverse();
  return { count, frame, draws: drawsOf(world.context) };
}

/**
 * The main thread's milliseconds a frame are the mean of each: what comes from the tower is decoded and applied, the
 * world is moved on, and the engine does all but its GPU calls.
 */
test(`a frame with ${MESSAGES_A_SECOND} messages a second; 2 ms at 1,000 agents and 4 ms at 10,000 are allowed, 25 draws`, async ({
  bench,
}) => {
  const days = await Promise.all(SWARMS.map(createDay));
  await bench.compare(
    ...days.map(({ count, draws, frame }) => bench(`${count} agents, ${draws} draws`, frame)),
    { time: 6_000, warmupTime: 500 },
  );
});

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
  expect([world.context.roster.standing.length, world.context.crowd.drawn]).toEqual([1_000, 1_000]);
});
