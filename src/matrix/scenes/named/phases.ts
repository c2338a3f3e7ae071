import { joins, minds, swarm } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { type JobPlan, jobLife } from "../jobs.ts";
import { inOrder, type Scene } from "../scene.ts";

interface Stand extends Omit<JobPlan, "id" | "agent" | "at"> {
  /** What its agent is called. */
  readonly label: string;
}

/** Where each agent's job stands. */
const STANDS: readonly Stand[] = [
  { label: "asked", upTo: "eval_invoiced" },
  { label: "evaluating", upTo: "eval_paid" },
  { label: "offered", upTo: "offered", workSats: 320, isOwn: true },
  { label: "refund owed", upTo: "done", workSats: 460, costSats: 300, isOwn: true },
  { label: "rejected", ending: "rejected" },
  { label: "expired", ending: "expired" },
  { label: "executing", upTo: "work_paid", workSats: 1_250 },
];
/** The agent that is at work has another job waiting. */
const QUEUED = { upTo: "work_paid", workSats: 90, ending: "queued", queuePlace: 1 } as const;

const agents = swarm(STANDS.length).map((agent, index) => ({
  ...agent,
  label: STANDS[index]?.label ?? agent.id,
}));
const jobs: readonly JobPlan[] = [...STANDS, QUEUED].map((stand, index) => ({
  ...stand,
  id: `${index + 1}7c01d2aa${index}`,
  agent: agents[Math.min(index, agents.length - 1)]?.id ?? "",
  at: -60_000,
}));

export const phases: Scene = {
  name: "phases",
  shows: "A job in every phase, and none of them goes on.",
  script: () =>
    withFigures(
      inOrder(
        agents.map((agent) => joins(agent)),
        jobs.flatMap(jobLife),
        agents.map(({ id }, index) => minds(id, { state: "idle", budgetStress: index / agents.length }, -1)),
      ),
    ),
  picture: 3,
};
