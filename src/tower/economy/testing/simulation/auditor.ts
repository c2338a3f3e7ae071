import type { AgentId } from "../../../../protocol/ids.ts";
import type { JobRecord } from "../../../../protocol/records.ts";
import { auditLedger } from "../../../ledger/audit.ts";
import type { PlayWallet } from "../../../lightning/play/play-wallet.ts";
import { type Sql, safeNumber } from "../../../storage/port.ts";
import { IN_ORDER } from "../books.ts";
import type { TestClock } from "../clock.ts";
import type { TestEconomy } from "../economy.ts";
import { createJobBook, type JobBook } from "./audit/job-book.ts";
import { createMoneyBook, type MoneyBook } from "./audit/money-book.ts";
import { expectPrepaidRightful, owedToSessions, reservedByJobs } from "./audit/prepaid.ts";
import {
  type Attempts,
  expectExpensed,
  expectPricedAsAllowed,
  expectRightful,
  MOST_TRIES,
  receivedFor,
} from "./audit/rightful.ts";
import { expectSame } from "./audit/same.ts";
import { expectWithdrawalsAllowed, withdrawalsByState } from "./audit/withdrawals.ts";
import type { Lives } from "./lives.ts";
import type { Witness } from "./witness.ts";
import type { Allowed } from "./world.ts";

/** How long a phase may last in a test economy, in milliseconds. */
const LIMITS = { evaluating: 60_000, executing: 600_000 };

/** Looks at a tower at rest, and throws at whatever is not true of it. */
export interface Auditor {
  /** Looks at what is new since the last look, and at what holds of everything together. */
  look(): Promise<void>;
  /** Looks at everything from the first fact and the first posting. */
  lookThroughAll(): Promise<void>;
  /** What is true besides once nothing is left to do: no job open, nothing owed, nothing under way. */
  expectAllDone(): Promise<void>;
  /** How often each kind of fact came about, each kind of movement was booked, and what withdrawals came to. */
  reached(): Promise<ReadonlyMap<string, number>>;
}

/** Two books that have read the same. */
interface Books {
  readonly jobs: JobBook;
  readonly money: MoneyBook;
}

const newBooks = (): Books => ({ jobs: createJobBook(), money: createMoneyBook() });

/** An auditor of a tower, through all its lives. */
export function createAuditor(parts: {
  readonly lives: Lives;
  readonly clock: TestClock;
  readonly witness: Witness;
  readonly allowed: Allowed;
  /** The wallet itself, without what is lost on the way to it. */
  readonly wallet: PlayWallet;
  /** The least that the tower pays out, in sats. */
  readonly leastPayout: number;
}): Auditor {
  const { lives, clock, witness, allowed, wallet, leastPayout } = parts;
  let books = newBooks();

  async function lookWith({ jobs, money }: Books): Promise<void> {
    const { tower } = lives;
    const changed = await tower.database.read(async (sql) => {
      const changed = await jobs.follow(sql);
      await money.follow(sql, clock.now());
      await expectInFlight(sql, money);
      for (const job of changed) {
        const received = await receivedFor(sql, tower.wallet, job);
        expectRightful(job, received, witness(job.request));
        expectPricedAsAllowed(job, jobs.setAside.get(job.jobId), allowed.margins);
      }
      await expectPrepaidRightful({ sql, tower, wallet, jobs, money, witness, now: clock.now() });
      await expectWithdrawalsAllowed(sql, wallet, allowed, money);
      await expectFewTries(sql);
      return changed;
    });
    if (changed.length > 0) expectTurns(jobs.jobs.values());
    expectJobAccounts(jobs, money);
    for (const job of jobs.jobs.values()) expectNotOverdue(job, lives.since, clock.now());
    await expectWalletAsBooked(tower, money);
  }

  return {
    look: () => lookWith(books),
    async lookThroughAll() {
      await lookWith(books);
      // What was read before must still be there, and come to the same.
      const afresh = newBooks();
      await lookWith(afresh);
      books = afresh;
      await lives.tower.database.read(async (sql) => {
        const { walletGapMsat: _gap, strayMsat: _stray, ...inOrder } = IN_ORDER;
        expectSame("the gauges of the ledger", await auditLedger(sql), inOrder);
        await expectBudgetsAsExpensed(sql, afresh.money);
        await expectCreditedOnce(sql);
      });
    },
    async expectAllDone() {
      const { jobs, money } = books;
      const { tower } = lives;
      for (const { phase, ...job } of jobs.jobs.values())
        if (phase !== "closed" || !isPaidBack(job))
          throw new Error(`a job is left ${told({ phase, ...job })}`);
      for (const { state, ...session } of jobs.sessions.values()) {
        const isOver = state === "closed" || state === "expired" || session.balanceSats < leastPayout;
        if (!isOver || !isPaidBack(session))
          throw new Error(`a session is left ${told({ phase: state, ...session })}`);
      }
      const setAside = [...money.balances.keys()].filter((name) => /^(escrow|reserved):/.test(name));
      expectSame("what is still set aside", setAside, []);
      expectSame("what nobody was credited for", await unseenMsat(tower), 0n);
      expectAllEarned(money);
      await tower.database.read(async (sql) => {
        expectSame("what is left to do", await sql.all("SELECT key FROM effect WHERE state = 'pending'"), []);
        for (const job of jobs.jobs.values()) {
          const expense = money.modelExpense.get(job.jobId) ?? 0n;
          expectExpensed(job, expense, witness(job.request), await attemptsOf(sql, job));
        }
      });
    },
    async reached() {
      const { jobs, money } = books;
      const booked = [...money.booked].map(([reason, times]) => [`booked ${reason}`, times] as const);
      const withdrawals = await lives.tower.database.read(withdrawalsByState);
      return new Map([...jobs.reached, ...booked, ...withdrawals]);
    },
  };

  /** What is too little for a route stays owed. */
  function isPaidBack({ owedSats, refund }: Pick<JobRecord, "owedSats" | "refund">): boolean {
    return owedSats < leastPayout && refund !== "paying" && refund !== "unknown";
  }
}

const told = (thing: { phase: string; refund: string; owedSats: number }): string =>
  `${thing.phase}, ${thing.refund}, owed ${thing.owedSats} sats`;

/** A payment hash is credited once: as many payments are booked as invoices have been credited. */
async function expectCreditedOnce(sql: Sql): Promise<void> {
  const [row] = await sql.all<{ booked: bigint; credited: bigint }>(
    `SELECT
       (SELECT COUNT(*) FROM ledger_transaction
        WHERE reason IN ('settled', 'settled_not_due', 'fund_received', 'deposit_received')) AS booked,
       (SELECT COUNT(*) FROM invoice WHERE credited_seq IS NOT NULL) AS credited`,
  );
  expectSame("how many payments were credited", row?.booked, row?.credited);
}

/** No brain is begun again and again on what it always breaks off. */
async function expectFewTries(sql: Sql): Promise<void> {
  const [row] = await sql.all<{ most: bigint | null }>(
    "SELECT MAX(attempts - stopped) AS most FROM effect WHERE kind IN ('evaluate', 'execute')",
  );
  const most = row?.most ?? 0n;
  if (most > MOST_TRIES) throw new Error(`a brain was tried ${most} times on one job`);
}

/** What the wallet has received for invoices that nothing was credited for yet: nobody told the tower. */
async function unseenMsat(tower: TestEconomy): Promise<bigint> {
  let unseen = 0n;
  const rows = await tower.database.read((sql) =>
    sql.all<{ payment_hash: string }>("SELECT payment_hash FROM invoice WHERE credited_seq IS NULL"),
  );
  for (const { payment_hash: hash } of rows) {
    const status = await tower.wallet.lookupInvoice(hash);
    if (status.state === "settled") unseen += status.amount - (status.cost ?? 0n);
  }
  return unseen;
}

/**
 * The wallet holds what the books say it can spend and what it has not told them of; what is in flight may be there
 * still, or have left it. No play sats come from nowhere.
 */
async function expectWalletAsBooked(tower: TestEconomy, { balances }: MoneyBook): Promise<void> {
  const { node, purses, outside, minted } = tower.wallet.holdings();
  expectSame("stray play sats", minted - node - purses - outside, 0n);
  const booked = balances.get("node") ?? 0n;
  const beyond = (await tower.wallet.balance()) - booked - (await unseenMsat(tower));
  if (beyond < 0n) throw new Error(`the wallet holds ${-beyond} msat less than the books say`);
  const inFlight = balances.get("payouts_in_flight") ?? 0n;
  if (beyond > inFlight) throw new Error(`the wallet holds ${beyond - inFlight} msat that nobody booked`);
}

/** What is in flight is what payouts were begun with and have not ended, reserves for their fees included. */
async function expectInFlight(sql: Sql, { balances }: MoneyBook): Promise<void> {
  const rows = await sql.all<{ payload: string }>(
    "SELECT payload FROM effect WHERE kind IN ('payout', 'session_payout', 'withdrawal') AND state = 'pending'",
  );
  const sent = rows.map(
    ({ payload }) => JSON.parse(payload) as { readonly amountSats: number; readonly feeLimitSats: number },
  );
  const total = sent.reduce((sum, payout) => sum + payout.amountSats + payout.feeLimitSats, 0);
  expectSame("what is in flight", balances.get("payouts_in_flight") ?? 0n, BigInt(total) * 1_000n);
}

/** What is held for a job in msat: what was paid for work that is not finished. */
function heldMsat({ phase, evalInvoice, workInvoice }: JobRecord): bigint {
  const paid = (invoice: JobRecord["evalInvoice"]): bigint =>
    invoice?.state === "settled" ? BigInt(invoice.amountSats) * 1_000n : 0n;
  if (phase === "evaluating") return paid(evalInvoice);
  return phase === "queued" || phase === "executing" ? paid(workInvoice) : 0n;
}

/** The accounts of jobs hold what the jobs themselves say, and what is owed to sessions' payers, what the sessions do. */
function expectJobAccounts(book: JobBook, { balances }: MoneyBook): void {
  const { jobs } = book;
  const owed = new Map<string, bigint>([...owedToSessions(book), ...reservedByJobs(jobs)]);
  for (const job of jobs.values()) {
    if (heldMsat(job) > 0n) owed.set(`escrow:${job.jobId}`, -heldMsat(job));
    if (job.owedSats > 0) owed.set(`refund:${job.jobId}`, -BigInt(job.owedSats) * 1_000n);
  }
  const accounts = [...balances].filter(([name]) => /^(escrow|reserved|refund):/.test(name));
  expectSame("what the accounts of jobs hold", new Map(accounts), owed);
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
  for (const [agentId, { executing, queued }] of agents) {
    if (executing > 1) throw new Error(`${agentId} does ${executing} jobs at a time`);
    if (queued > 0 && executing === 0) throw new Error(`${queued} jobs wait for ${agentId}, which does none`);
  }
}

/** No phase lasts longer than it may; one that a restart has found has its whole time again. */
function expectNotOverdue(job: JobRecord, since: number, now: number): void {
  const { phase } = job;
  const end = (() => {
    if (phase === "awaiting_eval_payment") return Date.parse(job.evalInvoice?.expiresAt ?? "");
    if (phase === "awaiting_work_payment") return Date.parse(job.workInvoice?.expiresAt ?? "");
    if (phase !== "evaluating" && phase !== "executing") return Number.NaN;
    return Math.max(since, Date.parse(job.phaseAt ?? "")) + LIMITS[phase];
  })();
  if (end < now) throw new Error(`job ${job.jobId} is ${phase} ${now - end} ms longer than it may`);
}

/** What agents spent of their budgets is what their brains cost. */
async function expectBudgetsAsExpensed(sql: Sql, { balances }: MoneyBook): Promise<void> {
  const [row] = await sql.all<{ spent: bigint | null }>("SELECT SUM(spent_msat) AS spent FROM agent_spend");
  expectSame("what agents spent", row?.spent ?? 0n, balances.get("expense:model") ?? 0n);
}

/** What came in and was not given back is what was earned, less what its way cost; models are still to be paid. */
function expectAllEarned({ balances }: MoneyBook): void {
  const of = (start: string): bigint =>
    [...balances].reduce((sum, [name, amount]) => (name.startsWith(start) ? sum + amount : sum), 0n);
  const owed = of("refund:") + of("session:") + of("token:");
  const ways = of("expense:routing") + of("expense:receiving");
  const own = of("opening") + of("deposits") + of("withdrawals") + of("revenue:") + ways;
  expectSame("what the node holds", of("node"), -own - owed);
  expectSame("what the treasury has in jobs", of("expense:treasury_jobs"), 0n);
  expectSame("what models cost", of("expense:model"), -of("model_payable"));
}

async function attemptsOf(sql: Sql, { jobId }: JobRecord): Promise<Attempts> {
  const rows = await sql.all<{ kind: string; attempts: bigint; stopped: bigint }>(
    "SELECT kind, attempts, stopped FROM effect WHERE job_id = ? AND kind IN ('evaluate', 'execute')",
    jobId,
  );
  const of = (kind: string): number => safeNumber(rows.find((row) => row.kind === kind)?.attempts ?? 0n);
  const notStopped = rows.map(({ attempts, stopped }) => safeNumber(attempts - stopped));
  return { evaluate: of("evaluate"), execute: of("execute"), notStopped: Math.max(0, ...notStopped) };
}
