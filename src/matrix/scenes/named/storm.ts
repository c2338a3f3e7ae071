import { joins, swarm } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { jobLife, STEP_MS } from "../jobs.ts";
import { inOrder, type Moment, type Scene } from "../scene.ts";

const AGENTS = 200;
const JOBS_EACH = 5;
/** When the storm begins and how long it lasts, in milliseconds. */
const FROM_MS = 2_000;
const LASTS_MS = 1_000;

/** Waits for its payment until the storm, in which it is paid. `nth`: which of its agent's jobs it is, from 0. */
function waiting(agent: string, nth: number, at: number): readonly Moment[] {
  const plan = { id: `${agent}.${nth}`, agent, workSats: 60 + ((at * 37) % 900) };
  // The agent's first job is paid for its work, the others for their evaluation.
  const pays = nth === 0 ? "work_paid" : "eval_paid";
  const life = jobLife({ ...plan, at: at - STEP_MS[pays], upTo: pays });
  const mine = life.filter(({ say }) => "type" in say && say.type !== "agent_state");
  return mine.map((moment) => (moment.at < at ? { ...moment, at: moment.at - 10_000 } : moment));
}

/** In the storm every agent is paid once in turn before any is paid again. */
const stormOf = (agents: readonly string[]): readonly Moment[] =>
  Array.from({ length: JOBS_EACH }, (_, nth) =>
    agents.flatMap((agent, index) => {
      const place = nth * agents.length + index;
      return waiting(agent, nth, FROM_MS + Math.floor((place * LASTS_MS) / (agents.length * JOBS_EACH)));
    }),
  ).flat();

export const storm: Scene = {
  name: "storm",
  shows: "1,000 invoices settle within one second at 200 agents.",
  script: () => {
    const agents = swarm(AGENTS);
    return withFigures(
      inOrder(
        agents.map((agent) => joins(agent)),
        stormOf(agents.map(({ id }) => id)),
      ),
    );
  },
  picture: 3.2,
};
