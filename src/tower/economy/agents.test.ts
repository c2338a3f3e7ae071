import { expect, onTestFinished, test } from "vitest";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { agentId, type JobId } from "../../protocol/ids.ts";
import type { IntentOf } from "../../protocol/intents.ts";
import { sats } from "../../protocol/units.ts";
import { publicJob, publicView } from "../../protocol/visibility.ts";
import { readAfter } from "../log/read.ts";
import { audit, balances, figures, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { createTestClock } from "./testing/clock.ts";
import { testDirectory } from "./testing/directory.ts";
import {
  ALPHA,
  ANNA,
  BERT,
  newRequestId,
  OPERATOR,
  openTestEconomy,
  type TestEconomy,
} from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";

const HOUR = 3_600_000;
const BETA = agentId("beta");

const control = (
  tower: TestEconomy,
  more: Omit<IntentOf<"agent_control">, "type" | "requestId" | "agentId">,
  agent = ALPHA,
) =>
  tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: agent,
    ...more,
  });

/** Where each job stands: its phase, and its place in the queue. */
async function places(tower: TestEconomy, jobs: readonly JobId[]) {
  const records = await Promise.all(jobs.map((jobId) => tower.economy.job(jobId)));
  return records.map((job) => [job?.phase, job?.queuePlace]);
}

/** So many jobs of one agent whose work is paid, in order; its brain hangs. */
async function busy(tower: TestEconomy, count: number): Promise<JobId[]> {
  const jobs: JobId[] = [];
  for (let n = 0; n < count; n++) {
    const { jobId } = await tower.offered(n % 2 === 0 ? ANNA : BERT);
    await tower.pay(n % 2 === 0 ? ANNA : BERT, jobId, "work");
    jobs.push(jobId);
  }
  return jobs;
}
const hanging = () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  return brain;
};

test("an agent does one job at a time, in the order they were paid", async () => {
  const tower = await opened({ brain: hanging() });
  const [a, b, c] = (await busy(tower, 3)) as [JobId, JobId, JobId];
  expect(await places(tower, [a, b, c])).toEqual([
    ["executing", undefined],
    ["queued", 1],
    ["queued", 2],
  ]);
  // Another agent is free meanwhile.
  const { jobId: other } = await tower.offered(ANNA, BETA);
  await tower.pay(ANNA, other, "work");
  expect(await places(tower, [other])).toEqual([["executing", undefined]]);

  await control(tower, { action: "abort", jobId: a });
  expect(await places(tower, [a, b, c])).toEqual([
    ["closed", undefined],
    ["executing", undefined],
    ["queued", 1],
  ]);
  tower.brain.behaviour = {};
  await control(tower, { action: "abort", jobId: b });
  expect(await tower.until(c, (job) => job.phase === "closed")).toMatchObject({ outcome: "completed" });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a job aborted in the queue goes back whole, and those behind it move up", async () => {
  const tower = await opened({ brain: hanging() });
  const [a, b, c, d] = (await busy(tower, 4)) as [JobId, JobId, JobId, JobId];
  await control(tower, { action: "abort", jobId: b });
  expect(await tower.economy.job(b)).toMatchObject({
    outcome: "failed",
    error: "An operator stopped this job.",
    owedSats: 280,
  });
  expect(await places(tower, [a, c, d])).toEqual([
    ["executing", undefined],
    ["queued", 1],
    ["queued", 2],
  ]);
});

test("nobody who pays later is served earlier, however long the queue was", async () => {
  const tower = await opened({ brain: hanging(), agentDailyBudget: sats(1_000_000) });
  const jobs = await busy(tower, 18);
  for (const jobId of jobs.slice(0, 4)) await control(tower, { action: "abort", jobId });
  const last = await busy(tower, 1);
  const order: string[] = [];
  for (const expected of [...jobs.slice(4), ...last]) {
    expect(await places(tower, [expected])).toEqual([["executing", undefined]]);
    order.push(expected);
    await control(tower, { action: "abort", jobId: expected });
  }
  expect(order).toHaveLength(15);
});

test("a paused agent takes no jobs and finishes those it has", async () => {
  const tower = await opened();
  const { jobId } = await tower.offered(ANNA);
  await control(tower, { action: "pause" });
  await expect(tower.request(ANNA)).rejects.toMatchObject({ code: "agent_unavailable" });
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, (job) => job.outcome === "completed");
  tower.clock.advance(200);
  await expect.poll(() => tower.board.get("agent_state:alpha")?.value).toMatchObject({ state: "paused" });
  await control(tower, { action: "resume" });
  await tower.request(ANNA);
  tower.clock.advance(200);
  await expect.poll(() => tower.board.get("agent_state:alpha")?.value).toMatchObject({ state: "waiting" });
});

test("an agent whose budget is used takes no jobs until it is topped up", async () => {
  const tower = await opened({ agentDailyBudget: sats(200) });
  const { jobId } = await tower.offered(ANNA);
  // Offered work holds its price of 280.
  await expect(tower.request(BERT)).rejects.toMatchObject({ code: "budget_exhausted" });
  await control(tower, { action: "top_up", amountSats: sats(100) });
  await tower.request(BERT);
  await expect(tower.request(BERT)).resolves.toEqual(expect.any(String));
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, (job) => job.phase === "closed");
  tower.clock.advance(200);
  // 151 of 300 sats.
  await expect.poll(() => tower.board.get("agent_state:alpha")?.value).toMatchObject({ budgetStress: 0.503 });
});

test("what an operator says wrongly is refused", async () => {
  const tower = await opened();
  const jobId = await tower.request(ANNA);
  const wrong: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => control(tower, { action: "abort" }), "bad_request"],
    [() => control(tower, { action: "top_up" }), "bad_request"],
    [() => control(tower, { action: "abort", jobId }, BETA), "bad_request"],
    [() => control(tower, { action: "pause" }, agentId("nobody")), "unknown_agent"],
  ];
  for (const [perform, code] of wrong) await expect(perform()).rejects.toMatchObject({ code });
  await control(tower, { action: "abort", jobId });
  await expect(control(tower, { action: "abort", jobId })).rejects.toMatchObject({ code: "illegal_event" });
});

test("an agent that takes too long fails its job and goes on with the next", async () => {
  const tower = await opened({ brain: hanging() });
  const [a, b] = (await busy(tower, 2)) as [JobId, JobId];
  tower.clock.advance(600_000);
  expect(await tower.until(a, (job) => job.phase === "closed")).toMatchObject({
    outcome: "failed",
    error: "The agent was not done within 600 seconds.",
    owedSats: 280,
  });
  expect(await places(tower, [b])).toEqual([["executing", undefined]]);
  tower.brain.behaviour = { evaluate: "hang" };
  const evaluated = await tower.request(ANNA, BETA);
  await tower.pay(ANNA, evaluated, "eval");
  tower.clock.advance(60_000);
  expect(await tower.until(evaluated, (job) => job.phase === "closed")).toMatchObject({
    outcome: "failed",
    error: "The agent was not done within 60 seconds.",
    owedSats: 10,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("an agent that is defined no longer leaves, and its jobs are paid back", async () => {
  const directory = testDirectory();
  const first = await openTestEconomy(directory, { brain: hanging() });
  const jobs = await busy(first, 2);
  const unpaid = await first.request(ANNA);
  const kept = await first.request(ANNA, BETA);
  await first.close();
  const agents = AGENT_DEFS.filter((def) => def.id !== ALPHA);
  const tower = await openTestEconomy(directory, { agents, brain: hanging() });
  onTestFinished(() => tower.close());
  expect(await Promise.all([...jobs, unpaid, kept].map((jobId) => tower.economy.job(jobId)))).toMatchObject([
    { outcome: "failed", error: "The agent has left the swarm.", owedSats: 280 },
    { outcome: "failed", error: "The agent has left the swarm.", owedSats: 280 },
    { outcome: "failed", error: "The agent has left the swarm.", owedSats: 0 },
    { phase: "awaiting_eval_payment" },
  ]);
  const facts = (await tower.database.read((sql) => readAfter(sql, 0 as never, 500))).map(({ fact }) => fact);
  expect(facts.filter((fact) => fact.type === "agent_left")).toMatchObject([{ agentId: "alpha" }]);
  await expect(tower.request(ANNA)).rejects.toMatchObject({ code: "agent_unavailable" });
  expect(tower.board.get("agent_count")?.value).toEqual({ type: "agent_count", count: 4 });
  await expect.poll(() => audit(tower)).toEqual(IN_ORDER);
  await tower.close();

  // It comes back with its next definition.
  const again = await openTestEconomy(directory);
  onTestFinished(() => again.close());
  await again.request(ANNA);
});

test("at midnight a day is started and the figures begin anew, also when the tower was down", async () => {
  const directory = testDirectory();
  const clock = createTestClock();
  const first = await openTestEconomy(directory, { clock });
  const { jobId } = await first.offered(ANNA);
  await first.pay(ANNA, jobId, "work");
  await first.until(jobId, (job) => job.phase === "closed");
  expect(await figures(first)).toMatchObject({ earnedToday: 220_000n, burnToday: 151_000n });
  const days = (tower: TestEconomy) =>
    tower.database
      .read((sql) => readAfter(sql, 0 as never, 500))
      .then((entries) => entries.flatMap(({ fact }) => (fact.type === "day_started" ? [fact.day] : [])));
  clock.advance(11 * HOUR);
  expect(await days(first)).toEqual(["2026-01-15"]);
  clock.advance(HOUR);
  await expect.poll(() => days(first)).toEqual(["2026-01-15", "2026-01-16"]);
  await expect
    .poll(() => first.board.get("economy_state")?.value)
    .toEqual({
      type: "economy_state",
      balanceSats: 100_290,
      earnedTodaySats: 0,
      spentTodaySats: 0,
      dailyLimitSats: 50_000,
      pendingInvoices: 0,
      btcPriceUsd: 100_000,
      btcPriceSource: "operator",
    });
  expect(first.board.get("treasury_state")?.value).toEqual({
    type: "treasury_state",
    treasurySats: 100_069,
    dailyBurnSats: 0,
    netTodaySats: 0,
  });
  expect(first.board.get("agent_state:alpha")?.value).toMatchObject({ budgetStress: 0 });
  await first.close();
  clock.advance(48 * HOUR);
  const tower = await openTestEconomy(directory, { clock });
  onTestFinished(() => tower.close());
  expect(await days(tower)).toEqual(["2026-01-15", "2026-01-16", "2026-01-18"]);
});

test("a drain stops brains without counting it as a crash, and the next start goes on", async () => {
  const directory = testDirectory();
  const clock = createTestClock();
  let jobId: JobId | undefined;
  for (let starts = 0; starts < 5; starts++) {
    const tower = await openTestEconomy(directory, { clock, brain: hanging() });
    if (jobId === undefined) [jobId] = (await busy(tower, 1)) as [JobId];
    const attempt = starts + 1;
    await expect
      .poll(() => tower.board.get(`job_progress:${jobId}@anna`)?.value)
      .toMatchObject({ attempt, text: "Half " });
    await tower.close();
    expect(tower.failures).toEqual([]);
    await expect(tower.request(ANNA)).rejects.toMatchObject({ code: "draining" });
    const { treasury } = tower.economy;
    for (const change of [
      () => treasury.change({ marginPercent: 1 }),
      () => treasury.deposit(sats(10)),
      () => treasury.withdraw("w", sats(10), { paymentRequest: "lnbcrt1" }),
      () => treasury.setBudget(ALPHA, sats(1)),
    ])
      await expect(change()).rejects.toMatchObject({ code: "draining" });
  }
  const tower = await openTestEconomy(directory, { clock });
  onTestFinished(() => tower.close());
  const id = jobId as JobId;
  await tower.until(id, (job) => job.outcome === "completed");
  // One sat to evaluate, 150 for the attempt that counts, and the most that five others may have used.
  expect(await balances(tower)).toMatchObject({ "expense:model": 1_000n + 150_000n + 5n * 100_000n });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("no secret is in what everybody may see of it", async () => {
  const tower = await opened();
  const { jobId } = await tower.offered(ANNA);
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, (job) => job.phase === "closed");
  await tower.claim(ANNA, jobId);
  const job = await tower.until(jobId, (now) => now.refund === "paid");
  const entries = await tower.database.read((sql) => readAfter(sql, 0 as never, 500));
  const seen = entries.map(({ fact }) => publicView(fact));
  const everything = JSON.stringify([
    seen,
    publicJob(job),
    tower.board.latest().filter((p) => p.audience === "everyone"),
  ]);
  for (const secret of ["anna", "Summarise", "lnbcrt", "Half", "I can do", "microUsd"]) {
    expect([secret, everything.toLowerCase().includes(secret.toLowerCase())]).toEqual([secret, false]);
  }
});
