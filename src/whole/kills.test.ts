import { expect, test } from "vitest";
import { createRandom } from "../matrix/world/random.ts";
import { ALL_ZERO, readBooks, readLog } from "./books.ts";
import { createClient, type MatrixClient } from "./client.ts";
import { createJobRun, type Finished, IntentRefused, type JobRun } from "./job-run.ts";
import { createSessionRun, type FinishedSession } from "./session-run.ts";
import { newSite } from "./site.ts";
import type { TowerProcess, TowerSite } from "./tower-process.ts";

// The tower is killed without warning in the middle of a job and started again: the job goes on from where it was, its client
// misses nothing and pays nothing twice, and the books add up.

const isLong = process.env["LONG"] === "1";

/** How often a tower is killed at random, beside the {@link MOMENTS}: 20 kills in all, or 200. */
const RANDOM_KILLS = isLong ? 186 : 14;

/** What a new purse holds, and what a program spends of one before it becomes somebody else. */
const PURSE = 10_000;
const SPENT_OF_ONE = 5_000;

/** What the program has seen of its job when the tower is killed. */
type Moment = (run: JobRun, client: MatrixClient) => boolean;

const seen =
  (type: string, invoiceType?: "eval" | "work"): Moment =>
  (run) =>
    run
      .facts()
      .some(
        (fact) =>
          fact.type === type &&
          (invoiceType === undefined || ("invoiceType" in fact && fact.invoiceType === invoiceType)),
      );

const written =
  (pieces: number): Moment =>
  (_run, client) =>
    client.received.filter(({ type }) => type === "job_progress").length >= pieces;

const accepted =
  (intents: number): Moment =>
  (_run, client) =>
    client.received.filter(({ type }) => type === "accepted").length >= intents;

/** Each step of a job, and whether it is among those that every run of the tests takes. */
const MOMENTS: readonly (readonly [name: string, moment: Moment, isSampled: boolean])[] = [
  ["once the job is open", seen("job_started"), false],
  ["once the request is taken", accepted(1), false],
  ["once the eval invoice is there", seen("invoice_request", "eval"), true],
  ["once the eval is paid, while the agent evaluates", seen("invoice_settled", "eval"), true],
  ["once the eval payment is taken", accepted(2), false],
  ["once the price is there", seen("invoice_request", "work"), true],
  ["once the work is paid", seen("invoice_settled", "work"), true],
  ["once the work payment is taken", accepted(3), false],
  ["at the first words of the answer", written(1), true],
  ["in the middle of the answer", written(8), false],
  ["once the answer is there", seen("job_completed"), false],
  ["between claim and refund", seen("refund_claimed"), true],
  ["once the refund is back", seen("refund_settled"), false],
  ["once the claim is taken", accepted(4), false],
];

/** The first tower, and each one that took its place; `kill` is done once the moment has come. */
function createKiller(site: TowerSite) {
  let tower: Promise<TowerProcess> = site.start();
  return {
    tower: () => tower,
    async address(): Promise<string> {
      return (await tower).address;
    },
    async kill(): Promise<void> {
      const next = tower.then(async (running) => {
        await running.kill();
        return site.start();
      });
      tower = next;
      await next;
    },
  };
}

/** Goes on with a run over as many connections as it takes. */
async function persist<Result>(
  client: MatrixClient,
  run: { advance(): Promise<Result> },
  back: () => Promise<unknown>,
): Promise<{ done: Result; connections: number }> {
  for (let connections = 1; ; connections += 1) {
    try {
      if (!client.isOpen()) await client.connect();
      return { done: await run.advance(), connections };
    } catch (error) {
      // Only a lost connection is a reason to go on.
      if (error instanceof IntentRefused) throw error;
      await client.until(() => undefined).catch(() => undefined);
      await back();
    }
  }
}

/** What a program did: jobs that were paid by their invoices, and sessions. */
interface Done {
  readonly jobs: readonly Finished[];
  readonly sessions: readonly FinishedSession[];
}

async function assertSettled(site: TowerSite, finished: readonly (readonly [MatrixClient, Done])[]) {
  const log = await readLog(site.dataDir);
  expect(log.map(({ fact }) => fact.seq)).toEqual(log.map((_entry, index) => index + 1));
  const books = await readBooks(site.dataDir);
  expect(books).toMatchObject({ gauges: ALL_ZERO, walletGap: 0n, lost: 0n, owed: new Map(), pending: 0 });
  for (const [client, { jobs, sessions }] of finished) {
    const first = jobs[0]?.jobId ?? sessions[0]?.jobs[0]?.jobId;
    const own = log.find(({ fact }) => "jobId" in fact && fact.jobId === first)?.ownerId ?? "";
    const cost = [...jobs, ...sessions].reduce((sum, { cost }) => sum + cost, 0);
    expect([own, books.purses.get(own)]).toEqual([own, PURSE - cost]);
    for (const session of sessions) expect(session.debited).toBe(session.cost);
    for (const { completed, cost, refunded } of jobs) {
      const { outcome, actualCostSats = 0, estimatedCostSats = 0 } = completed;
      // Killed three times in the same work it is given up, and what was paid for it comes back.
      if (outcome === "failed") expect([0, 10]).toContain(cost);
      else {
        expect([outcome, cost, refunded]).toEqual([
          "completed",
          10 + actualCostSats,
          estimatedCostSats - actualCostSats,
        ]);
      }
    }
    // What the client was told over all its connections is the log as it may see it, once and in order.
    const told = client.facts().map(({ prev: _prev, ...fact }) => fact);
    const mine = log.filter(({ ownerId, fact }) => ownerId === own && fact.seq >= (told[0]?.seq ?? 0));
    expect(told.filter((fact) => mine.some((entry) => entry.fact.seq === fact.seq))).toEqual(
      mine.map(({ fact }) => fact),
    );
  }
}

const moments = MOMENTS.filter(([, , isSampled]) => isLong || isSampled);
test.each(moments)("killed %s", { timeout: 60_000 }, async (_name, moment) => {
  const site = newSite();
  const killer = createKiller(site);
  const first = await killer.tower();
  const client = createClient(() => first.address);
  await client.connect();
  const run = createJobRun(client);
  let restarted: Promise<void> | undefined;
  client.onMessage(() => {
    if (restarted === undefined && moment(run, client)) restarted = killer.kill();
  });
  const { done, connections } = await persist(client, run, async () => restarted);
  expect(restarted).toBeDefined();
  expect(done.completed.outcome).toBe("completed");
  await restarted;
  // Whatever it was that came last: the job is over and stays so.
  if (!client.isOpen()) await client.connect();
  expect([1, 2]).toContain(connections);
  await (await killer.tower()).stop();
  await assertSettled(site, [[client, { jobs: [done], sessions: [] }]]);
});

test(`killed ${RANDOM_KILLS} times at random under load`, { timeout: 3_600_000 }, async () => {
  const seed = Number(process.env["SEED"] ?? Date.now());
  const random = createRandom(seed);
  // Attempts that were cut off are counted at what they may have cost.
  const site = newSite({ AGENT_DAILY_BUDGET_SATS: "10000000" });
  const killer = createKiller(site);
  const first = await killer.tower();
  const agents = ["timmy", "alpha", "beta", "gamma", "delta"];
  let kills = 0;
  // Each from an address of its own, as they would be; every other one keeps sessions.
  const programs = agents.map(async (agentId, index) => {
    const lives: (readonly [MatrixClient, Done])[] = [];
    do {
      const client = createClient(() => first.address, { from: `127.0.0.${index + 2}` });
      await persistConnect(client, killer);
      const jobs: Finished[] = [];
      const sessions: FinishedSession[] = [];
      let spent = 0;
      do {
        if (index % 2 === 0) {
          const { done } = await persist(client, createJobRun(client, { agentId }), killer.tower);
          jobs.push(done);
          spent += done.cost;
        } else {
          const { done } = await persist(client, createSessionRun(client, { agentId }), killer.tower);
          sessions.push(done);
          spent += done.cost;
        }
      } while (kills < RANDOM_KILLS && spent < SPENT_OF_ONE);
      lives.push([client, { jobs, sessions }]);
      await client.drop();
    } while (kills < RANDOM_KILLS);
    return lives;
  });
  const load = Promise.all(programs);
  let isOver = false;
  load
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
    });
  while (kills < RANDOM_KILLS && !isOver) {
    await killer.tower();
    await new Promise((resolve) => setTimeout(resolve, 50 + random() * 2500));
    await killer.kill();
    kills += 1;
  }
  const finished = await load;
  await (await killer.tower()).stop();
  expect(kills, `seed ${seed}`).toBe(RANDOM_KILLS);
  await assertSettled(site, finished.flat());
});

async function persistConnect(client: MatrixClient, killer: ReturnType<typeof createKiller>): Promise<void> {
  while (!client.isOpen()) {
    await killer.tower();
    await client.connect().catch(() => undefined);
  }
}
