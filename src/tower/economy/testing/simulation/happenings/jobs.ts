import type { JobId } from "../../../../../protocol/ids.ts";
import type { InvoiceType } from "../../../../../protocol/records.ts";
import { findJob } from "../../../jobs.ts";
import type { TestBrain } from "../../brain.ts";
import { visitor } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import type { Random } from "../random.ts";
import { AGENTS, OWNERS, type World } from "../world.ts";

type Behaviour = TestBrain["behaviour"];

const EVALUATE: readonly Behaviour["evaluate"][] = [
  ...Array(7).fill(undefined),
  "reject",
  "fail",
  "hang",
  "hold",
];
/** Most hold their agent for a while, so that others queue. */
const EXECUTE: readonly Behaviour["execute"][] = [
  undefined,
  undefined,
  undefined,
  "hold",
  "hold",
  "hold",
  "hold",
  "fail",
  "hang",
  "overrun",
];

/** How brains behave next. */
export function anyBehaviour(random: Random): Behaviour {
  const [evaluate, execute] = [random.pick(EVALUATE), random.pick(EXECUTE)];
  return { ...(evaluate && { evaluate }), ...(execute && { execute }) };
}

/** Owners open jobs and cancel them, and agents do them or fail to. */
export function jobs(world: World): Happenings {
  const { random, brain, lives } = world;

  function ask(agentId = random.pick(AGENTS)): void {
    const owner = random.pick(OWNERS);
    if (owner === undefined || agentId === undefined) return;
    const requestId = world.newRequest();
    // Each request is another, so that the brain can say what it did on it.
    const request = `Summarise ${requestId}.`;
    world.say(visitor(owner), { type: "job_request", requestId, agentId, request, funding: "invoice" });
  }
  async function payAsOwner(jobId: JobId, invoiceType: InvoiceType): Promise<void> {
    const job = await world.read((sql) => findJob(sql, jobId));
    if (job?.ownerId === undefined) return;
    const requestId = world.newRequest();
    world.say(visitor(job.ownerId), { type: "pay_invoice", requestId, jobId, invoiceType });
  }

  return {
    toJobs: [
      {
        name: "cancel",
        weight: 1,
        fits: ({ phase }) => phase === "awaiting_eval_payment" || phase === "awaiting_work_payment",
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
        happen: () => ask(),
      },
      {
        name: "come in a crowd",
        weight: 4,
        async happen() {
          const many = 1 + random.below(4);
          const agentId = random.pick(AGENTS);
          for (let nth = 0; nth < many; nth++) ask(agentId);
          await lives.rest();
          const newest = world.jobs.slice(-many);
          for (const invoiceType of ["eval", "work"] as const) {
            for (const jobId of newest) await payAsOwner(jobId, invoiceType);
            await lives.rest();
          }
        },
      },
      { name: "say again", weight: 2, happen: world.sayAgain },
      {
        name: "change its mind",
        weight: 2,
        happen() {
          brain.behaviour = anyBehaviour(random);
        },
      },
      { name: "let the agents finish", weight: 3, happen: () => brain.release() },
    ],
  };
}
