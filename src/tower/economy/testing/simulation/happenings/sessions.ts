import type { SessionId } from "../../../../../protocol/ids.ts";
import type { JobRecord, SessionRecord } from "../../../../../protocol/records.ts";
import { NO_SATS, sats } from "../../../../../protocol/units.ts";
import { isLive } from "../../../decide/session.ts";
import { findSession } from "../../../sessions.ts";
import { visitor } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { payFromOutside, surplus } from "../paying.ts";
import { AGENTS, OWNERS, type World } from "../world.ts";

/** In sats: less than a session takes, less than two requests cost, and more. */
const AMOUNTS = [50, 100, 200, 330, 400, 700, 1_000, 1_000];

const isUnpaid = ({ paymentRequest }: SessionRecord): boolean => paymentRequest !== undefined;
const canSpend = ({ balanceSats, state }: SessionRecord): boolean => state === "active" && balanceSats > 300;

/** Owners open sessions, pay for them in time, too late and too much, and have jobs done that they pay for. */
export function sessions(world: World): Happenings {
  const { random, clock, outside, lives } = world;

  const amountSats = () => sats(random.pick(AMOUNTS) ?? 100);
  function pay(session: SessionRecord): void {
    const { sessionId } = session;
    world.say(world.speaker(session), { type: "session_pay", requestId: world.newRequest(), sessionId });
  }
  function topUp(session: SessionRecord): void {
    const { sessionId } = session;
    const requestId = world.newRequest();
    world.say(world.speaker(session), {
      type: "session_topup",
      requestId,
      sessionId,
      amountSats: amountSats(),
    });
  }
  /** Pays what the session shows; gives its payment hash. */
  function payShown({ amountSats: due = NO_SATS, paymentRequest }: SessionRecord, at = clock.now()) {
    if (paymentRequest === undefined) return undefined;
    return payFromOutside(
      world,
      { paymentHash: outside.hashOf(paymentRequest), sats: due },
      surplus(random),
      at,
    );
  }
  function request(session: SessionRecord): void {
    const { sessionId } = session;
    const requestId = world.newRequest();
    const agentId = random.pick(AGENTS);
    if (agentId === undefined) return;
    const text = `Summarise ${requestId}.`;
    const spoken = { type: "chat_message", requestId, text, sessionId } as const;
    const asked = {
      type: "job_request",
      requestId,
      agentId,
      request: text,
      funding: "session",
      sessionId,
    } as const;
    const said = random.next() < 0.5 ? { ...spoken, agentId } : spoken;
    world.say(world.speaker(session), random.next() < 0.4 ? said : asked);
  }
  async function open(owner = random.pick(OWNERS), isPaid = random.next() < 0.6): Promise<void> {
    if (owner === undefined) return;
    const before = world.sessions.length;
    world.say(visitor(owner), {
      type: "session_open",
      requestId: world.newRequest(),
      amountSats: amountSats(),
    });
    if (!isPaid) return;
    await lives.rest();
    const id = world.sessions[before];
    const session = id === undefined ? undefined : await world.read((sql) => findSession(sql, id));
    if (session !== undefined) pay(session);
  }
  /** One of the sessions of whoever the job belongs to, or any. */
  async function sessionFor({ ownerId }: JobRecord): Promise<SessionId | undefined> {
    const all = await world.read((sql) => Promise.all(world.sessions.map((id) => findSession(sql, id))));
    const own = all.filter(
      (session) => session !== undefined && session.ownerId === ownerId && isLive(session),
    );
    return random.next() < 0.9 ? random.pick(own)?.sessionId : random.pick(world.sessions);
  }

  return {
    toJobs: [
      {
        name: "claim to a session",
        weight: 2.5,
        fits: ({ refund }) => refund === "owed",
        async happen(job) {
          const { jobId } = job;
          if ((await sessionFor(job)) === undefined) await open(job.ownerId, true);
          await lives.rest();
          const sessionId = await sessionFor(job);
          if (sessionId === undefined) return;
          const claim = { type: "refund_claim", requestId: world.newRequest(), jobId, sessionId } as const;
          world.say(world.speaker(job), claim);
          // Another claim beside it: one of the two must be refused.
          if (random.next() < 0.3)
            world.say(world.speaker(job), { type: "refund_claim", requestId: world.newRequest(), jobId });
        },
      },
    ],
    toSessions: [
      { name: "pay for a session", weight: 3, fits: isUnpaid, happen: pay },
      {
        name: "pay for a session twice",
        weight: 0.7,
        fits: isUnpaid,
        happen(session) {
          pay(session);
          pay(session);
        },
      },
      {
        name: "pay for a session from outside",
        weight: 1.5,
        fits: isUnpaid,
        happen(session) {
          const paymentHash = payShown(session);
          if (paymentHash !== undefined && random.next() < 0.6) world.hint(paymentHash);
        },
      },
      {
        name: "pay for a session as its invoice expires",
        weight: 0.8,
        fits: isUnpaid,
        happen(session) {
          const end = Date.parse(session.invoiceExpiresAt ?? "");
          if (!(end >= clock.now())) return;
          payShown(session, end + random.below(2));
          clock.advance(end + 1 - clock.now());
        },
      },
      {
        name: "pay for a session too late",
        weight: 0.6,
        fits: isUnpaid,
        async happen(session) {
          const end = Date.parse(session.invoiceExpiresAt ?? "");
          if (end >= clock.now()) clock.advance(end + 1 - clock.now() + random.below(2_000));
          if (random.next() < 0.5) await lives.rest();
          const paymentHash = payShown(session);
          if (paymentHash !== undefined) world.hint(paymentHash);
        },
      },
      { name: "top up", weight: 0.8, fits: isLive, happen: topUp },
      {
        name: "top up and pay",
        weight: 1,
        fits: isLive,
        async happen(session) {
          topUp(session);
          await lives.rest();
          pay(session);
        },
      },
      { name: "ask on a session", weight: 5, fits: canSpend, happen: request },
      {
        name: "ask on a session, several at once",
        weight: 1.5,
        fits: canSpend,
        happen(session) {
          for (let many = 2 + random.below(3); many > 0; many--) request(session);
        },
      },
    ],
    otherwise: [{ name: "open a session", weight: 6, happen: () => open() }],
  };
}
