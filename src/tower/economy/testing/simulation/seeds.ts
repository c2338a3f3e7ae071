import { simulate } from "./simulate.ts";

const STEPS = 40;
const SEEDS = process.env["LONG"] === "1" ? 10_000 : 1_000;
/** A seed that failed, to live through it again. */
const replayed = process.env["SEED"];

/** What must come about once in every ten seeds on average: else the simulation has grown thin. */
const WANTED = [
  "job_started",
  "invoice_request",
  "invoice_settled in time",
  "invoice_settled in time, queued",
  "invoice_settled late",
  "invoice_expired",
  "job_queued",
  "job_dequeued",
  "job_completed completed",
  "job_completed rejected",
  "job_completed failed",
  "job_completed expired",
  "job_completed cancelled",
  "refund_claimed",
  "refund_settled",
  "refund_failed failed",
  "refund_failed unknown",
  "refund_settled as credit",
  "day_started",
  "job_started for session",
  "job_started for l402",
  "job_started for treasury",
  "invoice_settled by session",
  "invoice_settled by token",
  "invoice_settled by treasury",
  "session_state active",
  "session_state paused",
  "session_state expired",
  "session_state closed, paying",
  "session_state closed, paid",
  "session_state closed, unknown",
  "booked fund_received",
  "booked funds_reserved",
  "booked reservation_priced",
  "booked refund_credited",
  "booked session_ended",
  "booked deposit_received",
  "booked receiving_cost",
  "booked treasury_paid",
  "booked payout_failed",
  "withdrawal paid",
  "withdrawal failed",
  "refused daily_limit",
  "refused balance_too_low",
];

/** What must come about once in every forty seeds on average. */
const WANTED_SELDOM = [
  "refused wallet_low",
  "refused session_paused",
  "refused treasury_too_low",
  "session_state closed, owed",
  "session_state expired, owed",
  "session_state expired, paid",
  "refused session_busy",
  "refused invoice_expired",
];

/** What many seeds came to. */
export interface Lived {
  /** The first failures: each says its seed. */
  readonly failed: readonly unknown[];
  /** How often each kind of fact came about, in all seeds together. */
  readonly reached: ReadonlyMap<string, number>;
  /** How many seeds were lived through. */
  readonly seeds: number;
}

/**
 * Lives through one of `parts` parts of the seeds, so that several test files use several processors; with `SEED` set,
 * through that one alone, in every part.
 */
export async function liveThrough(part: number, parts: number): Promise<Lived> {
  const all = Array.from({ length: SEEDS }, (_, index) => index + 1);
  const seeds = replayed === undefined ? all.filter((seed) => seed % parts === part) : [Number(replayed)];
  const failed: unknown[] = [];
  const reached = new Map<string, number>();
  for (const seed of seeds) {
    try {
      for (const [kind, times] of (await simulate(seed, STEPS)).reached)
        reached.set(kind, (reached.get(kind) ?? 0) + times);
    } catch (error) {
      failed.push(error);
    }
    if (failed.length >= 3) break;
  }
  return { failed, reached, seeds: seeds.length };
}

/** Throws when something that must be seen often was seen too seldom. One seed alone need not see it. */
export function expectEverythingReached({ reached, seeds }: Lived): void {
  const seldomer = (kinds: readonly string[], every: number): readonly string[] =>
    kinds.filter((kind) => (reached.get(kind) ?? 0) < Math.floor(seeds / every));
  const thin = [...seldomer(WANTED, 10), ...seldomer(WANTED_SELDOM, 40)];
  if (thin.length > 0) throw new Error(`too seldom in ${seeds} seeds: ${thin.join(", ")}`);
}
