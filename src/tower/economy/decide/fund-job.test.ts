import { expect, test } from "vitest";
import { agentId, jobId, ownerId, requestId, sessionId, tokenId } from "../../../protocol/ids.ts";
import { msat, NO_MSAT, sats, toMsat } from "../../../protocol/units.ts";
import type { Quote } from "../quote.ts";
import { funded, JOBS } from "../testing/jobs.ts";
import type { Fund } from "./decision.ts";
import { openFundedJob, priceFundedWork } from "./fund-job.ts";
import type { AgentStanding } from "./open-job.ts";

const JOB = "a4f2c0de";
const ALPHA: AgentStanding = {
  label: "Alpha",
  present: true,
  paused: false,
  budget: toMsat(sats(10_000)),
  spent: NO_MSAT,
  reserved: NO_MSAT,
};
const PRICE = {
  inputTokens: 10,
  outputTokens: 100,
  modelMicroUsd: 3,
  infrastructureMicroUsd: 4,
  marginPercent: 40,
  btcPriceUsd: 99_000.5,
  btcPriceSource: "median",
} as const;
const QUOTE: Quote = { evalSats: sats(10), workSats: sats(200), totalSats: sats(210), price: PRICE };
const ASKED = {
  jobId: jobId(JOB),
  ownerId: ownerId("anna"),
  requestId: requestId("r1"),
  agentId: agentId("alpha"),
  request: "Count the words.",
};
const SESSION: Fund = { kind: "session", sessionId: sessionId("session-1") };
const TOKEN: Fund = { kind: "token", tokenId: tokenId("token-1") };
const TREASURY: Fund = { kind: "treasury" };

test.for([
  [SESSION, { funding: "session", sessionId: "session-1" }, "session"],
  [TOKEN, { funding: "l402", tokenId: "token-1" }, "token"],
  [TREASURY, { funding: "treasury" }, "treasury"],
] as const)(
  "a $0.kind sets aside what a request may cost at most, pays for its evaluation and begins it",
  ([fund, named, paidBy]) => {
    expect(openFundedJob(ASKED, ALPHA, fund, QUOTE, toMsat(sats(210)))).toEqual({
      facts: [
        {
          type: "job_started",
          jobId: JOB,
          agentId: "alpha",
          ownerId: "anna",
          requestId: "r1",
          request: "Count the words.",
          reservedSats: 200,
          ...named,
        },
        { type: "invoice_request", jobId: JOB, invoiceType: "eval", amountSats: 10 },
        { type: "invoice_settled", jobId: JOB, invoiceType: "eval", amountSats: 10, onTime: true, paidBy },
      ],
      moves: [{ kind: "funds_reserved", jobId: JOB, fund, fee: 10_000n, most: 200_000n }],
      effects: [
        {
          kind: "evaluate",
          key: `evaluate:${JOB}`,
          jobId: JOB,
          terms: { marginPercent: 40, btcPriceUsd: 99_000.5, btcPriceSource: "median" },
        },
      ],
      sessions: [],
    });
  },
);

test.for([
  [SESSION, "balance_too_low", "This may cost up to ⚡210, and the session has ⚡209: nothing was debited."],
  [TOKEN, "balance_too_low", "This may cost up to ⚡210, and the token has ⚡209: nothing was debited."],
  [
    TREASURY,
    "treasury_too_low",
    "This may cost up to ⚡210, and the treasury has ⚡209: nothing was debited.",
  ],
] as const)("a $0.kind that is a msat short is refused", ([fund, code, message]) => {
  expect(() => openFundedJob(ASKED, ALPHA, fund, QUOTE, msat(209_999n))).toThrow(
    expect.objectContaining({ code, message }),
  );
});

test("a treasury in debt has nothing", () => {
  expect(() => openFundedJob(ASKED, ALPHA, TREASURY, QUOTE, msat(-5_000n))).toThrow(
    expect.objectContaining({ message: expect.stringContaining("the treasury has ⚡0") }),
  );
});

test.for([
  [undefined, "unknown_agent"],
  [{ ...ALPHA, paused: true }, "agent_unavailable"],
  [{ ...ALPHA, present: false }, "agent_unavailable"],
  [{ ...ALPHA, spent: toMsat(sats(10_000)) }, "budget_exhausted"],
] as const)("an agent that takes no jobs takes none that are paid ahead (%#)", ([agent, code]) => {
  expect(() => openFundedJob(ASKED, agent, SESSION, QUOTE, toMsat(sats(1_000)))).toThrow(
    expect.objectContaining({ code }),
  );
});

const OFFER = { note: "I can.", amountSats: sats(150), price: PRICE };
const priced = (amountSats: number) => ({
  type: "invoice_request",
  jobId: JOB,
  invoiceType: "work",
  amountSats,
  description: "I can.",
  price: PRICE,
});
const paid = (amountSats: number, more: object = {}) => ({
  type: "invoice_settled",
  jobId: JOB,
  invoiceType: "work",
  amountSats,
  onTime: true,
  paidBy: "session",
  ...more,
});
const moves = (price: bigint) => [
  { kind: "eval_earned", jobId: JOB, fee: 10_000n, paidFrom: SESSION },
  { kind: "reservation_priced", jobId: JOB, fund: SESSION, most: 200_000n, price },
];

test("the price is paid as soon as it is known, and the work begins", () => {
  expect(priceFundedWork(funded("session").evaluating, OFFER, undefined)).toEqual({
    facts: [priced(150), paid(150)],
    moves: moves(150_000n),
    effects: [{ kind: "execute", key: `execute:${JOB}`, jobId: JOB }],
    sessions: [],
  });
});

test("a busy agent's next waits in line, paid for", () => {
  expect(priceFundedWork(funded("session").evaluating, OFFER, 2)).toEqual({
    facts: [priced(150), paid(150, { queuePlace: 3 })],
    moves: moves(150_000n),
    effects: [],
    sessions: [],
  });
});

test("a price above what was set aside is not paid more than that", () => {
  expect(
    priceFundedWork(funded("session").evaluating, { ...OFFER, amountSats: sats(201) }, undefined),
  ).toEqual({
    facts: [priced(200), paid(200)],
    moves: moves(200_000n),
    effects: [{ kind: "execute", key: `execute:${JOB}`, jobId: JOB }],
    sessions: [],
  });
});

test("a job that is paid by invoices is priced by an invoice", () => {
  expect(() => priceFundedWork(JOBS.evaluating, OFFER, undefined)).toThrow("is not funded ahead");
});
