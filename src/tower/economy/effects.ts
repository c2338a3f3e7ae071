import type { Clock } from "../clock.ts";
import type { Database } from "../storage/port.ts";
import type { Effect } from "./decide/decision.ts";
import { pendingEffects } from "./effects-table.ts";

/** Tries one effect, and applies what came of it. Throws when it could not be tried: it is then tried again. */
export type Performer<Kind extends Effect["kind"]> = (
  effect: Extract<Effect, { kind: Kind }>,
) => Promise<"done" | "later">;

export type Performers = { readonly [Kind in Effect["kind"]]: Performer<Kind> };

/** Runs effects after the transaction that wrote them, and again after a restart. */
export interface EffectRunner {
  /** Begins effects that were just written. */
  begin(effects: readonly Effect[]): void;
  /** Begins everything that a former run left undone. */
  recover(): Promise<void>;
  /** Begins nothing more; resolves when what runs has come to rest. What is undone is there at the next start. */
  close(): Promise<void>;
}

/** How long until an effect is tried again, in milliseconds: doubling from the first to the second. */
const RETRY = { first: 500, longest: 30_000 } as const;

/** How many effects run at a time in a lane: brains share one processor, and a restart may find thousands. */
const AT_A_TIME = 64;

/** Effects that share a limit. Brains that take long must not hold up invoices and refunds. */
interface Lane {
  readonly waiting: Effect[];
  running: number;
}

/** A runner of effects. `failed` is told of each try that could not be made. */
export function createEffectRunner(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly performers: Performers;
  readonly failed: (effect: Effect, error: unknown) => void;
}): EffectRunner {
  const { database, clock, performers, failed } = parts;
  const invoices: Lane = { waiting: [], running: 0 };
  // A payee may hold a payment for as long as it likes: that must keep nobody from an invoice.
  const payouts: Lane = { waiting: [], running: 0 };
  const brains: Lane = { waiting: [], running: 0 };
  const lanes: { readonly [Kind in Effect["kind"]]: Lane } = {
    make_invoice: invoices,
    payout: payouts,
    session_payout: payouts,
    withdrawal: payouts,
    evaluate: brains,
    execute: brains,
  };
  const known = new Set<string>();
  const tries = new Map<string, number>();
  const timers = new Set<() => void>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  const perform = (effect: Effect): Promise<"done" | "later"> =>
    // Each kind has the performer of its own kind; the compiler cannot follow the pairing through the table.
    (performers[effect.kind] as (effect: Effect) => Promise<"done" | "later">)(effect);

  function retry(effect: Effect): void {
    if (closed) return;
    const tried = (tries.get(effect.key) ?? 0) + 1;
    tries.set(effect.key, tried);
    const undo = clock.after(Math.min(RETRY.first * 2 ** (tried - 1), RETRY.longest), () => {
      timers.delete(undo);
      lanes[effect.kind].waiting.push(effect);
      pump(lanes[effect.kind]);
    });
    timers.add(undo);
  }

  async function run(effect: Effect): Promise<void> {
    try {
      if ((await perform(effect)) === "later") retry(effect);
      else {
        known.delete(effect.key);
        tries.delete(effect.key);
      }
    } catch (error) {
      failed(effect, error);
      retry(effect);
    }
  }

  function pump(lane: Lane): void {
    while (!closed && lane.running < AT_A_TIME) {
      const effect = lane.waiting.shift();
      if (effect === undefined) return;
      lane.running += 1;
      const running = run(effect).finally(() => {
        lane.running -= 1;
        underWay.delete(running);
        pump(lane);
      });
      underWay.add(running);
    }
  }

  function begin(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (known.has(effect.key)) continue;
      known.add(effect.key);
      lanes[effect.kind].waiting.push(effect);
    }
    for (const lane of [invoices, payouts, brains]) pump(lane);
  }

  return {
    begin,
    async recover() {
      begin(await database.read(pendingEffects));
    },
    async close() {
      closed = true;
      for (const undo of timers) undo();
      timers.clear();
      await Promise.all(underWay);
    },
  };
}
