import { AGENT_DEFS, type AgentDef } from "../../protocol/agent-defs.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { RefusalError } from "../../protocol/refusal.ts";
import { NO_SATS, type Sats, sats, toMsat } from "../../protocol/units.ts";
import type { Brain } from "../agents/brain.ts";
import { syncRegistry } from "../agents/registry.ts";
import type { Clock } from "../clock.ts";
import { auditLedger, walletGap } from "../ledger/audit.ts";
import type { Day } from "../ledger/day.ts";
import { post } from "../ledger/post.ts";
import { openingBalance } from "../ledger/postings.ts";
import type { Purses } from "../lightning/play/purses.ts";
import type { Wallet } from "../lightning/wallet.ts";
import type { LogFollower } from "../log/follow.ts";
import { readMeta, writeMeta } from "../storage/meta.ts";
import type { Database, Sql } from "../storage/port.ts";
import type { ValueBoard } from "../values/board.ts";
import { createAnnouncer } from "./announcer.ts";
import { createDeadlines } from "./deadlines.ts";
import type { PhaseLimits } from "./decide/deadline.ts";
import { both, type Decision, decision } from "./decide/decision.ts";
import { failJob } from "./decide/end-work.ts";
import type { Economy } from "./economy.ts";
import { createEffectRunner } from "./effects.ts";
import { createIntents } from "./intents/intents.ts";
import { createJobWatch } from "./job-watch.ts";
import { allOpenJobsOf, findJob, renewDeadlines } from "./jobs.ts";
import { type BrainParts, evaluatePerformer, executePerformer } from "./perform-brain.ts";
import { invoicePerformer } from "./perform-invoice.ts";
import { payoutPerformer } from "./perform-payout.ts";
import { createReconciler } from "./reconcile.ts";
import { createStops } from "./stops.ts";
import { createTransactor } from "./transactor.ts";

/** What an economy is made of, and what is set for it. */
export interface EconomyParts {
  readonly database: Database;
  readonly follower: Pick<LogFollower, "notify">;
  readonly wallet: Wallet;
  readonly purses: Purses | undefined;
  readonly brainOf: (agentId: AgentId) => Brain;
  readonly board: ValueBoard;
  readonly clock: Clock;
  readonly dayOf: (at: number) => Day;
  readonly timeZone: string;
  readonly limits: PhaseLimits;
  readonly expirySeconds: { readonly eval: number; readonly work: number };
  readonly btcPriceUsd: () => number;
  readonly dailyLimit: Sats;
  readonly agentDailyBudget: Sats;
  readonly agents?: readonly AgentDef[];
  /** Told of what went wrong and is tried again. Never given a secret. */
  readonly failed: (what: string, error: unknown) => void;
}

/** How soon to try again when a day could not be started, in milliseconds. */
const DAY_RETRY = 60_000;

/** The most a payout's route may cost with a real wallet: what wallets themselves set aside, rounded up. */
const LEAST_FEE_LIMIT = 10;
const FEE_LIMIT_PART = 0.01;

/** The most a payout's route may cost. The play network charges nothing. */
const feeLimitOf =
  (wallet: Wallet) =>
  (amount: Sats): Sats =>
    wallet.kind === "play" ? NO_SATS : sats(Math.max(LEAST_FEE_LIMIT, Math.ceil(amount * FEE_LIMIT_PART)));

/**
 * Opens the economy: puts the registry and the books in order, asks the wallet what happened meanwhile, takes up
 * what a former run left undone, and is ready for callers.
 */
export async function openEconomy(parts: EconomyParts): Promise<Economy> {
  const { database, wallet, purses, board, clock, dayOf, limits, failed } = parts;
  const transactor = createTransactor({ database, clock, dayOf, limits });
  const reconciler = createReconciler({
    database,
    transactor,
    wallet,
    failed: (error) => failed("asking the wallet about an invoice", error),
  });
  const watch = createJobWatch({ database, transactor });
  const announcer = createAnnouncer({
    database,
    board,
    clock,
    dayOf,
    dailyLimit: parts.dailyLimit,
    btcPriceUsd: parts.btcPriceUsd,
    failed: (error) => failed("announcing figures", error),
  });
  const stops = createStops();
  const brainParts: BrainParts = {
    transactor,
    stops,
    brainOf: parts.brainOf,
    btcPriceUsd: parts.btcPriceUsd,
    watcher: {
      topic(jobId, agentId, topic) {
        announcer.topic(jobId, topic);
        announcer.agentChanged(agentId);
      },
      progress({ jobId, ownerId, attempt, offset, text }) {
        if (ownerId === undefined) return;
        board.post({ type: "job_progress", jobId, attempt, offset, text }, { ownerId });
      },
    },
  };
  const effects = createEffectRunner({
    database,
    clock,
    performers: {
      make_invoice: invoicePerformer({ transactor, wallet, expirySeconds: parts.expirySeconds }),
      evaluate: evaluatePerformer(brainParts),
      execute: executePerformer(brainParts),
      payout: payoutPerformer({ transactor, wallet }),
    },
    failed: (effect, error) => failed(`effect ${effect.kind} of job ${effect.jobId}`, error),
  });
  const deadlines = createDeadlines({
    database,
    transactor,
    reconciler,
    clock,
    limits,
    failed: (error) => failed("looking at deadlines", error),
  });
  const intents = createIntents({
    database,
    transactor,
    reconciler,
    wallet,
    purses,
    clock,
    feeLimit: feeLimitOf(wallet),
  });

  const undoApplied = transactor.onApplied((applied) => {
    parts.follower.notify();
    effects.begin(applied.effects);
    for (const job of applied.jobs) {
      if (job.phase !== "closed") continue;
      stops.stop(job.jobId);
      if (job.ownerId !== undefined) board.takeDown(`job_progress:${job.jobId}@${job.ownerId}`);
    }
    deadlines.changed(applied.jobs);
    announcer.changed(applied);
  });
  const undoSettlements = wallet.followSettlements(({ paymentHash }) => {
    reconciler.reconcile(paymentHash).catch((error) => failed("reconciling a payment", error));
  });

  let draining = false;
  let undoMidnight = (): void => undefined;
  async function startDay(): Promise<void> {
    const day = dayOf(clock.now());
    await transactor.run(async (sql) => ({
      decision: await dayDecision(sql, day.name, parts.timeZone),
      result: undefined,
    }));
    await announcer.announceAll();
  }
  function awaitMidnight(milliseconds = dayOf(clock.now()).nextMs - clock.now()): void {
    if (draining) return;
    undoMidnight = clock.after(milliseconds, () => {
      startDay().then(
        () => awaitMidnight(),
        (error) => {
          failed("starting a day", error);
          awaitMidnight(DAY_RETRY);
        },
      );
    });
  }

  await openBooks(database, wallet, clock);
  await transactor.run(async (sql) => ({
    decision: await registryDecision(sql, parts.agents ?? AGENT_DEFS, parts.agentDailyBudget),
    result: undefined,
  }));
  await startDay();
  awaitMidnight();
  await reconciler.sweep();
  await checkBooks(database, wallet, failed);
  await database.transaction((sql) => renewDeadlines(sql, limits, clock.now()));
  await effects.recover();
  deadlines.look();

  return {
    perform(caller, intent) {
      if (draining) {
        return Promise.reject(
          new RefusalError("draining", "The tower is going down: try again in a moment."),
        );
      }
      return intents(caller, intent).then((performed) => {
        if (intent.type === "agent_control") announcer.agentChanged(intent.agentId);
        return performed;
      });
    },
    reconcile: reconciler.reconcile,
    job: (jobId) => database.read((sql) => findJob(sql, jobId)),
    waitForJob: watch,
    async drain() {
      draining = true;
      undoMidnight();
      undoSettlements();
      deadlines.close();
      const resting = effects.close();
      stops.stopAll();
      await resting;
      announcer.close();
      // Whatever is in the middle of a transaction ends it: this one waits its turn behind them.
      await database.transaction(async () => undefined);
      undoApplied();
    },
  };
}

/** The books begin with what the wallet holds at the very first start: later its balance is what the books say. */
async function openBooks(database: Database, wallet: Wallet, clock: Clock): Promise<void> {
  const balance = await wallet.balance();
  await database.transaction(async (sql) => {
    if ((await readMeta(sql, "books")) === "open") return;
    await writeMeta(sql, "books", "open");
    if (balance <= 0n) return;
    const at = clock.now();
    await post(sql, { at, reason: "opening_balance", key: "opening", postings: openingBalance(balance) });
  });
}

/** Reads the gauges that must read zero. Books that do not add up are reported: hiding them would help nobody. */
async function checkBooks(
  database: Database,
  wallet: Wallet,
  failed: (what: string, error: unknown) => void,
): Promise<void> {
  const held = await wallet.balance();
  const { gauges, gap } = await database.read(async (sql) => ({
    gauges: await auditLedger(sql),
    gap: await walletGap(sql, held),
  }));
  const wrong = Object.entries({ ...gauges, walletGapMsat: gap }).filter(([, value]) => BigInt(value) !== 0n);
  if (wrong.length === 0) return;
  const readings = wrong.map(([gauge, value]) => `${gauge} ${value}`).join(", ");
  failed("checking the books", new Error(`These must be zero: ${readings}.`));
}

/** Who joined and who left since the last start; the jobs of those who left cannot go on. */
async function registryDecision(sql: Sql, defs: readonly AgentDef[], budget: Sats): Promise<Decision> {
  const { facts, left } = await syncRegistry(sql, defs, toMsat(budget));
  let decided = decision({ facts });
  for (const agentId of left) {
    for (const job of await allOpenJobsOf(sql, agentId)) {
      decided = both(decided, failJob(job, "The agent has left the swarm.", []));
    }
  }
  return decided;
}

/** A day is started once, also when the tower was down at midnight. */
async function dayDecision(sql: Sql, day: string, timeZone: string): Promise<Decision> {
  if ((await readMeta(sql, "day")) === day) return decision({});
  await writeMeta(sql, "day", day);
  return decision({ facts: [{ type: "day_started", day, timeZone }] });
}
