import type { JobRecord } from "../../../../../protocol/records.ts";
import { OPERATOR } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { AGENTS, type World } from "../world.ts";

const isPaidFor = ({ phase }: JobRecord): boolean =>
  phase === "evaluating" || phase === "queued" || phase === "executing";

/** The operator stops jobs, and pauses agents for a while. */
export function operator(world: World): Happenings {
  const { random, brain } = world;
  const abort = ({ agentId, jobId }: JobRecord): void =>
    world.say(OPERATOR, {
      type: "agent_control",
      requestId: world.newRequest(),
      agentId,
      action: "abort",
      jobId,
    });
  function control(action: "pause" | "resume"): void {
    const agentId = random.pick(AGENTS);
    if (agentId === undefined) return;
    world.say(OPERATOR, { type: "agent_control", requestId: world.newRequest(), agentId, action });
  }
  return {
    toJobs: [
      { name: "abort", weight: 0.5, fits: isPaidFor, happen: abort },
      {
        name: "abort as the agents finish",
        weight: 0.2,
        fits: isPaidFor,
        happen(job) {
          if (random.next() < 0.5) brain.release();
          abort(job);
          brain.release();
        },
      },
    ],
    otherwise: [
      { name: "pause an agent", weight: 1, happen: () => control("pause") },
      { name: "let an agent go on", weight: 3, happen: () => control("resume") },
    ],
  };
}
