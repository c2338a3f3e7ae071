import { test } from "vitest";
import { createNullHud } from "./hud/testing/null-hud.ts";
import { createLiveWorld, day } from "./world/testing/live-world.ts";

/** How many agents, and the milliseconds of the main thread that a frame among them may take. */
const SWARMS = [
  { count: 10, budgetMs: 2 },
  { count: 1_000, budgetMs: 2 },
  { count: 10_000, budgetMs: 4 },
];
const MESSAGES_A_SECOND = 1_000;
const OPEN_JOBS = 300;
const FPS = 60;
/** Radians that the camera turns in a frame, as under a hand. */
const TURN = 0.004;
/** Frames before it counts, in which the jobs are opened, and frames that count. */
const WARM_FRAMES = 300;
const FRAMES = 1_500;

/** The world, its HUD and all readers of the state, in the middle of a day: each call is one frame. */
async function createPage(count: number) {
  const world = await createLiveWorld(count);
  const hud = createNullHud({ state: world.state });
  const messages = day(count, OPEN_JOBS);
  // To write them is the tower's work.
  const written = Array.from(
    { length: Math.ceil(((WARM_FRAMES + FRAMES) * MESSAGES_A_SECOND) / FPS) },
    () => messages.next().value,
  ).reverse();
  let owed = 0;
  return {
    openJobs: () => world.state.jobs.get().filter(({ phase }) => phase !== "closed").length,
    frame() {
      owed += MESSAGES_A_SECOND / FPS;
      for (; owed >= 1; owed -= 1) world.hear(written.pop() ?? messages.next().value);
      world.stage.camera.turn(TURN, 0);
      world.step(1 / FPS);
      hud.frame(1000 / FPS);
    },
    end() {
      hud.end();
      world.dispose();
    },
  };
}

/**
 * What comes from the tower is decoded and applied, the world and the HUD are moved on, the camera turns, and both engines
 * do all but their GPU calls and the HUD's painting.
 */
test(`milliseconds of a frame with ${MESSAGES_A_SECOND} messages a second and up to ${OPEN_JOBS} open jobs`, {
  timeout: 180_000,
}, async () => {
  for (const { count, budgetMs } of SWARMS) {
    const page = await createPage(count);
    for (let n = 0; n < WARM_FRAMES; n++) page.frame();
    const times: number[] = [];
    let openJobs = 0;
    for (let n = 0; n < FRAMES; n++) {
      const began = performance.now();
      page.frame();
      times.push(performance.now() - began);
      openJobs += page.openJobs() / FRAMES;
    }
    page.end();
    times.sort((a, b) => a - b);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const p99 = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
    const ratio = (ms: number) => `${ms.toFixed(2)} ms (${((ms / budgetMs) * 100).toFixed(0)} %)`;
    // biome-ignore lint/suspicious/noConsole: the figures are what it is for.
    console.log(
      `${String(count).padStart(6)} agents, ${openJobs.toFixed(0)} open jobs: mean ${ratio(mean)}, p99 ${ratio(p99)} of ${budgetMs} ms`,
    );
  }
});
