import { expect, test } from "vitest";
import { msat, NO_MSAT, sats, toMsat } from "../../../protocol/units.ts";
import type { ClaimInvoice } from "./refund.ts";
import { type TreasuryStanding, withdraw, withdrawalEnded } from "./withdrawal.ts";

const NOW = 1_000_000;
const INVOICE: ClaimInvoice = {
  paymentRequest: "lnbcrt10u1…",
  paymentHash: "ab".repeat(32),
  prefix: "bcrt",
  amount: msat(1_000_000n),
  expiresAt: NOW,
  isOurs: false,
};
const WALLET = { prefix: "bcrt", leastSats: sats(3), feeLimitSats: sats(10) };
const GONE = { to: { kind: "withdrawal" }, amount: 1_000_000n, feeReserve: 10_000n };
/** Exactly enough for the amount and its route. */
const ENOUGH: TreasuryStanding = {
  treasury: toMsat(sats(1_010)),
  missing: NO_MSAT,
  node: toMsat(sats(1_010)),
  spentToday: toMsat(sats(500)),
  dailyLimit: sats(1_510),
};
const tried = (
  standing: Partial<TreasuryStanding>,
  invoice: Partial<ClaimInvoice> = {},
  amount = sats(1_000),
) =>
  withdraw(
    "w1",
    amount,
    { invoice: { ...INVOICE, ...invoice }, wallet: WALLET },
    { ...ENOUGH, ...standing },
    NOW,
  );

test("what the treasury has, with what its route may cost, leaves to the last msat", () => {
  expect(tried({})).toEqual({
    facts: [],
    moves: [{ kind: "payout_started", ...GONE }],
    effects: [
      {
        kind: "withdrawal",
        withdrawalId: "w1",
        key: `payout:${INVOICE.paymentHash}`,
        paymentRequest: INVOICE.paymentRequest,
        paymentHash: INVOICE.paymentHash,
        amountSats: 1_000,
        feeLimitSats: 10,
      },
    ],
    sessions: [],
  });
});

const short = "The treasury can give ⚡1\u2009009 just now, and this may cost ⚡1\u2009010 with its route.";
test.for([
  ["the treasury is a msat short", { treasury: msat(1_009_999n) }, "treasury_too_low", short],
  ["the node is a msat short", { node: msat(1_009_999n) }, "treasury_too_low", short],
  [
    "everything is owed",
    { treasury: msat(-7_000n) },
    "treasury_too_low",
    "The treasury can give ⚡0 just now, and this may cost ⚡1\u2009010 with its route.",
  ],
  [
    "the day's limit is a sat short",
    { dailyLimit: sats(1_509) },
    "daily_limit",
    "⚡1\u2009509 may leave the tower in a day, and ⚡500 of it has: try tomorrow, or raise the limit.",
  ],
  [
    "a msat more has left today",
    { spentToday: msat(500_001n) },
    "daily_limit",
    "⚡1\u2009510 may leave the tower in a day, and ⚡501 of it has: try tomorrow, or raise the limit.",
  ],
] as const)("refused: %s", ([, standing, code, message]) => {
  expect(() => tried(standing)).toThrow(expect.objectContaining({ code, message }));
});

test.for([
  ["wrong_network", { prefix: "bc" }],
  ["own_invoice", { isOurs: true }],
  ["no_amount", { amount: undefined }],
  ["wrong_amount", { amount: msat(999_999n) }],
  ["invoice_expired", { expiresAt: NOW - 1 }],
] as const)("an invoice that cannot be paid so is refused: %s", ([code, invoice]) => {
  expect(() => tried({}, invoice)).toThrow(expect.objectContaining({ code }));
});

test("less than Lightning pays out is refused", () => {
  expect(() => tried({}, { amount: msat(2_000n) }, sats(2))).toThrow(
    expect.objectContaining({ code: "below_minimum" }),
  );
});

test("a withdrawal's fate moves what was under way; while it is unknown nothing moves", () => {
  const sent = { amountSats: sats(1_000), feeLimitSats: sats(10) };
  const nothing = { facts: [], moves: [], effects: [], sessions: [] };
  expect(withdrawalEnded(sent, { kind: "succeeded", fee: NO_MSAT })).toEqual({
    ...nothing,
    moves: [{ kind: "payout_succeeded", ...GONE, fee: 0n }],
  });
  expect(withdrawalEnded(sent, { kind: "failed", reason: "No way." })).toEqual({
    ...nothing,
    moves: [{ kind: "payout_failed", ...GONE }],
  });
  expect(withdrawalEnded(sent, { kind: "unknown" })).toEqual(nothing);
});
