import type { Clock } from "../clock.ts";
import type { Database } from "../storage/port.ts";
import { type Alarm, createAlarm } from "./alarm.ts";
import { eachOf } from "./each-of.ts";
import { type DueLook, dueLooks, nextLook, noteLook } from "./invoices.ts";
import type { Reconciler } from "./reconcile.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Between two looks at an invoice that can be paid: doubling from the first to the second, in milliseconds. */
const WHILE_OPEN = { first: 30 * SECOND, longest: 600 * SECOND } as const;
/** The same once it has expired: a payment that was under way may settle hours later. */
const AFTER_EXPIRY = { first: 60 * SECOND, longest: 6 * HOUR } as const;
/** How long after its expiry an invoice is still asked about, in milliseconds. */
const WATCHED_AFTER_EXPIRY = 7 * 24 * HOUR;
/** How many invoices are asked about in one go: the others are due all the same, and come next. */
const AT_A_TIME = 200;
/** How many of them at the same time. */
const AT_ONCE = 8;

/**
 * Asks the wallet about every invoice that nothing was credited for, again and again, until long after its expiry: hints are
 * lost, and a settlement that nobody told of must be found all the same.
 */
export function createInvoiceWatch(parts: {
  readonly database: Database;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}): Alarm {
  const { database, reconciler, clock, failed } = parts;

  async function lookAt(invoice: DueLook): Promise<void> {
    const { paymentHash } = invoice;
    // When the wallet cannot be asked, its next turn comes all the same.
    await reconciler.reconcile(paymentHash).catch(failed);
    await database.transaction((sql) => noteLook(sql, paymentHash, nextLookAfter(invoice, clock.now())));
  }

  return createAlarm({
    clock,
    failed,
    nextDue: () => database.read(nextLook),
    async doDue(isClosed) {
      const due = await database.read((sql) => dueLooks(sql, clock.now(), AT_A_TIME));
      await eachOf(due, AT_ONCE, lookAt, isClosed);
      return true;
    },
  });
}

/** When an invoice made at `now` is first asked about; milliseconds since 1970. */
export const firstLook = (now: number): number => now + WHILE_OPEN.first;

/** When an invoice is asked about after it was asked about at `now`; undefined: no more. Milliseconds since 1970. */
function nextLookAfter({ expiresAt, looks }: DueLook, now: number): number | undefined {
  if (now < expiresAt) {
    const next = now + Math.min(WHILE_OPEN.first * 2 ** looks, WHILE_OPEN.longest);
    // Its last instant is looked at as such.
    return Math.min(next, expiresAt + SECOND);
  }
  if (now > expiresAt + WATCHED_AFTER_EXPIRY) return undefined;
  return now + Math.min(Math.max(AFTER_EXPIRY.first, now - expiresAt), AFTER_EXPIRY.longest);
}
