import { expect, test } from "vitest";
import { stepJob } from "../../../job/step.ts";
import { claimed, refunded, refundFailed, settled } from "../../../job/testing/facts.ts";
import { sessionId } from "../../../protocol/ids.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { msat, sats } from "../../../protocol/units.ts";
import { JOBS } from "../testing/jobs.ts";
import { type ClaimInvoice, claimRefund, creditRefund, payoutEnded } from "./refund.ts";

const JOB = "a4f2c0de";
const NOW = 1_000_000;
const INVOICE: ClaimInvoice = {
  paymentRequest: "lnbcrt500n1…",
  paymentHash: "ab".repeat(32),
  prefix: "bcrt",
  amount: msat(50_000n),
  expiresAt: NOW,
  isOurs: false,
};
const WALLET = {
  prefix: "bcrt",
  leastSats: sats(50),
  feeLimitSats: sats(3),
  leastFeeSats: sats(3),
  dailyRoutingSats: sats(1_000),
  node: msat(1_000_000_000n),
};
const GONE = { to: { kind: "refund", of: JOB }, amount: 50_000n, feeReserve: 3_000n };

const owed = JOBS.completed;
const paying = stepJob(owed, claimed(50));
const unknown = stepJob(paying, refundFailed(50, "unknown"));
const paid = stepJob(paying, refunded(50));
const again = stepJob(paid, settled("work"));

test("a claim sends exactly what is owed, once per payment hash", () => {
  expect(claimRefund(owed, INVOICE, WALLET, NOW)).toEqual({
    facts: [{ type: "refund_claimed", jobId: JOB, amountSats: 50 }],
    moves: [{ kind: "payout_started", ...GONE }],
    effects: [
      {
        kind: "payout",
        key: `payout:${INVOICE.paymentHash}`,
        jobId: JOB,
        paymentRequest: INVOICE.paymentRequest,
        paymentHash: INVOICE.paymentHash,
        amountSats: 50,
        feeLimitSats: 3,
      },
    ],
    sessions: [],
  });
});

test("what comes to be owed after a refund was paid can be claimed as well", () => {
  const invoice = { ...INVOICE, amount: msat(200_000n) };
  expect(claimRefund(again, invoice, WALLET, NOW).facts).toEqual([
    { type: "refund_claimed", jobId: JOB, amountSats: 200 },
  ]);
});

/** Each invoice has every later fault as well: the first that applies is the one that is said. */
const expired = { ...INVOICE, expiresAt: NOW - 1 };
const wrongAmount = { ...expired, amount: msat(50_001n) };
const noAmount = { ...expired, amount: undefined };
const ours = { ...noAmount, isOurs: true };
const foreign = { ...ours, prefix: "bc" };
const refused: readonly (readonly [string, JobRecord, ClaimInvoice, string, string])[] = [
  ["nothing is owed", JOBS.executing, foreign, "nothing_owed", "Job a4f2… owes nothing back."],
  ["it was paid", paid, foreign, "nothing_owed", "The refund of job a4f2… was paid already."],
  ["it is on its way", paying, foreign, "payout_in_flight", "The refund of job a4f2… is already on its way."],
  [
    "it may have arrived",
    unknown,
    foreign,
    "payout_in_flight",
    "The refund of job a4f2… is already on its way.",
  ],
  [
    "another network",
    owed,
    foreign,
    "wrong_network",
    "That invoice is for another Lightning network (lnbc…): this tower pays lnbcrt… invoices.",
  ],
  ["our own", owed, ours, "own_invoice", "That invoice is this tower's own: make one with your wallet."],
  ["no amount", owed, noAmount, "no_amount", "That invoice names no amount: make one for exactly ⚡50."],
  [
    "a msat too much",
    owed,
    wrongAmount,
    "wrong_amount",
    "That invoice is not for what is owed: make one for exactly ⚡50.",
  ],
  ["expired", owed, expired, "invoice_expired", "That invoice has expired: make a new one."],
];
test.for(refused)("refused, %s", ([, job, invoice, code, message]) => {
  expect(() => claimRefund(job, invoice, WALLET, NOW)).toThrow(expect.objectContaining({ code, message }));
});

test("what the node cannot pay just now, with its route, stays owed", () => {
  const claim = (node: bigint) => () => claimRefund(owed, INVOICE, { ...WALLET, node: msat(node) }, NOW);
  expect(claim(52_999n)).toThrow(
    expect.objectContaining({
      code: "wallet_low",
      message:
        "The tower's wallet cannot pay ⚡50 just now. It stays yours: try again later, or put it on a session.",
    }),
  );
  expect(claim(53_000n)().effects).toHaveLength(1);
});

test("what the wallet would not try, for too little is left for its route, stays owed", () => {
  expect(() => claimRefund(owed, INVOICE, { ...WALLET, feeLimitSats: sats(2) }, NOW)).toThrow(
    expect.objectContaining({
      code: "wallet_low",
      message:
        "The tower has ⚡2 for the way of ⚡50 just now, and its wallet wants ⚡3. It stays yours: try again later, or put it on a session.",
    }),
  );
});

test("what costs more than the tower pays in any day is for its operator", () => {
  const wallet = { ...WALLET, leastFeeSats: sats(1_100), feeLimitSats: sats(1_000) };
  expect(() => claimRefund(owed, INVOICE, wallet, NOW)).toThrow(
    expect.objectContaining({
      code: "wallet_low",
      message: expect.stringMatching(
        /^The way of ⚡50 may cost ⚡1.100, and this tower pays ⚡1.000 a day .*ask its operator/,
      ),
    }),
  );
});

const SENT = { amountSats: sats(50), feeLimitSats: sats(3) };
test("a payout that succeeded is settled, with what its route cost", () => {
  expect(payoutEnded(paying, SENT, { kind: "succeeded", fee: msat(1_500n) })).toEqual({
    facts: [{ type: "refund_settled", jobId: JOB, amountSats: 50, method: "invoice" }],
    moves: [{ kind: "payout_succeeded", ...GONE, fee: 1_500n }],
    effects: [],
    sessions: [],
  });
});

test("a payout that certainly failed can be claimed again", () => {
  expect(payoutEnded(unknown, SENT, { kind: "failed", reason: "No way." })).toEqual({
    facts: [{ type: "refund_failed", jobId: JOB, amountSats: 50, fate: "failed", error: "No way." }],
    moves: [{ kind: "payout_failed", ...GONE }],
    effects: [],
    sessions: [],
  });
});

test("a payout of unknown fate is said to be so once, and moves nothing", () => {
  expect(payoutEnded(paying, SENT, { kind: "unknown" })).toEqual({
    facts: [{ type: "refund_failed", jobId: JOB, amountSats: 50, fate: "unknown" }],
    moves: [],
    effects: [],
    sessions: [],
  });
  expect(payoutEnded(unknown, SENT, { kind: "unknown" })).toEqual({
    facts: [],
    moves: [],
    effects: [],
    sessions: [],
  });
});

test("what is less than Lightning pays out is refused before anything else of the invoice is looked at", () => {
  const wallet = { ...WALLET, leastSats: sats(51) };
  expect(() => claimRefund(owed, foreign, wallet, NOW)).toThrow(
    expect.objectContaining({
      code: "below_minimum",
      message:
        "⚡50 is less than Lightning pays out (⚡51): it stays as your credit. What a job owes can be put on a session.",
    }),
  );
});

test("what is owed is put on a session whole, and only while no claim is under way", () => {
  const fund = { kind: "session", sessionId: sessionId("session-1") } as const;
  expect(creditRefund(owed, fund)).toEqual({
    facts: [{ type: "refund_settled", jobId: JOB, amountSats: 50, method: "credit" }],
    moves: [{ kind: "refund_credited", jobId: JOB, fund, amount: 50_000n }],
    effects: [],
    sessions: [],
  });
  for (const [job, code] of [
    [paying, "payout_in_flight"],
    [unknown, "payout_in_flight"],
    [paid, "nothing_owed"],
    [JOBS.executing, "nothing_owed"],
  ] as const) {
    expect(() => creditRefund(job, fund)).toThrow(expect.objectContaining({ code }));
  }
});
