import { randomBytes } from "node:crypto";
import { hex } from "@scure/base";
import { type Sats, toMsat } from "../../../protocol/units.ts";
import { encodeInvoice } from "../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../bolt11/features.ts";
import { INVOICE_DEFAULTS, type InvoiceDraft } from "../bolt11/invoice.ts";
import type { DayOf } from "./faucet.ts";

const DAY = 86_400_000;

/** When the tests' clocks start: 1 January 2026, 12:00 UTC. */
export const START = Date.UTC(2026, 0, 1, 12);

/** A clock that a test moves, in milliseconds. */
export function testClock(): { now: () => number; advance: (milliseconds: number) => void } {
  let time = START;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
  };
}

export const utcDay: DayOf = (time) => {
  const start = Math.floor(time / DAY) * DAY;
  return { start, end: start + DAY };
};

/** An invoice of a node that is neither the tower's nor the payers'. */
export function outsideInvoice(amount: Sats, now: number, changes: Partial<InvoiceDraft> = {}): string {
  const draft = {
    ...INVOICE_DEFAULTS,
    network: "bcrt",
    amount: toMsat(amount),
    timestamp: Math.floor(now / 1000),
    paymentHash: hex.encode(randomBytes(32)),
    paymentSecret: hex.encode(randomBytes(32)),
    description: { text: "from outside" },
    features: PLAIN_FEATURES,
    ...changes,
  } as const;
  return encodeInvoice(draft, hex.decode("42".repeat(32)));
}
