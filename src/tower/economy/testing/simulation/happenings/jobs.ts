import type { TestBrain } from "../../brain.ts";
import { visitor } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { AGENTS, OWNERS, type World } from "../world.ts";

/** How brains behave, in turn. Most hold their agent for a while, so that others queue. */
export const BEHAVIOURS: readonly TestBrain["behaviour"][] = [
  {},
  {},
  { evaluate: "reject" },
  { evaluate: "fail" },
  { evaluate: "hang" },
  { execute: "fail" },
  { execute: "hang" },
  { execute: "hold" },
  { execute: "hold" },
  { execute: "hold" },
  { execute: "hold" },
  { execute: "overrun" },
];

/** Owners open jobs and cancel them, and agents do them or fail to. */
export function jobs(world: World): Happenings {
  const { random, brain } = world;
  return {
    toJobs: [
      {
        name: "cancel",
        weight: 1,
        happen: (job) =>
          world.say(world.speaker(job), {
            type: "job_cancel",
            requestId: world.newRequest(),
            jobId: job.jobId,
          }),
      },
    ],
    otherwise: [
      {
        name: "ask",
        weight: 12,
        happen() {
          const [owner, agentId] = [random.pick(OWNERS), random.pick(AGENTS)];
          if (owner === undefined || agentId === undefined) return;
          const requestId = world.newRequest();
          // Each request is another, so that the brain can say what it did on it.
          const request = `Summarise ${requestId}.`;
          world.say(visitor(owner), { type: "job_request", requestId, agentId, request, funding: "invoice" });
        },
      },
      { name: "say again", weight: 1, happen: world.sayAgain },
      {
        name: "change its mind",
        weight: 2,
        happen() {
          brain.behaviour = random.pick(BEHAVIOURS) ?? {};
        },
      },
      { name: "let the agents finish", weight: 3, happen: () => brain.release() },
    ],
  };
}
