import { AGENT_DEFS, type AgentDef } from "../../protocol/agent-defs.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { BtcPriceSource } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Sats, sats } from "../../protocol/units.ts";
import type { Brain } from "../agents/brain.ts";
import type { Clock } from "../clock.ts";
import type { Day } from "../ledger/day.ts";
import type { AddressPayer } from "../lightning/lnurl/address-payer.ts";
import type { Purses } from "../lightning/play/purses.ts";
import type { Wallet } from "../lightning/wallet.ts";
import type { LogFollower } from "../log/follow.ts";
import type { Database } from "../storage/port.ts";
import type { ValueBoard } from "../values/board.ts";
import { createAnnouncer } from "./announcer.ts";
import { createDays } from "./days.ts";
import { createDeadlines } from "./deadlines.ts";
import type { PhaseLimits } from "./decide/deadline.ts";
import type { Effect } from "./decide/decision.ts";
import type { Economy } from "./economy.ts";
import { createEffectRunner } from "./effects.ts";
import { createIntents } from "./intents/intents.ts";
import { createInvoiceWatch, firstLook } from "./invoice-watch.ts";
import { findInvoice } from "./invoices.ts";
import { createJobWatch } from "./job-watch.ts";
import { findJob, renewDeadlines } from "./jobs.ts";
import { checkBooks, openBooks, registryDecision } from "./opening.ts";
import { type BrainParts, evaluatePerformer, executePerformer } from "./perform-brain.ts";
import { invoicePerformer } from "./perform-invoice.ts";
import { payoutPerformer, refundEnded, sessionRestEnded } from "./perform-payout.ts";
import { MARGIN_PERCENT, type PriceTerms } from "./pricing.ts";
import { type Quote, quoteJob } from "./quote.ts";
import { createReconciler } from "./reconcile.ts";
import { createSessionEnds } from "./session-ends.ts";
import { createSessionWatch } from "./session-watch.ts";
import { followSettlements } from "./settlements.ts";
import { createStops } from "./stops.ts";
import { createTokenOffers } from "./token-offers.ts";
import { createTransactor } from "./transactor.ts";
import { openSettings } from "./treasury/settings.ts";
import { createTreasury } from "./treasury/treasury.ts";
import { noteWithdrawal } from "./treasury/withdrawals.ts";
import { createWithdrawLinks } from "./withdraw-links/withdraw-links.ts";

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
  /** US dollars per bitcoin, now, and where that is from. */
  readonly btcPrice: () => { readonly usd: number; readonly source: BtcPriceSource };
  /** Finds invoices for Lightning Addresses. */
  readonly addressPayer: AddressPayer;
  /** How long a session lives in which nothing happens, in milliseconds. */
  readonly sessionIdle: number;
  /** The most that may leave in a day, refunds to payers excepted, until an operator sets it. */
  readonly dailyLimit: Sats;
  readonly agentDailyBudget: Sats;
  readonly agents?: readonly AgentDef[];
  /** Told of what went wrong and is tried again. Never given a secret. */
  readonly failed: (what: string, error: unknown) => void;
}

/** What the routes of refunds may cost the tower in a day until an operator sets it: a hundred small refunds' worth. */
const DAILY_ROUTING = sats(1_000);

/**
 * Opens the economy: puts the registry and the books in order, asks the wallet what happened meanwhile, takes up
 * what a former run left undone, and is ready for callers.
 */
export async function openEconomy(parts: EconomyParts): Promise<Economy> {
  const { database, wallet, purses, board, clock, dayOf, limits, failed } = parts;
  const settings = await openSettings(database, {
    dailyLimitSats: parts.dailyLimit,
    dailyRoutingSats: DAILY_ROUTING,
    marginPercent: MARGIN_PERCENT,
  });
  const dailyRouting = () => settings.current().dailyRoutingSats;
  const terms = (): PriceTerms => {
    const { usd, source } = parts.btcPrice();
    return { marginPercent: settings.current().marginPercent, btcPriceUsd: usd, btcPriceSource: source };
  };
  const quote = (agentId: AgentId, request: string): Quote => {
    const brain = parts.brainOf(agentId);
    return quoteJob(brain.estimate(request), brain.rates, terms());
  };
  const transactor = createTransactor({ database, clock, dayOf, limits, sessionIdle: parts.sessionIdle });
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
    dailyLimit: () => settings.current().dailyLimitSats,
    btcPrice: parts.btcPrice,
    failed: (error) => failed("announcing figures", error),
  });
  const stops = createStops();
  const brainParts: BrainParts = {
    transactor,
    stops,
    brainOf: parts.brainOf,
    terms,
    watcher: {
      topic(jobId, agentId, topic) {
        announcer.topic(jobId, topic);
        announcer.changedWithoutFact(agentId);
      },
      progress({ jobId, ownerId, attempt, offset, text }) {
        if (ownerId === undefined) return;
        board.post({ type: "job_progress", jobId, attempt, offset, text }, { ownerId });
      },
    },
  };
  const invoiceWatch = createInvoiceWatch({
    database,
    reconciler,
    clock,
    failed: (error) => failed("asking the wallet about an invoice", error),
  });
  const invoiceMade = (): void => invoiceWatch.dueAt(firstLook(clock.now()));
  const payoutParts = {
    transactor,
    wallet,
    clock,
    failed: (error: unknown) => failed("booking a payment", error),
  };
  const effects = createEffectRunner({
    database,
    clock,
    performers: {
      make_invoice: invoicePerformer({
        transactor,
        wallet,
        expirySeconds: parts.expirySeconds,
        invoiceMade,
      }),
      evaluate: evaluatePerformer(brainParts),
      execute: executePerformer(brainParts),
      payout: payoutPerformer(payoutParts, refundEnded),
      session_payout: payoutPerformer(payoutParts, sessionRestEnded),
      withdrawal: payoutPerformer(payoutParts, noteWithdrawal),
    },
    failed: (effect, error) => failed(`effect ${effect.kind} of ${aboutWhat(effect)}`, error),
  });
  const deadlines = createDeadlines({
    database,
    transactor,
    reconciler,
    clock,
    limits,
    failed: (error) => failed("looking at deadlines", error),
  });
  const sessionEnds = createSessionEnds({
    database,
    transactor,
    reconciler,
    clock,
    idle: parts.sessionIdle,
    failed: (error) => failed("looking at sessions", error),
  });
  const { addressPayer } = parts;
  const intents = createIntents({
    database,
    transactor,
    reconciler,
    wallet,
    purses,
    clock,
    addressPayer,
    dailyRouting,
    quote,
    invoiceMade,
    // As long as the larger of a job's two: a deposit is not less than the work.
    sessionInvoiceSeconds: parts.expirySeconds.work,
  });
  const treasury = createTreasury({
    database,
    transactor,
    wallet,
    purses,
    addressPayer,
    clock,
    dayOf,
    settings,
    invoiceMade,
    changed: announcer.changedWithoutFact,
  });

  const withdrawLinks = createWithdrawLinks({ database, transactor, wallet, dailyRouting, clock });

  const undoApplied = transactor.onApplied((applied) => {
    parts.follower.notify();
    effects.begin(applied.effects);
    for (const job of applied.jobs) {
      if (job.phase !== "closed") continue;
      stops.stop(job.jobId);
      if (job.ownerId !== undefined) board.takeDown(`job_progress:${job.jobId}@${job.ownerId}`);
    }
    deadlines.changed(applied.jobs);
    sessionEnds.changed(applied.sessions);
    announcer.changed(applied);
  });
  const days = createDays({
    transactor,
    clock,
    dayOf,
    timeZone: parts.timeZone,
    begun: announcer.announceAll,
    failed: (error) => failed("starting a day", error),
  });
  let draining = false;

  const alarms = [deadlines, sessionEnds, invoiceWatch];

  const booksFailed = (error: unknown) => failed("checking the books", error);

  await openBooks(database, wallet, clock);
  await transactor.run(async (sql) => ({
    decision: await registryDecision(sql, parts.agents ?? AGENT_DEFS, parts.agentDailyBudget),
    result: undefined,
  }));
  await days.start();
  days.follow();
  const undoSettlements = await followSettlements({
    database,
    wallet,
    reconciler,
    failed: (error) => failed("reconciling a payment", error),
  });
  await reconciler.sweep();
  await checkBooks(database, wallet).catch(booksFailed);
  await database.transaction((sql) => renewDeadlines(sql, limits, clock.now()));
  await effects.recover();
  for (const alarm of alarms) alarm.look();

  function assertOpen(): void {
    if (draining) refuse("draining", "The tower is going down: try again in a moment.");
  }

  return {
    async perform(caller, intent) {
      assertOpen();
      const performed = await intents(caller, intent);
      if (intent.type === "agent_control") announcer.changedWithoutFact(intent.agentId);
      return performed;
    },
    reconcile: reconciler.reconcile,
    async isPayable(paymentHash) {
      const invoice = await database.read((sql) => findInvoice(sql, paymentHash));
      return invoice !== undefined && invoice.creditedSeq === undefined && invoice.expiresAt >= clock.now();
    },
    job: (jobId) => database.read((sql) => findJob(sql, jobId)),
    ...watch,
    ...createSessionWatch({ database, transactor }),
    ...createTokenOffers({
      database,
      wallet,
      clock,
      dayOf,
      quote,
      invoiceMade,
      invoiceSeconds: parts.expirySeconds.work,
    }),
    treasury: {
      ...treasury,
      async change(changes) {
        assertOpen();
        return treasury.change(changes);
      },
      async deposit(amount) {
        assertOpen();
        return treasury.deposit(amount);
      },
      async withdraw(key, amount, payee) {
        assertOpen();
        return treasury.withdraw(key, amount, payee);
      },
      async setBudget(agentId, dailyBudget) {
        assertOpen();
        return treasury.setBudget(agentId, dailyBudget);
      },
    },
    withdrawLinks: {
      ...withdrawLinks,
      async make(caller, of) {
        assertOpen();
        return withdrawLinks.make(caller, of);
      },
      async claim(k1, paymentRequest) {
        assertOpen();
        return withdrawLinks.claim(k1, paymentRequest);
      },
    },
    async drain() {
      draining = true;
      days.close();
      const resting = [undoSettlements(), effects.close(), ...alarms.map((alarm) => alarm.close())];
      stops.stopAll();
      await Promise.all(resting);
      announcer.close();
      // Whatever is in the middle of a transaction ends it: this one waits its turn behind them.
      await database.transaction(async () => undefined);
      undoApplied();
    },
  };
}

/** What an effect is about, for those who read the log: an id, never a secret. */
function aboutWhat(effect: Effect): string {
  if ("jobId" in effect) return `job ${effect.jobId}`;
  return effect.kind === "withdrawal" ? effect.withdrawalId : `session ${effect.sessionId}`;
}
