import type { Tries } from "./tries.ts";
import type { SettlementHint } from "./wallet.ts";

/** An invoice that the wallet says was settled, and when: milliseconds since 1970 by the wallet's own clock. */
export interface Settled {
  readonly paymentHash: string;
  readonly settledAt: number;
}

/** A wallet that has a list of what was settled, to be looked at again and again. */
export interface LookedAt {
  /**
   * What was settled at `since` (milliseconds since 1970) or later, the newest first; older ones among it do no harm. `undefined`: the
   * newest few. May reject: it is asked again.
   */
  settledSince(since: number | undefined): Promise<readonly Settled[]>;
  /** Milliseconds since 1970 by the tower's clock. */
  readonly now: () => number;
  /** How often it is looked at, in milliseconds. */
  readonly pollMs: number;
  /** How far before the newest each look begins, in milliseconds: what was written late, or in the same instant, is not missed. */
  readonly overlapMs: number;
  /** How it goes with the looks. */
  readonly tries: Tries;
}

/** Following that is under way. */
export interface Following {
  /** Looks at once: something was heard. */
  lookNow(): void;
  stop(): void;
}

/**
 * Looks for settled invoices every `pollMs` and tells each hash once, the oldest first. The cursor is the time of the newest. Without one
 * the first look only learns what is old, by the tower's clock. What cannot be asked now is asked the next time.
 */
export function followByLooking(
  { settledSince, now, pollMs, overlapMs, tries }: LookedAt,
  listener: (hint: SettlementHint) => void,
  after?: string,
): Following {
  const told = new Map<string, number>();
  const startedAt = now();
  let newest = after !== undefined && /^\d{1,15}$/.test(after) ? Number(after) : undefined;
  let isOver = false;
  let isLooking = false;
  let isAskedAgain = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const since = newest === undefined ? undefined : newest - overlapMs;
    const settled = [...(await settledSince(since))].reverse().sort((a, b) => a.settledAt - b.settledAt);
    for (const { paymentHash, settledAt } of settled) {
      if (isOver) return;
      if (told.has(paymentHash) || settledAt < (since ?? 0)) continue;
      told.set(paymentHash, settledAt);
      newest = Math.max(newest ?? 0, settledAt);
      // What was settled before anybody followed is the sweep's, not news. What came before the first look's answer is.
      if (since !== undefined || settledAt >= startedAt) listener({ paymentHash, cursor: String(newest) });
    }
    newest ??= 0;
    for (const [hash, at] of told) if (at < newest - overlapMs) told.delete(hash);
  }

  function run(): void {
    isLooking = true;
    isAskedAgain = false;
    const next = () => {
      isLooking = false;
      if (!isOver) timer = setTimeout(run, isAskedAgain ? 0 : pollMs);
    };
    look().then(
      () => {
        next();
        tries.worked();
      },
      (error: unknown) => {
        // A wallet that does not answer is asked again; the sweep finds what was missed.
        next();
        if (!isOver) tries.failed(error);
      },
    );
  }
  run();

  return {
    lookNow() {
      isAskedAgain = true;
      if (isOver || isLooking) return;
      clearTimeout(timer);
      run();
    },
    stop() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
