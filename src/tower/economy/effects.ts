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
  /** Begins nothing more and waits for nothing: what is undone is there at the next start. */
  close(): void;
}

/** How long until an effect is tried again, in milliseconds: doubling from the first to the second. */
const RETRY = { first: 500, longest: 30_000 } as const;

/** How many effects run at a time: brains share one processor, and a restart may find thousands. */
const AT_A_TIME = 64;

/** A runner of effects. `failed` is told of each try that could not be made. */
export function createEffectRunner(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly performers: Performers;
  readonly failed: (effect: Effect, error: unknown) => void;
}): EffectRunner {
  const { database, clock, performers, failed } = parts;
  const waiting: Effect[] = [];
  const known = new Set<string>();
  const tries = new Map<string, number>();
  const timers = new Set<() => void>();
  let running = 0;
  let closed = false;

  const perform = (effect: Effect): Promise<"done" | "later"> =>
    // Each kind has the performer of its own kind; the compiler cannot follow the pairing through the table.
    (performers[effect.kind] as (effect: Effect) => Promise<"done" | "later">)(effect);

  function retry(effect: Effect): void {
    const tried = (tries.get(effect.key) ?? 0) + 1;
    tries.set(effect.key, tried);
    const undo = clock.after(Math.min(RETRY.first * 2 ** (tried - 1), RETRY.longest), () => {
      timers.delete(undo);
      waiting.push(effect);
      pump();
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
      if (closed) return;
      failed(effect, error);
      retry(effect);
    }
  }

  function pump(): void {
    while (!closed && running < AT_A_TIME) {
      const effect = waiting.shift();
      if (effect === undefined) return;
      running += 1;
      void run(effect).finally(() => {
        running -= 1;
        pump();
      });
    }
  }

  function begin(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (known.has(effect.key)) continue;
      known.add(effect.key);
      waiting.push(effect);
    }
    pump();
  }

  return {
    begin,
    async recover() {
      begin((await database.read(pendingEffects)).map((pending) => pending.effect));
    },
    close() {
      closed = true;
      for (const undo of timers) undo();
      timers.clear();
    },
  };
}
