import { expect } from "vitest";
import { startJob, stepJob } from "../../../job/step.ts";
import { isJobFact } from "../../../protocol/facts.ts";
import { type AgentId, type JobId, seq } from "../../../protocol/ids.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { readAfter } from "../../log/read.ts";
import { watchedHashes } from "../invoices.ts";
import { audit, balances, figures, IN_ORDER } from "./books.ts";
import { type TestEconomy, utc } from "./economy.ts";

/** More facts than a simulation writes. */
const ALL = 1_000_000;

const storedJobs = async (tower: TestEconomy): Promise<readonly JobRecord[]> => {
  const rows = await tower.database.read((sql) => sql.all<{ state: string }>("SELECT state FROM job"));
  return rows.map((row) => JSON.parse(row.state) as JobRecord);
};

const byId = (jobs: Iterable<JobRecord>) =>
  new Map([...jobs].map((job) => [job.jobId, job] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Every job as its facts alone make it, stepped through the chart from the log's first. */
async function retold(tower: TestEconomy): Promise<ReadonlyMap<JobId, JobRecord>> {
  const jobs = new Map<JobId, JobRecord>();
  for (const { fact } of await tower.database.read((sql) => readAfter(sql, seq(0), ALL))) {
    if (!isJobFact(fact)) continue;
    const before = jobs.get(fact.jobId);
    if (fact.type === "job_started") jobs.set(fact.jobId, startJob(fact));
    else if (before === undefined) throw new Error(`${fact.type} of a job that never started`);
    else jobs.set(fact.jobId, stepJob(before, fact));
  }
  return jobs;
}

/** What the wallet has received for invoices that nothing was credited for yet: nobody told the tower. */
async function unseenMsat(tower: TestEconomy): Promise<bigint> {
  let unseen = 0n;
  for (const hash of await tower.database.read(watchedHashes)) {
    const status = await tower.wallet.lookupInvoice(hash);
    if (status.state === "settled") unseen += status.amount;
  }
  return unseen;
}

/**
 * The wallet holds what the books say it can spend and what it has not told them of; what is in flight may be there
 * still, or have left it.
 */
async function expectWalletAsBooked(tower: TestEconomy): Promise<void> {
  const { node = 0n, payouts_in_flight: inFlight = 0n } = await balances(tower);
  const beyond = (await tower.wallet.balance()) - node - (await unseenMsat(tower));
  expect(beyond).toBeGreaterThanOrEqual(0n);
  expect(beyond).toBeLessThanOrEqual(inFlight);
}

/** What is held for a job in msat: what was paid for work that is not finished. */
function heldMsat({ phase, evalInvoice, workInvoice }: JobRecord): bigint {
  const paid = (invoice: JobRecord["evalInvoice"]): bigint =>
    invoice?.state === "settled" ? BigInt(invoice.amountSats) * 1_000n : 0n;
  if (phase === "evaluating") return paid(evalInvoice);
  return phase === "queued" || phase === "executing" ? paid(workInvoice) : 0n;
}

/** What the accounts of jobs hold, as the jobs themselves say it: credits are negative. */
function owedByJobs(jobs: Iterable<JobRecord>): Record<string, bigint> {
  const accounts: Record<string, bigint> = {};
  for (const job of jobs) {
    if (heldMsat(job) > 0n) accounts[`escrow:${job.jobId}`] = -heldMsat(job);
    if (job.owedSats > 0) accounts[`refund:${job.jobId}`] = -BigInt(job.owedSats) * 1_000n;
  }
  return accounts;
}

/** Today's figures from the bare postings, without what the ledger keeps beside them. */
async function figuresFromPostings(tower: TestEconomy): Promise<object> {
  const day = utc(tower.clock.now());
  const rows = await tower.database.read((sql) =>
    sql.all<{ account: string; all_time: bigint; today: bigint }>(
      `SELECT account, SUM(amount_msat) AS all_time,
         SUM(CASE WHEN at_ms >= ? AND at_ms < ? THEN amount_msat ELSE 0 END) AS today
       FROM ledger_posting JOIN ledger_transaction ON id = transaction_id GROUP BY account`,
      day.startMs,
      day.nextMs,
    ),
  );
  const sum = (of: RegExp, when: "all_time" | "today"): bigint =>
    rows.filter(({ account }) => of.test(account)).reduce((total, row) => total + row[when], 0n);
  const earnedToday = -sum(/^revenue:/, "today");
  const burnToday = sum(/^expense:(model|routing)$/, "today");
  return {
    treasury: sum(/^(node|payouts_in_flight|escrow:.*|refund:.*|model_payable)$/, "all_time"),
    balance: sum(/^node$/, "all_time"),
    earnedToday,
    burnToday,
    netToday: earnedToday - burnToday,
    // Nothing leaves this tower but refunds to payers.
    spentToday: 0n,
  };
}

/** No agent does two jobs at a time, and nobody waits for an agent that does none. */
function expectTurns(jobs: Iterable<JobRecord>): void {
  const agents = new Map<AgentId, { executing: number; queued: number }>();
  for (const { agentId, phase } of jobs) {
    const turns = agents.get(agentId) ?? { executing: 0, queued: 0 };
    if (phase === "executing") turns.executing += 1;
    if (phase === "queued") turns.queued += 1;
    agents.set(agentId, turns);
  }
  for (const { executing, queued } of agents.values()) {
    expect(executing).toBeLessThanOrEqual(1);
    if (queued > 0) expect(executing).toBe(1);
  }
}

/** Everything that is true of a tower whenever it is at rest, whatever happened to it. */
export async function expectInvariants(tower: TestEconomy): Promise<void> {
  const { walletGapMsat: _gap, ...gauges } = await audit(tower);
  const { walletGapMsat: _none, ...inOrder } = IN_ORDER;
  expect(gauges).toEqual(inOrder);
  await expectWalletAsBooked(tower);
  const jobs = await storedJobs(tower);
  expect(byId(jobs)).toEqual(byId((await retold(tower)).values()));
  const accounts = Object.entries(await balances(tower)).filter(([name]) => /^(escrow|refund):/.test(name));
  expect(Object.fromEntries(accounts)).toEqual(owedByJobs(jobs));
  expect(await figures(tower)).toEqual(await figuresFromPostings(tower));
  expectTurns(jobs);
}

/** Everything that is true besides once nothing is left to do: no job open, nothing owed, nothing under way. */
export async function expectAllDone(tower: TestEconomy): Promise<void> {
  await expectInvariants(tower);
  for (const { phase, owedSats, refund } of await storedJobs(tower)) {
    expect({ phase, owedSats, refund }).toEqual({
      phase: "closed",
      owedSats: 0,
      refund: expect.stringMatching(/^(none|paid)$/),
    });
  }
  expect(await unseenMsat(tower)).toBe(0n);
  const { opening = 0n, node = 0n, model_payable: payable = 0n, ...rest } = await balances(tower);
  const of = (start: string): bigint =>
    Object.entries(rest).reduce((sum, [name, amount]) => (name.startsWith(start) ? sum + amount : sum), 0n);
  // What came in and was not given back is what was earned.
  expect(node).toBe(-opening - of("revenue:"));
  expect(of("expense:")).toBe(-payable);
  const left = await tower.database.read((sql) => sql.all("SELECT key FROM effect WHERE state = 'pending'"));
  expect(left).toEqual([]);
}
