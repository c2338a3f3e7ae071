import type { Happenings } from "../happening.ts";
import type { World } from "../world.ts";

const MINUTE = 60_000;

/** Time passes, and towers die: between two calls, at any call, for a while, or in order. */
export function crashes(world: World): Happenings {
  const { random, clock, lives, brain } = world;
  async function dieOften(): Promise<void> {
    for (let deaths = 3 + random.below(3); deaths > 0; deaths--) {
      lives.mortal.kill();
      await lives.rest();
    }
  }
  return {
    toJobs: [
      {
        name: "die again and again over a job",
        weight: 0.05,
        fits: ({ phase }) => phase === "evaluating" || phase === "executing",
        happen() {
          brain.behaviour = { evaluate: "hang", execute: "hang" };
          return dieOften();
        },
      },
    ],
    otherwise: [
      { name: "seconds pass", weight: 2, happen: () => clock.advance(1_000 * random.below(60)) },
      { name: "minutes pass", weight: 0.7, happen: () => clock.advance(MINUTE * random.below(7)) },
      {
        name: "a quarter of an hour passes",
        weight: 0.5,
        happen: () => clock.advance(MINUTE * (11 + random.below(5))),
      },
      {
        name: "hours pass",
        weight: 0.3,
        happen: () => clock.advance(60 * MINUTE * (1 + random.below(14))),
      },
      { name: "die", weight: 1, happen: () => lives.mortal.kill() },
      { name: "die soon", weight: 2, happen: () => lives.mortal.dieIn(1 + random.below(30)) },
      {
        name: "die again and again",
        weight: 0.5,
        happen: () => dieOften(),
      },
      {
        name: "be down for a while",
        weight: 0.5,
        happen: () => lives.whileDown(() => clock.advance(MINUTE * random.below(20))),
      },
      { name: "restart", weight: 1, happen: () => lives.restart() },
    ],
  };
}
