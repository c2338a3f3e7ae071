import { type Msat, msat, NO_MSAT } from "../../protocol/units.ts";
import {
  belongsToPayer,
  kindOf,
  MODEL_EXPENSE,
  NODE,
  PAYOUTS_IN_FLIGHT,
  RECEIVING_EXPENSE,
  ROUTING_EXPENSE,
} from "./accounts.ts";
import { changes, type Posting } from "./double-entry.ts";

/** What is summed up over time. */
export type Measure = "earned" | "burn" | "spent";

const QUARTER_HOUR = 15 * 60 * 1000;

/**
 * The start of the quarter of an hour of an instant, both in ms. Offsets of time zones are whole quarters of an hour,
 * so every day in every zone is made of whole ones.
 */
export const quarterHour = (atMs: number): number =>
  atMs - (((atMs % QUARTER_HOUR) + QUARTER_HOUR) % QUARTER_HOUR);

/**
 * What one transaction adds to each measure. `earned`: revenue recognised. `burn`: expense for models, routing and channels.
 * `spent`: what left the node for good, less what was owed to payers and what never arrived; a payout leaves when it succeeds.
 */
export function measure(postings: readonly Posting[]): ReadonlyMap<Measure, Msat> {
  let earned = 0n;
  let burn = 0n;
  let left = 0n;
  let repaid = 0n;
  let kept = 0n;
  for (const [account, amount] of changes(postings)) {
    if (kindOf(account) === "revenue") earned -= amount;
    if (account === MODEL_EXPENSE || account === ROUTING_EXPENSE) burn += amount;
    if (account === RECEIVING_EXPENSE) kept += amount;
    if (account === NODE || account === PAYOUTS_IN_FLIGHT) left -= amount;
    if (belongsToPayer(account)) repaid += amount;
  }
  const spent = left > 0n ? left - kept - (repaid > 0n ? repaid : 0n) : NO_MSAT;
  burn += kept;
  const measures = new Map<Measure, Msat>();
  if (earned !== 0n) measures.set("earned", msat(earned));
  if (burn !== 0n) measures.set("burn", msat(burn));
  if (spent > 0n) measures.set("spent", msat(spent));
  return measures;
}
