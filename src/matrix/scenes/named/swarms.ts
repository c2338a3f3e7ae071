import { anyMinds, joins, minds, swarm } from "../agents.ts";
import { withFigures } from "../figures.ts";
import type { Moment, Scene } from "../scene.ts";

/** So many agents, each with something on its mind, and so many of them changing their minds each second, without end. */
function* crowd(count: number, mindsASecond: number): Generator<Moment, void, void> {
  const agents = swarm(count);
  const mind = anyMinds(count);
  for (const agent of agents) {
    yield joins(agent);
    yield minds(agent.id, mind.next().value);
  }
  for (let n = 0; ; n += 1) {
    // A step that shares no divisor with the count comes by everyone.
    const agent = agents[(n * 7_919) % count];
    if (agent !== undefined) yield minds(agent.id, mind.next().value, Math.floor((n * 1000) / mindsASecond));
  }
}

export const thousand: Scene = {
  name: "thousand",
  shows: "1,000 agents, 100 of which change their minds each second.",
  script: () => withFigures(crowd(1_000, 100)),
  picture: 3,
};

export const tenThousand: Scene = {
  name: "ten-thousand",
  shows: "10,000 agents and 1,000 current values a second.",
  script: () => withFigures(crowd(10_000, 1_000)),
  picture: 3,
};
