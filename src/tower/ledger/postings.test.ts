import { describe, expect, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { type Msat, msat } from "../../protocol/units.ts";
import { changes } from "./double-entry.ts";
import { measure } from "./measures.ts";
import * as happened from "./postings.ts";

const job = jobId("j1");
const m = (value: number): Msat => msat(BigInt(value));

const CASES: readonly [
  name: string,
  postings: happened.Postings,
  effect: Record<string, number>,
  measures: Record<string, number>,
][] = [
  ["the books open", happened.openingBalance(m(9000)), { node: 9000, opening: -9000 }, {}],
  [
    "an invoice is settled",
    happened.invoiceSettled({ jobId: job, due: m(10_000), received: m(10_000) }),
    { node: 10_000, "escrow:j1": -10_000 },
    {},
  ],
  [
    "an invoice is overpaid by a sat and a half",
    happened.invoiceSettled({ jobId: job, due: m(10_000), received: m(11_500) }),
    { node: 11_500, "escrow:j1": -10_000, "refund:j1": -1000, "revenue:rounding": -500 },
    { earned: 500 },
  ],
  [
    "a payment comes too late",
    happened.settledTooLate({ owedTo: job, received: m(10_000) }),
    { node: 10_000, "refund:j1": -10_000 },
    {},
  ],
  [
    "the treasury pays",
    happened.treasuryPaid({ jobId: job, due: m(10_000) }),
    { "expense:treasury_jobs": 10_000, "escrow:j1": -10_000 },
    {},
  ],
  [
    "a verdict is given",
    happened.evalRecognised({ jobId: job, fee: m(10_000), paidFrom: { kind: "payer" } }),
    { "escrow:j1": 10_000, "revenue:eval": -10_000 },
    { earned: 10_000 },
  ],
  [
    "a verdict is given for the treasury",
    happened.evalRecognised({ jobId: job, fee: m(10_000), paidFrom: { kind: "treasury" } }),
    { "escrow:j1": 10_000, "expense:treasury_jobs": -10_000 },
    {},
  ],
  [
    "work is done",
    happened.workCompleted({
      jobId: job,
      paid: m(300_000),
      used: m(200_400),
      paidFrom: { kind: "payer" },
    }),
    {
      "escrow:j1": 300_000,
      "revenue:work": -200_400,
      "refund:j1": -99_000,
      "revenue:rounding": -600,
    },
    { earned: 201_000 },
  ],
  [
    "work used more than was paid",
    happened.workCompleted({
      jobId: job,
      paid: m(300_000),
      used: m(310_000),
      paidFrom: { kind: "payer" },
    }),
    { "escrow:j1": 300_000, "revenue:work": -300_000 },
    { earned: 300_000 },
  ],
  [
    "work for the treasury is done",
    happened.workCompleted({
      jobId: job,
      paid: m(300_000),
      used: m(200_000),
      paidFrom: { kind: "treasury" },
    }),
    { "escrow:j1": 300_000, "expense:treasury_jobs": -300_000 },
    {},
  ],
  [
    "work is aborted",
    happened.workUnfinished({ jobId: job, paid: m(300_000), paidFrom: { kind: "payer" } }),
    { "escrow:j1": 300_000, "refund:j1": -300_000 },
    {},
  ],
  [
    "an attempt costs",
    happened.modelExpense(m(70)),
    { "expense:model": 70, model_payable: -70 },
    { burn: 70 },
  ],
  ["an attempt costs nothing", happened.modelExpense(m(0)), {}, {}],
  [
    "a payout starts",
    happened.payoutStarted({ amount: m(90_000), feeReserve: m(2000) }),
    { payouts_in_flight: 92_000, node: -92_000 },
    {},
  ],
  [
    "a payout succeeds",
    happened.payoutSucceeded({
      to: { kind: "refund", of: job },
      amount: m(90_000),
      feeReserve: m(2000),
      fee: m(300),
    }),
    { "refund:j1": 90_000, "expense:routing": 300, payouts_in_flight: -92_000, node: 1700 },
    { burn: 300, spent: 300 },
  ],
  [
    "a payout's route cost more than was reserved",
    happened.payoutSucceeded({
      to: { kind: "refund", of: job },
      amount: m(90_000),
      feeReserve: m(2000),
      fee: m(2500),
    }),
    { "refund:j1": 90_000, "expense:routing": 2500, payouts_in_flight: -92_000, node: -500 },
    { burn: 2500, spent: 2500 },
  ],
  [
    "a payout fails",
    happened.payoutFailed({ amount: m(90_000), feeReserve: m(2000) }),
    { payouts_in_flight: -92_000, node: 92_000 },
    {},
  ],
];

const plain = (amounts: ReadonlyMap<string, bigint>) =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, Number(amount)]));

describe("what happens does this to the books", () => {
  test.each(CASES)("%s", (_name, postings, effect, measures) => {
    expect(plain(changes(postings))).toEqual(effect);
    expect(plain(measure(postings))).toEqual(measures);
    expect(postings.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
    expect(postings.filter(({ amount }) => amount === 0n)).toEqual([]);
  });
});

test("less than was due settles nothing", () => {
  expect(() => happened.invoiceSettled({ jobId: job, due: m(10_000), received: m(9999) })).toThrow(
    RangeError,
  );
});
