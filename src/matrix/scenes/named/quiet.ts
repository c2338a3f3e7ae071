import { FIRST_FIVE, joins } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { inOrder, type Scene } from "../scene.ts";

export const empty: Scene = {
  name: "empty",
  shows: "A tower without a single agent.",
  script: () => withFigures([]),
  picture: 3,
};

export const calm: Scene = {
  name: "calm",
  shows: "The first five agents with nothing to do.",
  script: () => withFigures(inOrder(FIRST_FIVE.map((agent) => joins(agent)))),
  picture: 3,
};
