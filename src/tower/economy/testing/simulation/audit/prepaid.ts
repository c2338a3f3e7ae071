import type { JobId, SessionId, TokenId } from "../../../../../protocol/ids.ts";
import type { JobRecord, SessionRecord } from "../../../../../protocol/records.ts";
import type { PlayWallet } from "../../../../lightning/play/play-wallet.ts";
import { type Sql, safeNumber } from "../../../../storage/port.ts";
import type { Outgoing } from "../../../decide/decision.ts";
import type { TestEconomy } from "../../economy.ts";
import type { Witness } from "../witness.ts";
import type { JobBook } from "./job-book.ts";
import type { MoneyBook } from "./money-book.ts";
import { heldForTreasury, takenFromFund } from "./rightful.ts";
import { expectSame } from "./same.ts";

/** Below this a session is paused, in sats. */
const PAUSE = 50;

/** What looking at sessions, tokens and the treasury takes. */
export interface PrepaidParts {
  readonly sql: Sql;
  /** As the tower sees it. */
  readonly tower: Pick<TestEconomy, "wallet">;
  /** The wallet itself, which always says what became of a payment. */
  readonly wallet: Pick<PlayWallet, "lookupPayment">;
  readonly jobs: JobBook;
  readonly money: MoneyBook;
  readonly witness: Witness;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A payment to the tower that was credited, by the wallet's own word. */
interface Credit {
  /** Whose it is: the id of a session or token, or `deposit`. */
  readonly of: string;
  readonly amount: bigint;
  readonly inTime: boolean;
}

const inMsat = (sats: number): bigint => BigInt(sats) * 1_000n;
const credits = (money: MoneyBook, account: string): bigint => -(money.balances.get(account) ?? 0n);
const isLive = ({ state }: SessionRecord): boolean => state === "active" || state === "paused";
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** Everything that was paid ahead is where it belongs: on sessions, on tokens, in the treasury, in jobs, or gone back. */
export async function expectPrepaidRightful(parts: PrepaidParts): Promise<void> {
  const { sql, jobs, money, witness } = parts;
  const received = await creditsOf(parts);
  const taken = takenByFund(jobs, witness);
  const paidOut = await paidOutOf(parts);
  for (const session of jobs.sessions.values()) {
    expectAsBooked(session, parts);
    expectNotOverdue(session, parts.now);
    expectOwn(session, parts, {
      received: received.filter(({ of }) => of === session.sessionId),
      taken: taken.get(session.sessionId) ?? 0n,
      paidOut: paidOut.get(session.sessionId) ?? 0n,
    });
  }
  const tokens = await sql.all<{ token_id: TokenId }>("SELECT token_id FROM token");
  for (const { token_id: id } of tokens) {
    const paid = sum(received.filter(({ of }) => of === id).map(({ amount }) => amount));
    expectSame(`what token ${id} holds`, credits(money, `token:${id}`), paid - (taken.get(id) ?? 0n));
  }
  expectNobodyElses(jobs.sessions, tokens, money);
  const inJobs = [...jobs.jobs.values()].map((job) =>
    heldForTreasury(job, jobs.setAside.get(job.jobId) ?? 0),
  );
  expectSame(
    "what the treasury has in jobs",
    money.balances.get("expense:treasury_jobs") ?? 0n,
    sum(inJobs.map(inMsat)),
  );
  const deposits = received.filter(({ of }) => of === "deposit").map(({ amount }) => amount);
  expectSame("what operators put in", credits(money, "deposits"), sum(deposits));
}

/** What was credited for sessions, tokens and deposits. Throws at what the wallet has not received. */
async function creditsOf({ sql, tower }: PrepaidParts): Promise<readonly Credit[]> {
  const rows = await sql.all<{ payment_hash: string; of: string; expires_at_ms: bigint }>(
    `SELECT payment_hash, COALESCE(session_id, token_id, kind) AS of, expires_at_ms FROM invoice
     WHERE job_id IS NULL AND credited_seq IS NOT NULL`,
  );
  return Promise.all(
    rows.map(async (row) => {
      const status = await tower.wallet.lookupInvoice(row.payment_hash);
      if (status.state !== "settled") throw new Error(`${row.of} was credited what nobody paid`);
      const inTime = status.settledAt <= safeNumber(row.expires_at_ms);
      return { of: row.of, amount: status.amount, inTime };
    }),
  );
}

/** What jobs took of each session and token, in msat. */
function takenByFund({ jobs, setAside }: JobBook, witness: Witness): ReadonlyMap<string, bigint> {
  const taken = new Map<string, bigint>();
  for (const job of jobs.values()) {
    const fund = fundOf(job);
    if (fund === undefined) continue;
    const sats = takenFromFund(job, setAside.get(job.jobId) ?? 0, witness(job.request));
    taken.set(fund, (taken.get(fund) ?? 0n) + inMsat(sats));
  }
  return taken;
}

const fundOf = ({ funding, sessionId, tokenId }: JobRecord): string | undefined =>
  funding === "session" ? sessionId : funding === "l402" ? tokenId : undefined;

/** What was paid out of each session, in msat: what the tower says it is done with, and the wallet says it has paid. */
async function paidOutOf({ sql, wallet }: PrepaidParts): Promise<ReadonlyMap<string, bigint>> {
  const rows = await sql.all<{ payload: string }>(
    "SELECT payload FROM effect WHERE kind = 'session_payout' AND state = 'done'",
  );
  const paid = new Map<string, bigint>();
  for (const { payload } of rows) {
    const sent = JSON.parse(payload) as Outgoing & { readonly sessionId: SessionId };
    const { state } = await wallet.lookupPayment(sent.paymentHash);
    if (state !== "succeeded") continue;
    paid.set(sent.sessionId, (paid.get(sent.sessionId) ?? 0n) + inMsat(sent.amountSats));
  }
  return paid;
}

/** A session says of itself what the books say. */
function expectAsBooked(session: SessionRecord, { jobs, money }: PrepaidParts): void {
  const { sessionId } = session;
  const balance = credits(money, `session:${sessionId}`);
  const open = [...jobs.jobs.values()].filter((job) => job.sessionId === sessionId && job.phase !== "closed");
  const inJobs = open.map(
    ({ jobId }) => credits(money, `escrow:${jobId}`) + credits(money, `reserved:${jobId}`),
  );
  const booked = {
    balanceSats: Number(balance / 1_000n),
    reservedSats: Number(sum(inJobs)) / 1_000,
    owedSats: Number(credits(money, `refund:${sessionId}`)) / 1_000,
  };
  const { balanceSats, reservedSats, owedSats, state, refund } = session;
  expectSame(`session ${sessionId} (${state})`, { balanceSats, reservedSats, owedSats }, booked);
  if (isLive(session)) expectSame("whether a session is paused", state === "paused", balanceSats < PAUSE);
  else if (balance + sum(inJobs) > 0n) throw new Error(`session ${sessionId} is ${state} and has a balance`);
  const isUnclaimed = refund === "none" || refund === "paid";
  if (isUnclaimed && owedSats > 0)
    throw new Error(`session ${sessionId} owes ${owedSats} sats that nobody can claim`);
}

/** What came for a session, and what was owed and put on it, is on it, in its jobs, earned, owed back, or paid back. */
function expectOwn(
  session: SessionRecord,
  { money, jobs }: PrepaidParts,
  own: { readonly received: readonly Credit[]; readonly taken: bigint; readonly paidOut: bigint },
): void {
  const { sessionId } = session;
  const came = sum(own.received.map(({ amount }) => amount));
  const put = money.creditedBack.get(`session:${sessionId}`) ?? 0n;
  const left = credits(money, `session:${sessionId}`) + credits(money, `refund:${sessionId}`);
  const lost = came + put - own.taken - own.paidOut - left;
  // Parts of a sat stay behind: of each payment that came too late, and of what was left at the end.
  const most = isLive(session) ? 0n : 999n * BigInt(own.received.length + 1);
  if (lost < 0n || lost > most)
    throw new Error(`session ${sessionId} (${session.state}) has lost ${lost} msat`);
  const wasInTime = own.received.some(({ inTime }) => inTime);
  if (session.state === "expired" && !jobs.lived.has(sessionId) && wasInTime)
    throw new Error(`session ${sessionId} expired although it was paid for in time`);
  if (isLive(session) && !wasInTime)
    throw new Error(`session ${sessionId} lives although nothing was paid for it in time`);
}

/** What has no time left is over; what is busy lives on. */
function expectNotOverdue({ sessionId, state, ...session }: SessionRecord, now: number): void {
  const end = Date.parse((state === "awaiting_payment" ? session.invoiceExpiresAt : session.expiresAt) ?? "");
  const isOver = state === "closed" || state === "expired";
  if (!isOver && end < now)
    throw new Error(`session ${sessionId} is ${state} ${now - end} ms longer than it may`);
}

/** No balance is nobody's. */
function expectNobodyElses(
  sessions: ReadonlyMap<SessionId, SessionRecord>,
  tokens: readonly { readonly token_id: TokenId }[],
  { balances }: MoneyBook,
): void {
  const known = new Set<string>([
    ...[...sessions.keys()].map((id) => `session:${id}`),
    ...tokens.map(({ token_id: id }) => `token:${id}`),
  ]);
  const stray = [...balances.keys()].filter((name) => /^(session|token):/.test(name) && !known.has(name));
  expectSame("balances of nobody", stray, []);
}

/** The ids of jobs and what is owed back to payers of sessions, as their accounts say. */
export const owedToSessions = ({ sessions }: JobBook): ReadonlyMap<string, bigint> =>
  new Map(
    [...sessions.values()]
      .filter(({ owedSats }) => owedSats > 0)
      .map(({ sessionId, owedSats }) => [`refund:${sessionId}`, -inMsat(owedSats)]),
  );

/** What jobs that are funded ahead have set aside until their price is known, by account. */
export const reservedByJobs = (jobs: ReadonlyMap<JobId, JobRecord>): ReadonlyMap<string, bigint> =>
  new Map(
    [...jobs.values()]
      .filter(({ reservedSats = 0 }) => reservedSats > 0)
      .map(({ jobId, reservedSats = 0 }) => [`reserved:${jobId}`, -inMsat(reservedSats)]),
  );
