import { type SessionId, timestamp } from "../../protocol/ids.ts";
import { SESSION_PAUSE_SATS } from "../../protocol/limits.ts";
import type { RefundPhase, SessionRecord, SessionState } from "../../protocol/records.ts";
import { type Msat, type Sats, sats, satsDown } from "../../protocol/units.ts";
import { fundAccount, refund } from "../ledger/accounts.ts";
import { balanceOf } from "../ledger/post.ts";
import type { Sql } from "../storage/port.ts";
import type { Decision, MoneyMove } from "./decide/decision.ts";
import { setAsideSats } from "./decide/held.ts";
import { isLive } from "./decide/session.ts";
import { openJobsOfSession } from "./jobs.ts";
import { readSession } from "./sessions.ts";

/** What is on a session, in the books' own unit. */
export const onSession = (sql: Sql, { sessionId }: Pick<SessionRecord, "sessionId">): Promise<Msat> =>
  balanceOf(sql, fundAccount({ kind: "session", sessionId }));

/** The session that a movement of money comes from, goes to, or is owed by. */
function sessionOf(move: MoneyMove): SessionId | undefined {
  const fund = "fund" in move ? move.fund : "paidFrom" in move ? move.paidFrom : undefined;
  if (fund !== undefined) return fund.kind === "session" ? fund.sessionId : undefined;
  return move.kind === "session_ended" ? move.sessionId : undefined;
}

/**
 * Every session that a decision concerns, as the books have it once the decision's money has moved: sessions hold no balance of
 * their own. One that money moved in has its time to live anew. `now` in milliseconds since 1970, `idle` in milliseconds.
 */
export async function settleSessions(
  sql: Sql,
  decision: Decision,
  now: number,
  idle: number,
): Promise<readonly SessionRecord[]> {
  const moved = new Set(decision.moves.flatMap((move) => sessionOf(move) ?? []));
  const changed = new Map(decision.sessions.map((session) => [session.sessionId, session]));
  const settled: SessionRecord[] = [];
  for (const sessionId of new Set([...changed.keys(), ...moved])) {
    const session = changed.get(sessionId) ?? (await readSession(sql, sessionId));
    const active = moved.has(sessionId) && isLive(session);
    const booked = await asBooked(sql, session);
    settled.push(active ? { ...booked, expiresAt: timestamp(now + idle) } : booked);
  }
  return settled;
}

async function asBooked(sql: Sql, session: SessionRecord): Promise<SessionRecord> {
  const { sessionId } = session;
  const balanceSats = satsDown(await balanceOf(sql, fundAccount({ kind: "session", sessionId })));
  const owedSats = satsDown(await balanceOf(sql, refund(sessionId)));
  const jobs = await openJobsOfSession(sql, sessionId);
  const reservedSats = sats(jobs.reduce((sum, job) => sum + setAsideSats(job), 0));
  return {
    ...session,
    state: stateWith(session, balanceSats),
    balanceSats,
    owedSats,
    reservedSats,
    refund: refundWith(session, owedSats),
  };
}

function stateWith(session: SessionRecord, balanceSats: Sats): SessionState {
  if (!isLive(session)) return session.state;
  return balanceSats < SESSION_PAUSE_SATS ? "paused" : "active";
}

/** What is owed beyond what is on its way, or was paid, is to be claimed. */
function refundWith({ refund: phase }: SessionRecord, owedSats: Sats): RefundPhase {
  if (owedSats > 0) return phase === "none" || phase === "paid" ? "owed" : phase;
  return phase === "owed" ? "none" : phase;
}
