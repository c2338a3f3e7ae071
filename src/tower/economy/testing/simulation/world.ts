import { agentId, type JobId, ownerId, type RequestId, requestId } from "../../../../protocol/ids.ts";
import type { Intent } from "../../../../protocol/intents.ts";
import type { JobRecord } from "../../../../protocol/records.ts";
import { RefusalError } from "../../../../protocol/refusal.ts";
import type { Caller } from "../../economy.ts";
import type { TestBrain } from "../brain.ts";
import type { TestClock } from "../clock.ts";
import { visitor } from "../economy.ts";
import type { Outside } from "../outside.ts";
import type { Lives } from "./lives.ts";
import type { Random } from "./random.ts";

/** Those who have jobs done. */
export const OWNERS = ["anna", "bert", "cleo"].map(ownerId);
/** Most ask the first, so that it has a queue. */
export const AGENTS = ["alpha", "alpha", "alpha", "alpha", "beta"].map(agentId);

/** What kinds of happenings have at hand. */
export interface World {
  readonly random: Random;
  readonly clock: TestClock;
  readonly outside: Outside;
  readonly brain: TestBrain;
  readonly lives: Lives;
  /** The jobs opened so far, oldest first. */
  readonly jobs: readonly JobId[];
  /** Says something to the tower. Refusals are answers, too; anything else is a fault. */
  say(caller: Caller, intent: Intent): void;
  /** Says something again that was said before. */
  sayAgain(): void;
  /** Tells the tower that an invoice may have been paid. */
  hint(paymentHash: string): void;
  newRequest(): RequestId;
  /** Mostly whose job it is. */
  speaker(job: JobRecord): Caller;
  /** What nobody may ever see thrown. */
  readonly faults: readonly unknown[];
}

/** A world around a tower. */
export function createWorld(parts: Pick<World, "random" | "clock" | "outside" | "brain" | "lives">): World {
  const { random, lives } = parts;
  const sent: { readonly caller: Caller; readonly intent: Intent }[] = [];
  const jobs: JobId[] = [];
  const faults: unknown[] = [];
  let requests = 0;

  /** Notes a fault, unless it is one of a tower that has died meanwhile: nobody hears that. */
  function noteFault(): (error: unknown) => void {
    const { mortal } = lives;
    return (error) => {
      if (!(error instanceof RefusalError) && !mortal.isDead()) faults.push(error);
    };
  }

  function say(caller: Caller, intent: Intent): void {
    sent.push({ caller, intent });
    lives.tower.economy.perform(caller, intent).then(({ jobId }) => {
      if (intent.type === "job_request" && jobId !== undefined && !jobs.includes(jobId)) jobs.push(jobId);
    }, noteFault());
  }

  return {
    ...parts,
    jobs,
    faults,
    say,
    sayAgain() {
      const again = random.pick(sent);
      if (again !== undefined) say(again.caller, again.intent);
    },
    hint: (paymentHash) => void lives.tower.economy.reconcile(paymentHash).catch(noteFault()),
    newRequest: () => requestId(`s${++requests}`),
    speaker: (job) => visitor((random.next() < 0.9 ? job.ownerId : random.pick(OWNERS)) ?? ownerId("anna")),
  };
}
