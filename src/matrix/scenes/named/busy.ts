import { FIRST_FIVE, joins, type Mind, minds, swarm } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { type JobPlan, jobLife } from "../jobs.ts";
import { inOrder, type Moment, type Scene } from "../scene.ts";

const NAMES = [
  ["Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa", "Lambda", "Mu", "Nu", "Xi"],
  ["Omicron", "Pi", "Rho", "Sigma", "Tau", "Upsilon", "Phi", "Chi", "Psi"],
].flat();

const agents = [
  ...FIRST_FIVE,
  ...swarm(NAMES.length).map((agent, index) => {
    const label = NAMES[index] ?? agent.id;
    return { ...agent, id: label.toLowerCase(), label };
  }),
];

/** What goes on when the scene begins: jobs in every phase, and minds of those without one. */
const GOING_ON: readonly JobPlan[] = [
  { id: "7c01d2aa10", agent: "epsilon", at: -2_000, upTo: "eval_invoiced" },
  { id: "7c01d2aa11", agent: "zeta", at: -4_000, workSats: 180, pace: 2 },
  { id: "7c01d2aa12", agent: "eta", at: -8_000, workSats: 950, costSats: 610 },
  { id: "7c01d2aa13", agent: "beta", at: -9_500, workSats: 320, costSats: 200 },
  { id: "7c01d2aa14", agent: "iota", at: -12_000, workSats: 2_100, costSats: 1_900, pace: 1.2 },
  {
    id: "7c01d2aa15",
    agent: "iota",
    at: -9_000,
    workSats: 140,
    queuePlace: 1,
    ending: "queued",
    upTo: "work_paid",
  },
  { id: "7c01d2aa16", agent: "lambda", at: -10_500, workSats: 480, ending: "rejected", pace: 2 },
  { id: "7c01d2aa17", agent: "nu", at: -12_500, workSats: 260, costSats: 120 },
  { id: "7c01d2aa18", agent: "omicron", at: -14_000, workSats: 700, costSats: 655 },
  { id: "7c01d2aa19", agent: "rho", at: -6_500, workSats: 210, upTo: "offered" },
  { id: "7c01d2aa1a", agent: "tau", at: -13_000, workSats: 90, costSats: 60 },
  { id: "7c01d2aa1b", agent: "chi", at: -11_000, workSats: 1_250, costSats: 1_100, pace: 1.4 },
  { id: "a4f2c0de71", agent: "alpha", at: -7_500, isOwn: true, workSats: 240, costSats: 158 },
];

const MINDS: readonly (readonly [agent: string, mind: Mind])[] = [
  ["timmy", { state: "active", focusTopic: "treasury", engagement: 0.6, coherence: 0.95 }],
  ["gamma", { state: "deep_focus", focusTopic: "sources", engagement: 0.95, coherence: 0.9 }],
  ["delta", { state: "idle", engagement: 0.1, budgetStress: 0.55 }],
  ["theta", { state: "thinking", focusTopic: "summary", engagement: 0.7, coherence: 0.7 }],
  ["kappa", { state: "idle", engagement: 0.2, budgetStress: 0.82 }],
  ["mu", { state: "offline" }],
  ["psi", { state: "deep_focus", focusTopic: "translation", engagement: 0.9, coherence: 0.85 }],
  ["phi", { state: "idle", budgetStress: 1 }],
];

/** How many more jobs there are, and how long after the one before each is asked for, in milliseconds. */
const MORE_JOBS = 80;
const EVERY_MS = 1_300;
const ENDINGS = ["refunded", "refunded", "refunded", "rejected", "failed", "cancelled"] as const;
/** An agent's next job comes when its last is over: far more time than one takes. */
const STRIDE = 7;

const more = (): readonly Moment[] =>
  Array.from({ length: MORE_JOBS }, (_, n): readonly Moment[] => {
    const agent = agents[(n * STRIDE) % agents.length]?.id ?? "timmy";
    const workSats = 80 + ((n * 397) % 1_400);
    const ending = ENDINGS[(n * 5) % ENDINGS.length] ?? "refunded";
    const costSats = Math.round(workSats * 0.7);
    return jobLife({ id: `b${n}-${agent}`, agent, at: 8_000 + n * EVERY_MS, ending, workSats, costSats });
  }).flat();

export const busy: Scene = {
  name: "busy",
  shows: "A lively swarm with jobs in every phase.",
  script: () =>
    withFigures(
      inOrder(
        agents.map((agent) => joins(agent)),
        MINDS.map(([agent, mind]) => minds(agent, mind)),
        GOING_ON.flatMap(jobLife),
        more(),
      ),
    ),
  picture: 4,
};
