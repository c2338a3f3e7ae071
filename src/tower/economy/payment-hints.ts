import type { Clock } from "../clock.ts";

/** Takes hints of payments from anybody, and never asks more of the wallet than it bears. */
export interface PaymentHints {
  /** Somebody says that this invoice was paid: it is asked about soon, if it is one of ours that waits for it. */
  hint(paymentHash: string): void;
  /** Forgets what waits, and resolves once what is under way has ended. Later hints are not taken. */
  close(): Promise<void>;
}

/** How long one hash is left alone once it was asked about, in milliseconds. */
const WINDOW = 5_000;
/** How many are asked about at a time. */
const AT_ONCE = 4;
/** How many are remembered together. What is beyond is dropped: every open invoice is asked about without any hint too. */
const MOST_HASHES = 2_000;

/**
 * Hints that end in `reconcile`: for one hash at most once within a few seconds, for all of them a few at a time. A hint that comes within
 * the window is not lost; it is followed when the window ends.
 */
export function createPaymentHints(parts: {
  readonly reconcile: (paymentHash: string) => Promise<void>;
  readonly clock: Clock;
  /** Told of what could not be asked about; it is asked about without a hint later. */
  readonly failed: (error: unknown) => void;
}): PaymentHints {
  const { clock, failed, reconcile } = parts;
  /** What is known of a hash: it waits or is being asked about, or was, and then whether somebody hinted at it since. */
  const known = new Map<string, { isAgain: boolean; undo?: () => void }>();
  const waiting: string[] = [];
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  async function ask(paymentHash: string): Promise<void> {
    try {
      await reconcile(paymentHash);
    } catch (error) {
      failed(error);
    }
  }

  function rest(paymentHash: string): void {
    const entry = known.get(paymentHash);
    if (entry === undefined) return;
    entry.undo = clock.after(WINDOW, () => {
      known.delete(paymentHash);
      if (entry.isAgain) hint(paymentHash);
    });
  }

  function begin(): void {
    while (!isClosed && underWay.size < AT_ONCE) {
      const next = waiting.shift();
      if (next === undefined) return;
      // What is hinted at from here on may have happened after the wallet was asked.
      known.set(next, { isAgain: false });
      const asking = ask(next).then(() => {
        underWay.delete(asking);
        if (isClosed) return;
        rest(next);
        begin();
      });
      underWay.add(asking);
    }
  }

  function hint(paymentHash: string): void {
    if (isClosed) return;
    const entry = known.get(paymentHash);
    if (entry !== undefined) {
      entry.isAgain = true;
      return;
    }
    if (known.size >= MOST_HASHES) return;
    known.set(paymentHash, { isAgain: false });
    waiting.push(paymentHash);
    begin();
  }

  return {
    hint,
    async close() {
      isClosed = true;
      waiting.length = 0;
      for (const { undo } of known.values()) undo?.();
      known.clear();
      await Promise.all(underWay);
    },
  };
}
