import { expect, test } from "vitest";
import type { JobId } from "../../protocol/ids.ts";
import { agentId, jobId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import { sats } from "../../protocol/units.ts";
import { readChatLines } from "../log/chat-lines.ts";
import { readJob } from "../log/read.ts";
import { audit, balances, figures, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { ALPHA, ANNA, BERT, newRequestId, OPERATOR, type TestEconomy, visitor } from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";

/** A job's facts as the log holds them, without what differs from run to run. */
async function story(tower: TestEconomy, id: JobId): Promise<readonly object[]> {
  const entries = await tower.database.read((sql) => readJob(sql, id));
  expect(entries.every((entry) => entry.ownerId === ANNA)).toBe(true);
  return entries.map(({ fact }) => {
    const { seq: _seq, jobId: _jobId, ...rest } = fact as unknown as Record<string, unknown>;
    return rest;
  });
}
const at = "2026-01-15T12:00:00.000Z";
const paymentRequest = expect.stringMatching(/^lnbcrt/);
const PRICE = {
  inputTokens: 10,
  outputTokens: 100,
  modelMicroUsd: 100_000,
  infrastructureMicroUsd: 100_000,
  marginPercent: 40,
  btcPriceUsd: 100_000,
  btcPriceSource: "operator",
};
const OPENING = -100_000_000n;

test("a job from its request to its refund: facts, books, figures and purse", async () => {
  const tower = await opened();
  const { jobId } = await tower.offered(ANNA);
  await tower.pay(ANNA, jobId, "work");
  const done = await tower.until(jobId, (job) => job.phase === "closed");
  expect(done).toEqual({
    jobId,
    agentId: "alpha",
    funding: "invoice",
    phase: "closed",
    outcome: "completed",
    refund: "owed",
    seq: expect.any(Number),
    startedAt: at,
    phaseAt: at,
    ownerId: "anna",
    request: "Summarise this.",
    evalInvoice: {
      invoiceType: "eval",
      amountSats: 10,
      state: "settled",
      expiresAt: "2026-01-15T12:10:00.000Z",
      paymentRequest,
      description: `Evaluation of job ${jobId.slice(0, 4)}… by Alpha`,
    },
    workInvoice: {
      invoiceType: "work",
      amountSats: 280,
      state: "settled",
      expiresAt: "2026-01-15T12:15:00.000Z",
      paymentRequest,
      description: "I can do that.",
    },
    price: PRICE,
    estimatedCostSats: 280,
    actualCostSats: 210,
    result: "Half and whole.",
    owedSats: 70,
    paidBackSats: 0,
  });
  await tower.claim(ANNA, jobId);
  const paid = await tower.until(jobId, (job) => job.refund === "paid");
  expect(paid).toEqual({ ...done, refund: "paid", seq: paid.seq, owedSats: 0, paidBackSats: 70 });

  expect(await story(tower, jobId)).toEqual([
    {
      type: "job_started",
      at,
      agentId: "alpha",
      funding: "invoice",
      ownerId: "anna",
      requestId: expect.any(String),
      request: "Summarise this.",
    },
    {
      type: "invoice_request",
      at,
      invoiceType: "eval",
      amountSats: 10,
      description: `Evaluation of job ${jobId.slice(0, 4)}… by Alpha`,
      expiresAt: "2026-01-15T12:10:00.000Z",
      paymentRequest,
    },
    { type: "invoice_settled", at, invoiceType: "eval", amountSats: 10, onTime: true },
    {
      type: "invoice_request",
      at,
      invoiceType: "work",
      amountSats: 280,
      description: "I can do that.",
      expiresAt: "2026-01-15T12:15:00.000Z",
      paymentRequest,
      price: PRICE,
    },
    { type: "invoice_settled", at, invoiceType: "work", amountSats: 280, onTime: true },
    {
      type: "job_completed",
      at,
      agentId: "alpha",
      outcome: "completed",
      refundSats: 70,
      result: "Half and whole.",
      actualCostSats: 210,
      estimatedCostSats: 280,
    },
    { type: "refund_claimed", at, amountSats: 70 },
    { type: "refund_settled", at, amountSats: 70, method: "invoice" },
  ]);
  expect(await balances(tower)).toEqual({
    node: 100_220_000n,
    opening: OPENING,
    "revenue:eval": -10_000n,
    "revenue:work": -210_000n,
    "expense:model": 151_000n,
    model_payable: -151_000n,
  });
  expect(await figures(tower)).toEqual({
    treasury: 100_069_000n,
    balance: 100_220_000n,
    earnedToday: 220_000n,
    spentToday: 0n,
    burnToday: 151_000n,
    netToday: 69_000n,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 10 - 210);
});

test("a rejection says why and keeps the evaluation's fee", async () => {
  const brain = createTestBrain();
  brain.behaviour = { evaluate: "reject" };
  const tower = await opened({ brain });
  const id = await tower.request(ANNA);
  await tower.pay(ANNA, id, "eval");
  expect(await tower.until(id, (job) => job.phase === "closed")).toMatchObject({
    outcome: "rejected",
    error: "I cannot do that.",
    refund: "none",
    owedSats: 0,
  });
  expect(await balances(tower)).toEqual({
    node: 100_010_000n,
    opening: OPENING,
    "revenue:eval": -10_000n,
    "expense:model": 1_000n,
    model_payable: -1_000n,
  });
  await expect(tower.claim(ANNA, id)).rejects.toMatchObject({ code: "nothing_owed" });
});

test("an evaluation that fails gives its fee back", async () => {
  const brain = createTestBrain();
  brain.behaviour = { evaluate: "fail" };
  const tower = await opened({ brain });
  const id = await tower.request(ANNA);
  await tower.pay(ANNA, id, "eval");
  expect(await tower.until(id, (job) => job.phase === "closed")).toMatchObject({
    outcome: "failed",
    error: "The agent could not finish: the brain broke",
    refund: "owed",
    owedSats: 10,
  });
  expect(await balances(tower)).toEqual({ node: 100_010_000n, opening: OPENING, [`refund:${id}`]: -10_000n });
  await tower.claim(ANNA, id);
  await tower.until(id, (job) => job.refund === "paid");
  expect(await balances(tower)).toEqual({ node: 100_000_000n, opening: OPENING });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000);
});

test("work that fails gives all of its price back, and what it used is the tower's expense", async () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "fail" };
  const tower = await opened({ brain });
  const { jobId: id } = await tower.offered(ANNA);
  await tower.pay(ANNA, id, "work");
  expect(await tower.until(id, (job) => job.phase === "closed")).toMatchObject({
    outcome: "failed",
    error: "The agent could not finish: the brain broke",
    refund: "owed",
    owedSats: 280,
  });
  expect(await balances(tower)).toEqual({
    node: 100_290_000n,
    opening: OPENING,
    "revenue:eval": -10_000n,
    [`refund:${id}`]: -280_000n,
    // The evaluation's sat, and the most the lost attempt may have used: 100 tokens.
    "expense:model": 101_000n,
    model_payable: -101_000n,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("while it works its text reaches its owner, and is taken down at the end", async () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  const tower = await opened({ brain });
  const { jobId: id } = await tower.offered(ANNA);
  await tower.pay(ANNA, id, "work");
  await expect
    .poll(() => tower.board.get(`job_progress:${id}@anna`))
    .toEqual({
      key: `job_progress:${id}@anna`,
      audience: { ownerId: "anna" },
      value: { type: "job_progress", jobId: id, attempt: 1, offset: 0, text: "Half " },
    });
  const abort: Intent = {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: ALPHA,
    action: "abort",
    jobId: id,
  };
  expect(await tower.economy.perform(OPERATOR, abort)).toEqual({ jobId: id });
  expect(tower.board.get(`job_progress:${id}@anna`)).toBe(undefined);
  expect(await tower.until(id, (job) => job.phase === "closed")).toMatchObject({
    outcome: "failed",
    error: "An operator stopped this job.",
    owedSats: 280,
  });
});

test("a job cancelled before its payment takes none; one already under way cannot be cancelled", async () => {
  const brain = createTestBrain();
  const tower = await opened({ brain });
  const id = await tower.request(ANNA);
  const cancel = (job: JobId): Intent => ({ type: "job_cancel", requestId: newRequestId(), jobId: job });
  expect(await tower.economy.perform(visitor(ANNA), cancel(id))).toEqual({ jobId: id });
  expect(await tower.economy.job(id)).toMatchObject({
    phase: "closed",
    outcome: "cancelled",
    refund: "none",
  });
  await expect(tower.pay(ANNA, id, "eval")).rejects.toMatchObject({ code: "illegal_event" });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000);
  brain.behaviour = { evaluate: "hang" };
  const other = await tower.request(ANNA);
  await tower.pay(ANNA, other, "eval");
  await expect(tower.economy.perform(visitor(ANNA), cancel(other))).rejects.toMatchObject({
    code: "illegal_event",
  });
});

test("two payments at the same instant are one", async () => {
  const tower = await opened();
  const id = await tower.request(ANNA);
  const results = await Promise.allSettled([tower.pay(ANNA, id, "eval"), tower.pay(ANNA, id, "eval")]);
  expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(results.find((result) => result.status === "rejected")?.reason).toMatchObject({
    code: "already_paid",
  });
  const job = await tower.until(id, (now) => now.workInvoice !== undefined);
  expect(job).toMatchObject({ owedSats: 0, refund: "none" });
  expect(tower.wallet.purse(ANNA).balance).toBe(9_990);
});

test("the same intent twice is done once, also at the same instant; with another body it is a conflict", async () => {
  const tower = await opened();
  const ask: Intent = {
    type: "job_request",
    requestId: newRequestId(),
    agentId: ALPHA,
    request: "One.",
    funding: "invoice",
  };
  const perform = (intent: Intent) => tower.economy.perform(visitor(ANNA), intent);
  const [first, second] = await Promise.all([perform(ask), perform(ask)]);
  expect(second).toEqual(first);
  expect(await perform(ask)).toEqual(first);
  await expect(perform({ ...ask, request: "Two." })).rejects.toMatchObject({ code: "conflict" });
  const both = await Promise.allSettled([
    perform({ ...ask, requestId: newRequestId() }),
    perform({ ...ask, request: "Two." }),
  ]);
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  // Another owner's request id is another request.
  const others = await tower.economy.perform(visitor(BERT), ask);
  expect(others.jobId).not.toBe(first.jobId);

  const id = first.jobId ?? jobId("none");
  await tower.until(id, (job) => job.evalInvoice !== undefined);
  const pay: Intent = { type: "pay_invoice", requestId: newRequestId(), jobId: id, invoiceType: "eval" };
  expect(await Promise.all([perform(pay), perform(pay)])).toEqual([{ jobId: id }, { jobId: id }]);
  expect(await perform(pay)).toEqual({ jobId: id });
  await expect(perform({ ...pay, invoiceType: "work" })).rejects.toMatchObject({ code: "conflict" });
  await expect(perform({ ...pay, requestId: newRequestId() })).rejects.toMatchObject({
    code: "already_paid",
  });
  expect(tower.wallet.purse(ANNA).balance).toBe(9_990);
});

test("nobody acts on another visitor's job, nor takes its refund: not an operator either", async () => {
  const tower = await opened();
  const id = await tower.request(ANNA);
  const intents: readonly Intent[] = [
    { type: "job_cancel", requestId: newRequestId(), jobId: id },
    { type: "pay_invoice", requestId: newRequestId(), jobId: id, invoiceType: "eval" },
    { type: "refund_claim", requestId: newRequestId(), jobId: id },
  ];
  for (const intent of intents) {
    await expect(tower.economy.perform(visitor(BERT), intent)).rejects.toMatchObject({ code: "forbidden" });
    await expect(tower.economy.perform({ ownerId: ANNA, role: "kiosk" }, intent)).rejects.toMatchObject({
      code: "read_only",
    });
  }
  await expect(
    tower.economy.perform(visitor(ANNA), {
      type: "job_cancel",
      requestId: newRequestId(),
      jobId: jobId("nope"),
    }),
  ).rejects.toMatchObject({ code: "unknown_job" });
  for (const type of ["job_cancel", "refund_claim"] as const) {
    await expect(
      tower.economy.perform(OPERATOR, { type, requestId: newRequestId(), jobId: id }),
    ).rejects.toMatchObject({ code: "forbidden" });
  }
});

test("what an operator says is in the log and in later snapshots alike", async () => {
  const tower = await opened();
  await tower.economy.perform(OPERATOR, {
    type: "chat_message",
    requestId: newRequestId(),
    text: "Hello all",
  });
  const lines = await tower.database.read((sql) => readChatLines(sql, { ownerId: BERT }, 10));
  expect(lines).toEqual([
    {
      id: expect.stringMatching(/^\d+:0$/),
      at: expect.any(String),
      speaker: { kind: "operator" },
      text: "Hello all",
    },
  ]);
});

test("what cannot be done is refused with what to do instead", async () => {
  const tower = await opened();
  const perform = (intent: Intent) => tower.economy.perform(visitor(ANNA), intent);
  const refused: readonly (readonly [Intent, string])[] = [
    [{ type: "session_open", requestId: newRequestId(), amountSats: sats(99) }, "wrong_amount"],
    [{ type: "session_open", requestId: newRequestId(), amountSats: sats(10_001) }, "wrong_amount"],
    [{ type: "chat_message", requestId: newRequestId(), text: "Hello" }, "payment_required"],
    [{ type: "agent_control", requestId: newRequestId(), agentId: ALPHA, action: "pause" }, "forbidden"],
    [
      {
        type: "job_request",
        requestId: newRequestId(),
        agentId: agentId("nobody"),
        request: "One.",
        funding: "invoice",
      },
      "unknown_agent",
    ],
    [
      {
        type: "job_request",
        requestId: newRequestId(),
        agentId: ALPHA,
        request: "One.",
        funding: "session",
      },
      "bad_request",
    ],
    [
      {
        type: "job_request",
        requestId: newRequestId(),
        agentId: ALPHA,
        request: "One.",
        funding: "treasury",
      },
      "forbidden",
    ],
    [
      { type: "job_request", requestId: newRequestId(), agentId: ALPHA, request: "One.", funding: "l402" },
      "payment_required",
    ],
  ];
  for (const [intent, code] of refused) await expect(perform(intent)).rejects.toMatchObject({ code });
  const id = await tower.request(ANNA);
  await expect(tower.pay(ANNA, id, "work")).rejects.toMatchObject({ code: "unknown_invoice" });
});

test("an owner may leave ten invoices unpaid", async () => {
  const tower = await opened();
  for (let count = 0; count < 10; count++) await tower.request(ANNA);
  await expect(tower.request(ANNA)).rejects.toMatchObject({ code: "too_many_open" });
  await tower.request(BERT);
});

test("a purse that is empty pays nothing, and pays under the same request once it is filled", async () => {
  const tower = await opened();
  const { payFromPurse, purse, makePurseInvoice } = tower.wallet;
  const id = await tower.request(ANNA);
  // All of Bert's purse goes to work invoices of the tower, none of which is his.
  while (purse(BERT).balance > 0) {
    const amount = purse(BERT).balance;
    const invoice = await tower.wallet.makeInvoice({ amount, description: "all", expirySeconds: 60 });
    payFromPurse(BERT, invoice.paymentRequest);
  }
  expect(makePurseInvoice(BERT, 1 as never).paymentHash).toHaveLength(64);
  const pay: Intent = { type: "pay_invoice", requestId: newRequestId(), jobId: id, invoiceType: "eval" };
  const asBert = { ...OPERATOR, ownerId: BERT };
  await expect(tower.economy.perform(asBert, pay)).rejects.toMatchObject({ code: "purse_empty" });
  await tower.economy.perform(visitor(BERT), { type: "purse_topup", requestId: newRequestId() });
  expect(await tower.economy.perform(asBert, pay)).toEqual({ jobId: id });
  expect(tower.wallet.purse(BERT).balance).toBe(9_990);
});

test("waiting for a job ends with it, with patience, or with the sentence that there is none", async () => {
  const tower = await opened();
  const id = await tower.request(ANNA);
  const patience = new AbortController();
  const never = tower.economy.waitForJob(id, () => false, patience.signal);
  patience.abort();
  await expect(never).rejects.toMatchObject({ code: "internal" });
  await expect(tower.economy.waitForJob(id, () => false, AbortSignal.abort())).rejects.toMatchObject({
    code: "internal",
  });
  await expect(tower.until(jobId("nope"), () => true)).rejects.toMatchObject({ code: "unknown_job" });
  let looks = 0;
  const broken = tower.until(id, () => {
    looks += 1;
    if (looks > 1) throw new Error("a question that cannot be answered");
    return false;
  });
  const refused = expect(broken).rejects.toThrow("a question that cannot be answered");
  await tower.pay(ANNA, id, "eval");
  await refused;
});
