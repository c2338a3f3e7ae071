import type { SessionRecord } from "../../../../../protocol/records.ts";
import { sats } from "../../../../../protocol/units.ts";
import { outsideInvoice } from "../../../../lightning/play/test-network.ts";
import { isLive } from "../../../decide/session.ts";
import { visitor } from "../../economy.ts";
import type { Happenings } from "../happening.ts";
import { OWNERS, type World } from "../world.ts";

const HOUR = 3_600_000;

const isOwed = ({ owedSats }: SessionRecord): boolean => owedSats > 0;
const hasRest = (session: SessionRecord): boolean =>
  isOwed(session) || (isLive(session) && session.reservedSats === 0);
const isBusy = ({ reservedSats }: SessionRecord): boolean => reservedSats > 0;

/** Sessions are closed, to purses and to invoices from outside, forgotten for a day, and found again by their codes. */
export function sessionEnds(world: World): Happenings {
  const { random, clock, outside, lives } = world;

  function close(session: SessionRecord, paymentRequest?: string): void {
    const { sessionId } = session;
    const to = paymentRequest === undefined ? {} : { paymentRequest };
    world.say(world.speaker(session), {
      type: "session_close",
      requestId: world.newRequest(),
      sessionId,
      ...to,
    });
  }
  function invoiceFor({ balanceSats, owedSats }: SessionRecord): string {
    const left = owedSats > 0 ? owedSats : balanceSats;
    return outsideInvoice(sats(Math.max(1, left + (random.next() < 0.9 ? 0 : 1))), clock.now());
  }

  return {
    toSessions: [
      { name: "close a session", weight: 0.25, fits: hasRest, happen: (session) => close(session) },
      {
        name: "close a session twice",
        weight: 0.3,
        fits: hasRest,
        happen(session) {
          close(session);
          if (random.next() < 0.5) close(session);
          else close(session, invoiceFor(session));
        },
      },
      {
        name: "close a session to the outside",
        weight: 0.25,
        fits: hasRest,
        happen: (session) => close(session, invoiceFor(session)),
      },
      {
        name: "close a session that is busy",
        weight: 0.25,
        fits: isBusy,
        happen: (session) => close(session),
      },
      {
        name: "close a session, and again as nothing is heard of it",
        weight: 0.3,
        fits: hasRest,
        async happen(session) {
          outside.payouts = random.next() < 0.7 ? "answer lost" : "never sent";
          close(session);
          await lives.rest();
          close(session, invoiceFor(session));
        },
      },
      { name: "claim what a session owes", weight: 1, fits: isOwed, happen: (session) => close(session) },
      {
        name: "claim what a session owes to the outside",
        weight: 1,
        fits: isOwed,
        happen: (session) => close(session, invoiceFor(session)),
      },
    ],
    otherwise: [
      {
        name: "recover a session",
        weight: 0.7,
        happen() {
          const recoveryCode = random.pick(world.recoveryCodes);
          const owner = random.pick(OWNERS);
          if (recoveryCode === undefined || owner === undefined) return;
          world.say(visitor(owner), { type: "session_recover", requestId: world.newRequest(), recoveryCode });
        },
      },
      { name: "a day passes", weight: 0.5, happen: () => clock.advance(25 * HOUR) },
    ],
  };
}
