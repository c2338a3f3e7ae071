import { randomBytes } from "node:crypto";
import { shortJobId } from "../../../job/chat.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sats } from "../../../protocol/units.ts";
import type { Clock } from "../../clock.ts";
import type { Wallet } from "../../lightning/wallet.ts";
import type { Database, Sql } from "../../storage/port.ts";
import { type Decision, decision } from "../decide/decision.ts";
import {
  assertAboveLeast,
  assertNodeCanPay,
  assertOwed,
  type ClaimInvoice,
  claimRefund,
  LATER_OR_SESSION,
} from "../decide/refund.ts";
import { closeSession, endSession, restOf } from "../decide/session.ts";
import type { Caller } from "../economy.ts";
import { ownJob, ownSession } from "../intents/intent.ts";
import { givenInvoice, withOwnership } from "../payee.ts";
import { leastPayout, payingWallet } from "../paying-wallet.ts";
import { onSession } from "../session-books.ts";
import type { Transactor } from "../transactor.ts";
import { findLink, type OwedOf, putLink, type StoredLink, takeLink } from "./links-table.ts";

/** How long a link is good, in milliseconds: to get out a phone, not more. */
const LINK_LIFE = 600_000;

/** A link to what is owed: whoever has its secret takes it, once. */
export interface WithdrawLink {
  /** 256 random bits in hex. A secret: only its hash is kept. */
  readonly k1: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What is owed, for whoever has a link to it, with an invoice of any wallet's. */
export interface WithdrawLinks {
  /**
   * A link to what the caller's own job or session owes; the one before it is then worth nothing. A session is closed by it, so that
   * what is left stays what it is. Refuses with `unknown_job`, `unknown_session`, `forbidden`, `nothing_owed`, `payout_in_flight`,
   * `session_busy`, and with `below_minimum` what Lightning does not pay out; nothing has then changed.
   */
  make(caller: Caller, of: OwedOf): Promise<WithdrawLink>;
  /** What a link is to. Refuses with `not_found` when it is not good, or not any more, and as {@link WithdrawLinks.make} does. */
  offer(k1: string): Promise<{ readonly amount: Sats; readonly description: string }>;
  /**
   * Takes what is owed to an invoice for exactly that: the link is used up and the payout written down in one transaction, before anything
   * is paid. A refusal leaves the link as it was. Asked again with the same invoice it does nothing. Refuses as
   * {@link WithdrawLinks.offer} and any refund's claim do.
   */
  claim(k1: string, paymentRequest: string): Promise<void>;
}

/** Links over the tower's books. */
export function createWithdrawLinks(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly wallet: Pick<Wallet, "network" | "kind" | "leastFeeLimit">;
  /** The most that the routes of refunds may cost in a day. */
  readonly dailyRouting: () => Sats;
  readonly clock: Clock;
}): WithdrawLinks {
  const { clock, database, transactor } = parts;

  /** What is owed to the caller. Refuses what is owed to nobody, on its way, too little to go out, or not to be paid just now. */
  async function owedTo(sql: Sql, caller: Caller, of: OwedOf, now: number): Promise<Sats> {
    const amount = await owed(sql, caller, of);
    assertAboveLeast(amount, { leastSats: leastPayout(parts) });
    const wallet = await payingWallet(sql, parts, amount, now);
    assertNodeCanPay(amount, wallet, of.kind === "job" ? LATER_OR_SESSION : undefined);
    return amount;
  }

  /** What follows when an invoice takes what is owed: what follows from any other claim with it. */
  async function claimed(sql: Sql, link: StoredLink, invoice: ClaimInvoice, now: number): Promise<Decision> {
    const { of } = link;
    if (of.kind === "job") {
      const job = await ownJob(sql, ownerOf(link), of.jobId);
      return claimRefund(job, invoice, await payingWallet(sql, parts, job.owedSats, now), now);
    }
    const session = await ownSession(sql, ownerOf(link), of.sessionId);
    const balance = await onSession(sql, of);
    const payee = { invoice, wallet: await payingWallet(sql, parts, restOf(session, balance), now) };
    return closeSession(session, balance, payee, now);
  }

  return {
    make: (caller, of) =>
      transactor.run(async (sql, { now }) => {
        await owedTo(sql, caller, of, now);
        const k1 = randomBytes(32).toString("hex");
        const expiresAt = now + LINK_LIFE;
        await putLink(sql, k1, { of, ownerId: caller.ownerId, expiresAt }, now);
        return { decision: await ended(sql, caller, of), result: { k1, expiresAt } };
      }),
    offer: (k1) =>
      database.read(async (sql) => {
        const now = clock.now();
        const link = await goodLink(sql, k1, now);
        if (link.paymentHash !== undefined) refuse("conflict", TAKEN);
        return { amount: await owedTo(sql, ownerOf(link), link.of, now), description: describe(link.of) };
      }),
    async claim(k1, paymentRequest) {
      const invoice = givenInvoice(paymentRequest);
      await transactor.run(async (sql, { now }) => {
        const link = await goodLink(sql, k1, now);
        if (link.paymentHash === invoice.paymentHash) return { decision: decision({}), result: undefined };
        if (link.paymentHash !== undefined) refuse("conflict", TAKEN);
        const decided = await claimed(sql, link, await withOwnership(sql, invoice), now);
        await takeLink(sql, k1, invoice.paymentHash);
        return { decision: decided, result: undefined };
      });
    },
  };
}

const TAKEN = "This link was used already: ask the tower for a new one if something is still owed.";

/** A link that is good. Refuses with `not_found` every other, whyever it is not. */
async function goodLink(sql: Sql, k1: string, now: number): Promise<StoredLink> {
  const link = await findLink(sql, k1);
  if (link === undefined || link.expiresAt < now)
    refuse("not_found", "This link is not good, or not any more: ask the tower for a new one.");
  return link;
}

/** Whoever asked for a link, as whom it is used. */
const ownerOf = ({ ownerId }: StoredLink): Caller => ({ ownerId, role: "visitor" });

async function owed(sql: Sql, caller: Caller, of: OwedOf): Promise<Sats> {
  if (of.kind === "session")
    return restOf(await ownSession(sql, caller, of.sessionId), await onSession(sql, of));
  const job = await ownJob(sql, caller, of.jobId);
  assertOwed(job);
  return job.owedSats;
}

/** Closes the session that a link is made to. */
async function ended(sql: Sql, caller: Caller, of: OwedOf): Promise<Decision> {
  if (of.kind === "job") return decision({});
  return endSession(await ownSession(sql, caller, of.sessionId), "closed", await onSession(sql, of));
}

/** What the wallet shows, and writes on its invoice unless its person changes it. */
const describe = (of: OwedOf): string =>
  of.kind === "job" ? `Refund of job ${shortJobId(of.jobId)}` : "What is left of a session";
