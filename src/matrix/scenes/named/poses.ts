import { joins, type Mind, minds, type Newcomer, swarm } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { type JobPlan, jobLife, STEP_MS } from "../jobs.ts";
import { inOrder, type Moment, type Scene } from "../scene.ts";

/** What each agent shows: by its mind, or by the step that its job has come to. */
interface Model {
  readonly label: string;
  readonly mind?: Mind;
  readonly job?: Pick<JobPlan, "upTo" | "ending" | "workSats" | "queuePlace">;
  /** It does so once, again and again. */
  readonly gesture?: "refunded" | "rejected";
}

const MODELS: readonly Model[] = [
  { label: "idle" },
  { label: "waiting", job: { upTo: "eval_invoiced" } },
  { label: "thinking", job: { upTo: "eval_paid" } },
  { label: "offering", job: { upTo: "offered", workSats: 1_840 } },
  { label: "working", job: { upTo: "work_paid" } },
  { label: "queued", job: { upTo: "work_paid", ending: "queued", queuePlace: 1 } },
  { label: "celebrating", gesture: "refunded" },
  { label: "refusing", gesture: "rejected" },
  {
    label: "deep focus",
    mind: { state: "deep_focus", focusTopic: "review", engagement: 0.95, coherence: 0.9 },
  },
  { label: "active", mind: { state: "active", focusTopic: "sources", engagement: 0.5 } },
  { label: "offline", mind: { state: "offline" } },
  { label: "paused", mind: { state: "paused" } },
  { label: "coherence 0", mind: { state: "thinking", engagement: 0.6, coherence: 0 } },
  { label: "coherence 1", mind: { state: "thinking", engagement: 0.6, coherence: 1 } },
  { label: "engagement 0", mind: { state: "working", engagement: 0, coherence: 1 } },
  { label: "engagement 1", mind: { state: "working", engagement: 1, coherence: 1 } },
  { label: "stress 0", mind: { state: "idle", budgetStress: 0 } },
  { label: "stress 0.5", mind: { state: "idle", budgetStress: 0.5 } },
  { label: "stress 0.8", mind: { state: "idle", budgetStress: 0.8 } },
  { label: "stress 1", mind: { state: "idle", budgetStress: 1 } },
];

/** Rows from the gate's side to the far one, in metres; each stands in the gaps of the one before it. */
const IN_A_ROW = 5;
const ROW_Z = [-6, 2, 9, 16];
const BESIDE = 5;

function placeOf(index: number): readonly [number, number] {
  const row = Math.floor(index / IN_A_ROW);
  return [((index % IN_A_ROW) - 2 + (row % 2 === 0 ? -0.25 : 0.25)) * BESIDE, ROW_Z[row] ?? 0];
}

/** How often a gesture is made, in milliseconds, when first, and how many times. */
const GESTURE_EVERY_MS = 5_000;
const FIRST_GESTURE_MS = 2_200;
const GESTURES = 24;

/** So much faster than usual, a job is over before its agent's next begins. */
const GESTURE_PACE = 0.2;

/** Jobs of the treasury that end at the times of the gestures. */
function gestures(agent: string, ending: "refunded" | "rejected"): readonly Moment[] {
  const last = ending === "refunded" ? "done" : "rejected";
  return Array.from({ length: GESTURES }, (_, round) =>
    jobLife({
      id: `${agent}-${round}`,
      agent,
      funding: "treasury",
      ending,
      pace: GESTURE_PACE,
      at: FIRST_GESTURE_MS + round * GESTURE_EVERY_MS - STEP_MS[last] * GESTURE_PACE,
      upTo: last,
      costSats: 240,
    }),
  ).flat();
}

function perform({ mind, job, gesture }: Model, { id }: Newcomer): readonly Moment[] {
  if (mind !== undefined) return [minds(id, mind)];
  if (job !== undefined) return jobLife({ id: `job-${id}`, agent: id, at: -60_000, ...job });
  return gesture === undefined ? [] : gestures(id, gesture);
}

const agents = swarm(MODELS.length).map(
  (agent, index): Newcomer => ({
    ...agent,
    label: MODELS[index]?.label ?? agent.id,
    at: placeOf(index),
    direction: 180,
  }),
);

const script = () =>
  withFigures(
    inOrder(
      agents.map((agent) => joins(agent)),
      agents.flatMap((agent, index) => {
        const model = MODELS[index];
        return model === undefined ? [] : perform(model, agent);
      }),
    ),
  );

export const poses: Scene = {
  name: "poses",
  shows: "An agent for every pose, every state of mind and every budget stress.",
  script,
  picture: 3,
};

export const reducedMotion: Scene = {
  name: "reduced-motion",
  shows: "The poses as somebody sees them who asked for reduced motion.",
  script,
  reducedMotion: true,
  picture: 3,
};
