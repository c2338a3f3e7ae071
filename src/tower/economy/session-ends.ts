import { timestamp } from "../../protocol/ids.ts";
import type { SessionRecord } from "../../protocol/records.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../storage/port.ts";
import { type Alarm, createAlarm, doEach } from "./alarm.ts";
import { decision } from "./decide/decision.ts";
import { endSession, isLive, withoutInvoice } from "./decide/session.ts";
import { openSessionInvoices } from "./invoices.ts";
import type { Reconciler } from "./reconcile.ts";
import { onSession } from "./session-books.ts";
import {
  dueSessions,
  invoiceEnd,
  lifeEnd,
  nextSessionDeadline,
  readSession,
  sessionDeadline,
} from "./sessions.ts";
import type { Transactor } from "./transactor.ts";

/** Ends sessions whose deposit never came, and those in which nothing happens any more; takes away invoices that can be paid no more. */
export interface SessionEnds extends Omit<Alarm, "dueAt"> {
  /** Takes note of sessions that have changed. */
  changed(sessions: readonly SessionRecord[]): void;
}

/** Ends of sessions over the session table. `idle` is how long a session lives unused, in milliseconds. */
export function createSessionEnds(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly idle: number;
  readonly failed: (error: unknown) => void;
}): SessionEnds {
  const { database, transactor, reconciler, clock, idle, failed } = parts;

  async function end(due: SessionRecord): Promise<void> {
    const { sessionId } = due;
    // A payment may have come that nobody told us of: the wallet is asked before anything expires.
    for (const { paymentHash, paymentRequest } of await database.read((sql) =>
      openSessionInvoices(sql, sessionId),
    )) {
      // As long as the session lives, a payment of another invoice loses nothing by being found later.
      if (livesAt(due, clock.now()) && paymentRequest !== due.paymentRequest) continue;
      await reconciler.reconcile(paymentHash);
    }
    await transactor.run(async (sql, { now }) => {
      const session = await readSession(sql, sessionId);
      if ((sessionDeadline(session) ?? Number.POSITIVE_INFINITY) > now) return nothing;
      if (livesAt(session, now)) {
        return { decision: decision({ sessions: [withoutInvoice(session)] }), result: undefined };
      }
      if (session.reservedSats > 0) {
        // A request waits for its turn: the session lives as long as it.
        return { decision: decision({ sessions: [withLife(session, now, idle)] }), result: undefined };
      }
      const balance = await onSession(sql, due);
      return { decision: endSession(session, "expired", balance), result: undefined };
    });
  }

  const endDue = async (isClosed: () => boolean): Promise<boolean> =>
    doEach(await database.read((sql) => dueSessions(sql, clock.now())), end, { isClosed, failed });

  const alarm = createAlarm({
    clock,
    doDue: endDue,
    nextDue: () => database.read(nextSessionDeadline),
    failed,
  });
  return {
    ...alarm,
    changed(sessions) {
      for (const session of sessions) alarm.dueAt(sessionDeadline(session));
    },
  };
}

const livesAt = (session: SessionRecord, now: number): boolean =>
  isLive(session) && (lifeEnd(session) ?? now) > now;

const nothing = { decision: decision({}), result: undefined };

/** The session with more time; an invoice that can be paid no more goes with it. */
const withLife = (session: SessionRecord, now: number, idle: number): SessionRecord => ({
  ...((invoiceEnd(session) ?? now) > now ? session : withoutInvoice(session)),
  expiresAt: timestamp(now + idle),
});
