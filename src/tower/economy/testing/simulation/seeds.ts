import { simulate } from "./simulate.ts";

const STEPS = 40;
const SEEDS = process.env["LONG"] === "1" ? 10_000 : 1_000;
/** A seed that failed, to live through it again. */
const replayed = process.env["SEED"];

/** What must come about in every ten seeds, on average once at least: else the simulation has grown thin. */
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
  "day_started",
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
  const thin = WANTED.filter((kind) => (reached.get(kind) ?? 0) < Math.floor(seeds / 10));
  if (thin.length > 0) throw new Error(`too seldom in ${seeds} seeds: ${thin.join(", ")}`);
}
