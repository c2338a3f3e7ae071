import { joins, leaves, swarm } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { inOrder, type Scene } from "../scene.ts";

const FIRST = 12;
const LATER = 30;
const EVERY_MS = 700;

export const comings: Scene = {
  name: "comings",
  shows: "Agents join and leave, and nobody else moves.",
  script: () => {
    const agents = swarm(FIRST + LATER);
    return withFigures(
      inOrder(
        agents.slice(0, FIRST).map((agent) => joins(agent)),
        agents.slice(FIRST).map((agent, index) => joins(agent, 1_000 + index * EVERY_MS)),
        // Every other one of those who were there first leaves, and later of the newcomers.
        agents.flatMap(({ id }, index) => (index % 2 === 0 ? [leaves(id, 1_300 + index * EVERY_MS)] : [])),
      ),
    );
  },
  picture: 6,
};
