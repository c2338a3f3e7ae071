import { OPERATOR } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { AGENTS, type World } from "../world.ts";

/** The operator stops jobs, and pauses agents for a while. */
export function operator(world: World): Happenings {
  const { random } = world;
  function control(action: "pause" | "resume"): void {
    const agentId = random.pick(AGENTS);
    if (agentId === undefined) return;
    world.say(OPERATOR, { type: "agent_control", requestId: world.newRequest(), agentId, action });
  }
  return {
    toJobs: [
      {
        name: "abort",
        weight: 0.5,
        fits: ({ phase }) => phase === "queued" || phase === "executing" || phase === "evaluating",
        happen: ({ agentId, jobId }) =>
          world.say(OPERATOR, {
            type: "agent_control",
            requestId: world.newRequest(),
            agentId,
            action: "abort",
            jobId,
          }),
      },
    ],
    otherwise: [
      { name: "pause an agent", weight: 1, happen: () => control("pause") },
      { name: "let an agent go on", weight: 3, happen: () => control("resume") },
    ],
  };
}
