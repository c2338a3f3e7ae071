import { join } from "node:path";
import { clientId, type JobId, type OwnerId, ownerId, requestId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import { type Brain, BrainError } from "../agents/brain.ts";
import type { Clock } from "../clock.ts";
import { createCalendar } from "../ledger/day.ts";
import { openPlayWallet, type PlayWallet } from "../lightning/play/play-wallet.ts";
import { createLogFollower, type LogFollower } from "../log/follow.ts";
import { openSqlite } from "../storage/sqlite.ts";
import type { Database } from "../storage/port.ts";
import { createValueBoard, type ValueBoard } from "../values/board.ts";
import { type EconomyParts, openEconomy } from "./create-economy.ts";
import type { Caller, Economy } from "./economy.ts";

/** A clock that stands still until a test moves it; then what is due happens in order. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

/** A clock that starts on a whole second, for invoices count in those. */
export function createTestClock(start = Date.UTC(2026, 0, 15, 12)): TestClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly listener: () => void }>();
  return {
    now: () => now,
    after(milliseconds, listener) {
      const timer = { at: now + Math.max(0, milliseconds), listener };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.listener();
      }
      now = end;
    },
  };
}

/** A brain that waits to be told what it thinks. */
export interface TestBrain extends Brain {
  /** What the next evaluations and executions do; unset, they accept and answer at once. */
  behaviour: { evaluate?: "reject" | "fail" | "hang"; execute?: "fail" | "hang" };
}

const until = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new BrainError("aborted", "stopped"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

/** 1 USD a million tokens and a tenth of a dollar a job: at 100,000 USD per bitcoin an estimate of 280 sats, 210 used. */
export function createTestBrain(): TestBrain {
  const behaviour: TestBrain["behaviour"] = {};
  return {
    name: "test",
    behaviour,
    rates: {
      source: "made up for tests",
      inputMicroUsdPerMillion: 0n,
      outputMicroUsdPerMillion: 1_000_000_000n,
      infrastructureMicroUsd: 100_000n,
    },
    async evaluate(_request, { signal }) {
      const usage = { inputTokens: 5, outputTokens: 1 };
      if (behaviour.evaluate === "hang") return until(signal);
      if (behaviour.evaluate === "fail") throw new BrainError("failed", "the brain broke");
      if (behaviour.evaluate === "reject") return { kind: "rejected", reason: "I cannot do that.", usage };
      return { kind: "accepted", topic: "summary", note: "I can do that.", maxInputTokens: 10, maxOutputTokens: 100, usage };
    },
    async execute(_request, { signal, onText }) {
      onText("Half ");
      if (behaviour.execute === "hang") return until(signal);
      if (behaviour.execute === "fail") throw new BrainError("failed", "the brain broke");
      onText("and whole.");
      return { text: "Half and whole.", usage: { inputTokens: 10, outputTokens: 50 } };
    },
  };
}

/** An economy on a directory, with everything a test wants to look at. */
export interface TestEconomy {
  readonly economy: Economy;
  readonly database: Database;
  readonly wallet: PlayWallet;
  readonly board: ValueBoard;
  readonly clock: TestClock;
  readonly brain: TestBrain;
  readonly follower: LogFollower;
  /** What went wrong and was left for another try. */
  readonly failures: unknown[];
  request(owner: OwnerId, text?: string, agent?: string): Promise<JobId>;
  pay(owner: OwnerId, jobId: JobId, invoiceType: "eval" | "work"): Promise<unknown>;
  until(jobId: JobId, as: (job: JobRecord) => boolean): Promise<JobRecord>;
  close(): Promise<void>;
}

export const ANNA = ownerId("anna");
export const BERT = ownerId("bert");
export const visitor = (owner: OwnerId): Caller => ({ ownerId: owner, role: "visitor" });
export const OPERATOR: Caller = { ownerId: ownerId("operator"), role: "operator" };

let requests = 0;
/** A request id that no other test used. */
export const newRequestId = () => requestId(`r${++requests}`);
export const TAB = clientId("tab");

/** Opens an economy on `directory`: again on the same one is a restart. */
export async function openTestEconomy(
  directory: string,
  overrides: Partial<EconomyParts> & { readonly clock?: TestClock; readonly brain?: TestBrain } = {},
): Promise<TestEconomy> {
  const clock = overrides.clock ?? createTestClock();
  const brain = overrides.brain ?? createTestBrain();
  const dayOf = createCalendar("UTC");
  const database = await openSqlite(directory);
  const wallet = openPlayWallet({
    file: join(directory, "play-wallet.db"),
    now: clock.now,
    dayOf: (at) => ({ start: dayOf(at).startMs, end: dayOf(at).nextMs }),
  });
  const board = createValueBoard();
  const follower = createLogFollower(database);
  const failures: unknown[] = [];
  const economy = await openEconomy({
    database,
    follower,
    wallet,
    purses: wallet,
    brainOf: () => brain,
    board,
    dayOf,
    timeZone: "UTC",
    limits: { evaluating: 60_000, executing: 600_000 },
    expirySeconds: { eval: 600, work: 900 },
    btcPriceUsd: () => 100_000,
    dailyLimit: sats(50_000),
    agentDailyBudget: sats(10_000),
    failed: (what, error) => failures.push(`${what}: ${error}`),
    ...overrides,
    clock,
  });
  return {
    economy,
    database,
    wallet,
    board,
    clock,
    brain,
    follower,
    failures,
    async request(owner, text = "Summarise this.", agent = "alpha") {
      const { jobId } = await economy.perform(visitor(owner), {
        type: "job_request",
        requestId: newRequestId(),
        agentId: agent as never,
        request: text,
        funding: "invoice",
      });
      if (jobId === undefined) throw new Error("a job request opens a job");
      await economy.waitForJob(jobId, (job) => job.evalInvoice !== undefined, AbortSignal.timeout(5000));
      return jobId;
    },
    pay: (owner, jobId, invoiceType) =>
      economy.perform(visitor(owner), { type: "pay_invoice", requestId: newRequestId(), jobId, invoiceType }),
    until: (jobId, as) => economy.waitForJob(jobId, as, AbortSignal.timeout(5000)),
    async close() {
      follower.close();
      await economy.drain();
      await wallet.close();
      await database.close();
    },
  };
}
