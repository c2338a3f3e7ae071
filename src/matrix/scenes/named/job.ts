import { FIRST_FIVE, joins } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { jobLife } from "../jobs.ts";
import { inOrder, type Scene } from "../scene.ts";

/** One job of the viewer's own, about 20 s long. */
const script = () =>
  withFigures(
    inOrder(
      FIRST_FIVE.map((agent) => joins(agent)),
      jobLife({ id: "a4f2c0de71", agent: "alpha", at: 1_000, isOwn: true }),
    ),
  );

export const job: Scene = {
  name: "job",
  shows: "One job from the request to the refund, in about 20 seconds.",
  script,
  picture: 13,
};

export const cutOff: Scene = {
  name: "cut-off",
  shows: "The same job with the link cut in its middle: what was missed is caught up on.",
  script,
  outages: [{ from: 8_000, to: 10_500 }],
  picture: 13,
};

export const offline: Scene = {
  name: "offline",
  shows: "A live tower that goes away for good while it works.",
  script,
  outages: [{ from: 11_500, to: Number.POSITIVE_INFINITY }],
  picture: 14,
};

export const unreachable: Scene = {
  name: "unreachable",
  shows: "A tower that never answers.",
  script,
  outages: [{ from: 0, to: Number.POSITIVE_INFINITY }],
  picture: 3,
};
