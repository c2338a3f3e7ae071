import type { NewFact } from "../../protocol/facts.ts";
import { sats } from "../../protocol/units.ts";
import { isFact, type Moment } from "./scene.ts";

/** How often the figures are said anew while money moves, in milliseconds. */
const EVERY_MS = 250;
/** What the brains take of what work earns. */
const BURN_SHARE = 0.4;

interface Totals {
  balance: number;
  earned: number;
  burn: number;
  treasury: number;
}

/** Where the figures of a scene's tower stand before its first moment. */
const AT_FIRST: Totals = { balance: 154_200, earned: 8_500, burn: 2_700, treasury: 142_800 };

/** Adds the economy's and the treasury's figures to a script, as its facts move them. */
export function* withFigures(
  script: Iterable<Moment>,
  first: Partial<Totals> = {},
): Generator<Moment, void, void> {
  const totals = { ...AT_FIRST, ...first };
  const evalSats = new Map<string, number>();
  const unpaid = new Set<string>();
  /** Jobs that nobody pays from outside. */
  const funded = new Set<string>();
  /** Jobs that a session pays: its sats are the tower's already, but not its own. */
  const prepaid = new Set<string>();

  const earn = (amount: number): void => {
    totals.earned += amount;
    totals.treasury += amount;
  };
  const burn = (amount: number): void => {
    totals.burn += amount;
    totals.treasury -= amount;
  };

  /** Returns whether the fact moved a figure. */
  const count = (fact: NewFact): boolean => {
    switch (fact.type) {
      case "job_started":
        if (fact.funding === "session") prepaid.add(fact.jobId);
        else if (fact.funding !== "invoice") funded.add(fact.jobId);
        return false;
      case "invoice_request":
        if (funded.has(fact.jobId)) return false;
        if (!prepaid.has(fact.jobId)) unpaid.add(fact.jobId);
        if (fact.invoiceType === "eval") evalSats.set(fact.jobId, fact.amountSats);
        // The evaluation is earned with its verdict.
        else earn(evalSats.get(fact.jobId) ?? 0);
        return true;
      case "invoice_settled":
        if (funded.has(fact.jobId) || prepaid.has(fact.jobId)) return false;
        unpaid.delete(fact.jobId);
        totals.balance += fact.amountSats ?? 0;
        return true;
      case "job_completed":
        unpaid.delete(fact.jobId);
        if (!funded.has(fact.jobId)) {
          if (fact.outcome === "rejected") earn(evalSats.get(fact.jobId) ?? 0);
          earn(fact.actualCostSats ?? 0);
        }
        burn(Math.round((fact.actualCostSats ?? 0) * BURN_SHARE));
        return true;
      case "refund_settled":
        if (fact.method === "credit") return false;
        totals.balance -= fact.amountSats;
        return true;
      default:
        return false;
    }
  };

  const say = (at: number): Moment[] => [
    {
      at,
      say: {
        type: "economy_state",
        balanceSats: sats(totals.balance),
        earnedTodaySats: sats(totals.earned),
        spentTodaySats: sats(3_200),
        dailyLimitSats: sats(50_000),
        pendingInvoices: unpaid.size,
        btcPriceUsd: 100_000,
      },
    },
    {
      at,
      say: {
        type: "treasury_state",
        treasurySats: sats(totals.treasury),
        dailyBurnSats: sats(totals.burn),
        netTodaySats: sats(totals.earned - totals.burn),
      },
    },
  ];

  let began = false;
  let due: number | undefined;
  for (const moment of script) {
    if (!began && moment.at >= 0) {
      // What the history came to.
      yield* say(-1);
      began = true;
    }
    if (due !== undefined && moment.at >= due) {
      yield* say(due);
      due = undefined;
    }
    yield moment;
    if (isFact(moment.say) && count(moment.say) && began) due ??= moment.at + EVERY_MS;
  }
  if (!began) yield* say(-1);
  if (due !== undefined) yield* say(due);
}
