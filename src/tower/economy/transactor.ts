import type { Clock } from "../clock.ts";
import type { Database, Sql } from "../storage/port.ts";
import { type Applied, apply, type Moment } from "./apply.ts";
import type { PhaseLimits } from "./decide/deadline.ts";
import type { Decision } from "./decide/decision.ts";

/** Decides inside a transaction, from what is true there and then. Throwing leaves nothing behind. */
export type Decide<Result> = (
  sql: Sql,
  moment: Moment,
) => Promise<{ readonly decision: Decision; readonly result: Result }>;

/** The one way anything about jobs and money changes. */
export interface Transactor {
  /** Runs one transaction, and tells the listeners once it is durable. */
  run<Result>(decide: Decide<Result>): Promise<Result>;
  /** Calls `listener` after every commit that changed something. Returns its own undo. */
  onApplied(listener: (applied: Applied) => void): () => void;
}

/** A transactor over the tower's database. `dayOf` names the calendar day of an instant. */
export function createTransactor(parts: {
  readonly database: Database;
  readonly clock: Clock;
  readonly dayOf: (at: number) => { readonly name: string };
  readonly limits: PhaseLimits;
  /** How long a session lives in which nothing happens, in milliseconds. */
  readonly sessionIdle: number;
}): Transactor {
  const { database, clock, dayOf, limits, sessionIdle } = parts;
  const listeners = new Set<(applied: Applied) => void>();
  return {
    async run(decide) {
      const { applied, result } = await database.transaction(async (sql) => {
        const now = clock.now();
        const moment: Moment = { now, day: dayOf(now).name, limits, sessionIdle };
        const { decision, result } = await decide(sql, moment);
        return { applied: await apply(sql, decision, moment), result };
      });
      const { facts, effects, moved } = applied;
      if (facts.length > 0 || effects.length > 0 || moved) {
        for (const listener of [...listeners]) listener(applied);
      }
      return result;
    },
    onApplied(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
