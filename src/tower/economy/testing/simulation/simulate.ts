import { LEAST_PAYOUT_SATS } from "../../../../protocol/limits.ts";
import { sats } from "../../../../protocol/units.ts";
import { findJob } from "../../jobs.ts";
import { findSession } from "../../sessions.ts";
import { createTestBrain } from "../brain.ts";
import { createTestClock } from "../clock.ts";
import { fastDirectory } from "../directory.ts";
import { openTestWallet, visitor } from "../economy.ts";
import { createOutside } from "../outside.ts";
import { type Auditor, createAuditor } from "./auditor.ts";
import { type Happenings, pickWeighted, weighed } from "./happening.ts";
import { crashes } from "./happenings/crashes.ts";
import { anyBehaviour, jobs } from "./happenings/jobs.ts";
import { operator } from "./happenings/operator.ts";
import { payers } from "./happenings/payers.ts";
import { PAYOUTS, refunds } from "./happenings/refunds.ts";
import { sessionEnds } from "./happenings/session-ends.ts";
import { sessions } from "./happenings/sessions.ts";
import { tokens } from "./happenings/tokens.ts";
import { treasury } from "./happenings/treasury.ts";
import { createLives } from "./lives.ts";
import { createRandom } from "./random.ts";
import { seedBytes } from "./seeded-bytes.ts";
import { watchBrain } from "./witness.ts";
import { createWorld, type World } from "./world.ts";

/** Every kind of thing that may happen: another kind is another file, and an entry here. */
const KINDS: readonly ((world: World) => Happenings)[] = [
  payers,
  jobs,
  refunds,
  operator,
  crashes,
  sessions,
  sessionEnds,
  tokens,
  treasury,
];

const HOUR = 3_600_000;
/** How many of the newest jobs and sessions something happens to: the others are mostly over. */
const NEWEST = { jobs: 6, sessions: 4 };
/** How often something happens to a job, and how often to a session, where there is one. */
const OFTEN = { toJobs: 0.4, toSessions: 0.25 };
/** Every so many steps everything is looked through from the first fact and posting, as at the end. */
const LOOK_THROUGH_ALL = 20;

/** What a seed came to. */
export interface Story {
  /** What happened, step by step. */
  readonly steps: readonly string[];
  /** How often each kind of fact came about, of movement was booked, and of refusal was heard. */
  readonly reached: ReadonlyMap<string, number>;
}

/**
 * Everything that may happen to a tower, in an order that the seed decides, with every invariant looked at after each
 * step; then everything is brought to its end. Throws with the seed, the step and what was wrong. The same seed lives
 * the same life again.
 */
export async function simulate(seed: number, steps: number): Promise<Story> {
  const random = createRandom(seed);
  const undoBytes = seedBytes(seed);
  const directory = fastDirectory();
  const clock = createTestClock();
  const fees = random.next() < 0.7;
  const outside = createOutside({ fees });
  outside.payouts = random.pick(PAYOUTS) ?? "paid";
  const brain = createTestBrain();
  brain.behaviour = anyBehaviour(random);
  const witness = watchBrain(brain);
  const wallet = openTestWallet(":memory:", clock);
  const lives = createLives({ directory: directory.path, wallet, random, clock, outside, brain });
  const world = createWorld({ random, clock, outside, brain, lives });
  const auditor = createAuditor({
    lives,
    clock,
    witness,
    allowed: world.allowed,
    wallet,
    leastPayout: fees ? LEAST_PAYOUT_SATS : 1,
  });
  const happened: string[] = ["opening"];

  try {
    await lives.begin();
    const kinds = KINDS.map((kind) => kind(world));
    const toJobs = kinds.flatMap((kind) => kind.toJobs ?? []);
    const toSessions = kinds.flatMap((kind) => kind.toSessions ?? []);
    const otherwise = kinds.flatMap((kind) => kind.otherwise ?? []);
    for (let number = 1; number <= steps; number++) {
      const { job, session } = await chosen(world);
      if (session !== undefined) {
        const event = pickWeighted(random, weighed(toSessions, session));
        happened.push(`${event.name}: ${session.state}, ${session.refund}`);
        await event.happen(session);
      } else if (job === undefined) {
        const event = pickWeighted(random, otherwise);
        happened.push(event.name);
        await event.happen();
      } else {
        const event = pickWeighted(random, weighed(toJobs, job));
        happened.push(`${event.name}: ${job.phase}, ${job.refund}`);
        await event.happen(job);
      }
      await lives.rest();
      await look(world, auditor, number % LOOK_THROUGH_ALL === 0);
    }
    happened.push("finishing");
    await finish(world);
    await look(world, auditor, true);
    await auditor.expectAllDone();
    const refused = [...world.refused].map(([code, times]) => [`refused ${code}`, times] as const);
    return { steps: happened, reached: new Map([...(await auditor.reached()), ...refused]) };
  } catch (error) {
    throw new Error(`seed ${seed}, step ${happened.length - 1}, ${happened.at(-1)}`, { cause: error });
  } finally {
    await lives.end();
    await wallet.close();
    directory.remove();
    undoBytes();
  }
}

/** The job or the session that something happens to next; neither, when it happens to none of them. */
async function chosen({ random, jobs, sessions, lives }: World) {
  const turn = random.next();
  const jobId = turn < OFTEN.toJobs ? random.pick(jobs.slice(-NEWEST.jobs)) : undefined;
  const isSessions = turn >= OFTEN.toJobs && turn < OFTEN.toJobs + OFTEN.toSessions;
  const sessionId = isSessions ? random.pick(sessions.slice(-NEWEST.sessions)) : undefined;
  return lives.tower.database.read(async (sql) => ({
    job: jobId === undefined ? undefined : await findJob(sql, jobId),
    session: sessionId === undefined ? undefined : await findSession(sql, sessionId),
  }));
}

async function look({ faults, lives }: World, auditor: Auditor, throughAll: boolean): Promise<void> {
  if (faults.length > 0) throw faults[0];
  if (lives.tower.failures.length > 0) throw new Error(String(lives.tower.failures[0]));
  await (throughAll ? auditor.lookThroughAll() : auditor.look());
}

/** Brings everything to its end: brains answer, invoices expire, everybody claims what is owed. */
async function finish(world: World): Promise<void> {
  const { lives, clock, brain, outside } = world;
  lives.mortal.spare();
  brain.behaviour = {};
  outside.payouts = "paid";
  await lives.restart();
  // Whoever is owed something is to get it.
  await lives.tower.economy.treasury.change({ dailyRoutingSats: sats(100_000) });
  for (let hour = 0; hour < 3; hour++) {
    clock.advance(HOUR);
    await lives.rest();
  }
  for (const jobId of world.jobs) {
    const job = await lives.tower.economy.job(jobId);
    if (job?.refund === "owed" && job.ownerId !== undefined) {
      world.say(visitor(job.ownerId), { type: "refund_claim", requestId: world.newRequest(), jobId });
    }
    await lives.rest();
  }
  for (const sessionId of world.sessions) {
    const session = await lives.tower.economy.session(sessionId);
    if (session?.ownerId === undefined) continue;
    const { balanceSats, owedSats, ownerId, state } = session;
    const isRest = owedSats > 0 || balanceSats > 0 || state === "active" || state === "paused";
    if (isRest)
      world.say(visitor(ownerId), { type: "session_close", requestId: world.newRequest(), sessionId });
    await lives.rest();
  }
}
