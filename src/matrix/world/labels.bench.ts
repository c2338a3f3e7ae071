import { test } from "vitest";
import type { FrameTime } from "../stage/clock.ts";
import { createFocus } from "./focus.ts";
import { createLabels } from "./labels.ts";
import { createFakePen } from "./testing/fake-pen.ts";
import { createFakeWorld, makeJob } from "./testing/fake-world.ts";

/** Labels of a world whose camera never rests, so that what is shown is thought over as often as it ever is. */
function turning(count: number) {
  const world = createFakeWorld(count);
  const agents = [...world.state.agents.get().values()];
  world.state.agents.set(
    new Map(agents.map((agent, n) => [agent.id, n % 20 ? agent : { ...agent, job: makeJob(agent) }])),
  );
  createFocus(world.context);
  let drawLabels = (_frame: FrameTime) => {};
  const stage = Object.create(world.stage, {
    onFrame: {
      value: (listener: (frame: FrameTime) => void) => {
        drawLabels = listener;
        return () => {};
      },
    },
  });
  createLabels({ ...world.context, stage }, createFakePen());
  let elapsed = 0;
  const step = (seconds: number) => {
    elapsed += seconds;
    drawLabels({ dt: seconds, elapsed, time: elapsed % 1000 });
  };
  for (let frame = 0; frame < 300; frame++) {
    world.step();
    step(1 / 60);
  }
  const turn = (seconds: number) => {
    world.stage.camera.turn(0.0005, 0);
    world.stage.camera.update(1 / 60);
    step(seconds);
  };
  return { dispose: world.dispose, frame: () => turn(1 / 60), round: () => turn(1) };
}

for (const count of [1_000, 10_000]) {
  test(`labels of ${count} agents while the camera turns`, async ({ bench }) => {
    const { frame, round, dispose } = turning(count);
    await bench("a frame, at sixty a second", frame).run();
    await bench("a round of thought", round).run();
    dispose();
  });
}
