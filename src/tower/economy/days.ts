import type { Clock } from "../clock.ts";
import type { Day } from "../ledger/day.ts";
import { readMeta, writeMeta } from "../storage/meta.ts";
import type { Sql } from "../storage/port.ts";
import { type Decision, decision } from "./decide/decision.ts";
import type { Transactor } from "./transactor.ts";

/** How soon to try again when a day could not be started, in milliseconds. */
const DAY_RETRY = 60_000;

/** Starts each day of the tower's time zone, once. */
export interface Days {
  /** Starts today unless it was started already, also when the tower was down at midnight. */
  start(): Promise<void>;
  /** Starts every day from the next on. */
  follow(): void;
  close(): void;
}

/** Days over the log. `begun` is awaited once a day has begun; `failed` is told of one that could not, which is tried again. */
export function createDays(parts: {
  readonly transactor: Transactor;
  readonly clock: Clock;
  readonly dayOf: (at: number) => Day;
  readonly timeZone: string;
  readonly begun: () => Promise<void>;
  readonly failed: (error: unknown) => void;
}): Days {
  const { transactor, clock, dayOf, timeZone, begun, failed } = parts;
  let closed = false;
  let undoMidnight = (): void => undefined;

  async function start(): Promise<void> {
    const day = dayOf(clock.now());
    await transactor.run(async (sql) => ({
      decision: await dayDecision(sql, day.name, timeZone),
      result: undefined,
    }));
    await begun();
  }

  function awaitMidnight(milliseconds = dayOf(clock.now()).nextMs - clock.now()): void {
    if (closed) return;
    undoMidnight = clock.after(milliseconds, () => {
      start().then(
        () => awaitMidnight(),
        (error) => {
          failed(error);
          awaitMidnight(DAY_RETRY);
        },
      );
    });
  }

  return {
    start,
    follow: () => awaitMidnight(),
    close() {
      closed = true;
      undoMidnight();
    },
  };
}

async function dayDecision(sql: Sql, day: string, timeZone: string): Promise<Decision> {
  if ((await readMeta(sql, "day")) === day) return decision({});
  await writeMeta(sql, "day", day);
  return decision({ facts: [{ type: "day_started", day, timeZone }] });
}
