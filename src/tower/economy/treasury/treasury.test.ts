import { expect, onTestFinished, test } from "vitest";
import type { Intent } from "../../../protocol/intents.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { msat, sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import { outsideInvoice } from "../../lightning/play/test-network.ts";
import type { PaymentLookup } from "../../lightning/wallet.ts";
import { audit, balances, figures, IN_ORDER } from "../testing/books.ts";
import { createTestBrain, type TestBrain } from "../testing/brain.ts";
import { createTestClock, START } from "../testing/clock.ts";
import { createMortal } from "../testing/crash.ts";
import { fastDirectory, testDirectory } from "../testing/directory.ts";
import {
  ALPHA,
  ANNA,
  newRequestId,
  OPERATOR,
  openTestEconomy,
  type TestEconomy,
  visitor,
} from "../testing/economy.ts";
import { opened } from "../testing/opened.ts";
import { createOutside } from "../testing/outside.ts";

const treasuryPays = (tower: TestEconomy, job: JobRecord, invoiceType: "eval" | "work", caller = OPERATOR) =>
  tower.economy.perform(caller, {
    type: "pay_invoice",
    requestId: newRequestId(),
    jobId: job.jobId,
    invoiceType,
    from: "treasury",
  });
const hashOf = (job: JobRecord, type: "evalInvoice" | "workInvoice"): string =>
  decodeInvoice(job[type]?.paymentRequest ?? "").paymentHash;
const treasuryAsks = async (tower: TestEconomy): Promise<JobRecord> => {
  const { jobId } = await tower.economy.perform(OPERATOR, {
    type: "job_request",
    requestId: newRequestId(),
    agentId: ALPHA,
    request: "Summarise this.",
    funding: "treasury",
  });
  return tower.until(jobId ?? ("none" as never), ({ phase }) => phase === "closed");
};

test("the treasury pays for a visitor's work, has back what was left, and owes what Lightning pays later", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const offered = await tower.offered(ANNA);
  await expect(treasuryPays(tower, offered, "work", visitor(ANNA))).rejects.toMatchObject({
    code: "forbidden",
  });
  await treasuryPays(tower, offered, "work");
  const done = await tower.until(offered.jobId, ({ phase }) => phase === "closed");
  expect(done).toMatchObject({
    outcome: "completed",
    refund: "credited",
    owedSats: 0,
    paidBackSats: 70,
    evalInvoice: { state: "settled" },
    workInvoice: { state: "settled", paidBy: "treasury" },
  });
  await expect(treasuryPays(tower, done, "work")).rejects.toMatchObject({ code: "already_paid" });
  // Nothing is earned from oneself: what the brain used is all it cost.
  const before = await balances(tower);
  expect(before).toEqual({
    node: 100_010_000n,
    opening: -100_000_000n,
    "revenue:eval": -10_000n,
    "expense:model": 151_000n,
    model_payable: -151_000n,
  });
  const hash = hashOf(done, "workInvoice");
  outside.pay(hash, { amount: toMsat(sats(280)), at: START });
  await tower.economy.reconcile(hash);
  expect(await tower.economy.job(offered.jobId)).toMatchObject({
    refund: "owed",
    owedSats: 280,
    paidBackSats: 70,
  });
  await tower.claim(ANNA, offered.jobId);
  await tower.until(offered.jobId, ({ refund }) => refund === "paid");
  expect(await balances(tower)).toEqual(before);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a payer's own refund that is under way is not touched by what goes back to the treasury", async () => {
  const outside = createOutside();
  outside.payouts = "answer lost";
  const tower = await opened({ outside });
  const asked = await tower.until(await tower.request(ANNA), () => true);
  outside.pay(hashOf(asked, "evalInvoice"), { amount: toMsat(sats(14)), at: START });
  await tower.economy.reconcile(hashOf(asked, "evalInvoice"));
  const offered = await tower.until(asked.jobId, ({ workInvoice }) => workInvoice !== undefined);
  await tower.claim(ANNA, asked.jobId);
  await tower.until(asked.jobId, ({ refund }) => refund === "unknown");
  await treasuryPays(tower, offered, "work");
  expect(await tower.until(asked.jobId, ({ phase }) => phase === "closed")).toMatchObject({
    outcome: "completed",
    refund: "unknown",
    owedSats: 4,
    paidBackSats: 70,
  });
  outside.payouts = "paid";
  tower.clock.advance(500);
  expect(await tower.until(asked.jobId, ({ refund }) => refund === "paid")).toMatchObject({
    owedSats: 0,
    paidBackSats: 74,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("the treasury pays only what is due, and only of its own", async () => {
  const tower = await opened();
  const job = await tower.until(await tower.request(ANNA), () => true);
  await expect(treasuryPays(tower, job, "work")).rejects.toMatchObject({ code: "unknown_invoice" });
  await treasuryPays(tower, job, "eval");
  const offered = await tower.until(job.jobId, ({ workInvoice }) => workInvoice !== undefined);
  await expect(treasuryPays(tower, offered, "eval")).rejects.toMatchObject({ code: "already_paid" });
  await tower.economy.perform(visitor(ANNA), {
    type: "job_cancel",
    requestId: newRequestId(),
    jobId: job.jobId,
  });
  await expect(treasuryPays(tower, offered, "work")).rejects.toMatchObject({ code: "illegal_event" });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a job of the treasury's own costs it what the brain used", async () => {
  const tower = await opened();
  expect(await treasuryAsks(tower)).toMatchObject({
    funding: "treasury",
    outcome: "completed",
    actualCostSats: 210,
    refund: "credited",
  });
  expect(await balances(tower)).toEqual({
    node: 100_000_000n,
    opening: -100_000_000n,
    "expense:model": 151_000n,
    model_payable: -151_000n,
  });
  expect(await figures(tower)).toMatchObject({ earnedToday: 0n, spentToday: 0n, treasury: 99_849_000n });
  const asVisitor: Intent = {
    type: "job_request",
    requestId: newRequestId(),
    agentId: ALPHA,
    request: "One.",
    funding: "treasury",
  };
  await expect(tower.economy.perform(visitor(ANNA), asVisitor)).rejects.toMatchObject({ code: "forbidden" });
});

test.for([["evaluate"], ["execute"]] as const)(
  "a job of the treasury's that fails to %s is no loss",
  async ([step]) => {
    const brain = createTestBrain();
    brain.behaviour = { [step]: "fail" };
    const tower = await opened({ brain });
    expect(await treasuryAsks(tower)).toMatchObject({ outcome: "failed", refund: "credited", owedSats: 0 });
    const left = Object.keys(await balances(tower)).filter((account) =>
      /^(escrow|reserved|refund|expense:tr)/.test(account),
    );
    expect(left).toEqual([]);
  },
);

test("a deposit is the treasury's once the wallet says that it came, whenever that is", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const { treasury } = tower.economy;
  const first = await treasury.deposit(sats(5_000));
  const late = await treasury.deposit(sats(1_000));
  expect(decodeInvoice(first.paymentRequest).amount).toBe(5_000_000n);
  tower.wallet.payFromPurse(ANNA, first.paymentRequest);
  await expect.poll(async () => (await treasury.figures()).treasury).toBe(105_000_000n);
  tower.clock.advance(7_200_000);
  outside.pay(late.paymentHash, { amount: toMsat(sats(1_000)), at: tower.clock.now() });
  await Promise.all([tower.economy.reconcile(late.paymentHash), tower.economy.reconcile(late.paymentHash)]);
  expect(await treasury.figures()).toMatchObject({ treasury: 106_000_000n, earnedToday: 0n, spentToday: 0n });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

const to = (amount: number, at = START) => ({ paymentRequest: outsideInvoice(sats(amount), at) });
const withdrawn = (tower: TestEconomy, id: string) =>
  expect.poll(async () => (await tower.economy.treasury.withdrawal(id)).state);

test("a withdrawal leaves once per key, and counts as spent", async () => {
  const tower = await opened();
  const { treasury } = tower.economy;
  const payee = to(20_000);
  const [first, second] = await Promise.all([
    treasury.withdraw("w1", sats(20_000), payee),
    treasury.withdraw("w1", sats(20_000), payee),
  ]);
  expect([first.withdrawalId, second.withdrawalId]).toEqual(["w1", "w1"]);
  await withdrawn(tower, "w1").toBe("paid");
  expect(await treasury.withdraw("w1", sats(20_000), payee)).toEqual({
    withdrawalId: "w1",
    amountSats: 20_000,
    state: "paid",
  });
  for (const other of [[1, to(1)] as const, [20_000, to(20_000)] as const])
    await expect(treasury.withdraw("w1", sats(other[0]), other[1])).rejects.toMatchObject({
      code: "conflict",
    });
  expect(tower.wallet.holdings().outside).toBe(20_000_000n);
  expect(await treasury.figures()).toMatchObject({
    treasury: 80_000_000n,
    balance: 80_000_000n,
    spentToday: 20_000_000n,
  });
  expect(await balances(tower)).toMatchObject({ withdrawals: 20_000_000n });
  expect(await audit(tower)).toEqual(IN_ORDER);
  await expect(treasury.withdrawal("w2")).rejects.toMatchObject({ code: "not_found" });
});

test("no more leaves in a day than the limit, refunds excepted, and another day begins anew", async () => {
  const tower = await opened();
  const { treasury } = tower.economy;
  await treasury.withdraw("w1", sats(30_000), to(30_000));
  await withdrawn(tower, "w1").toBe("paid");
  await expect(treasury.withdraw("w2", sats(20_001), to(20_001))).rejects.toMatchObject({
    code: "daily_limit",
  });
  await treasury.withdraw("w3", sats(20_000), to(20_000));
  await withdrawn(tower, "w3").toBe("paid");
  const { jobId } = await tower.offered(ANNA);
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, ({ refund }) => refund === "owed");
  await tower.claim(ANNA, jobId);
  await tower.until(jobId, ({ refund }) => refund === "paid");
  await expect(treasury.withdraw("w4", sats(1), to(1))).rejects.toMatchObject({ code: "daily_limit" });
  tower.clock.advance(12 * 3_600_000);
  await treasury.withdraw("w4", sats(1), to(1, tower.clock.now()));
  await withdrawn(tower, "w4").toBe("paid");
  await treasury.change({ dailyLimitSats: sats(0) });
  await expect(treasury.withdraw("w5", sats(1), to(1, tower.clock.now()))).rejects.toMatchObject({
    code: "daily_limit",
  });
});

test("withdrawals that are under way count towards the limit, and are the treasury's no more", async () => {
  let fate: PaymentLookup = { state: "pending" };
  const tower = await opened({
    dailyLimit: sats(1_000_000),
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        pay: async () => ({ state: "pending" }),
        lookupPayment: async () => fate,
      }),
    },
  });
  const { treasury } = tower.economy;
  // Anna's 10,000 sats are in the node, and not the tower's.
  const { sessionId } = await tower.economy.perform(visitor(ANNA), {
    type: "session_open",
    requestId: newRequestId(),
    amountSats: sats(10_000),
  });
  await tower.economy.perform(visitor(ANNA), {
    type: "session_pay",
    requestId: newRequestId(),
    sessionId: sessionId ?? ("none" as never),
  });
  await treasury.withdraw("w1", sats(95_000), to(95_000));
  await withdrawn(tower, "w1").toBe("unknown");
  expect(await treasury.figures()).toMatchObject({ treasury: 100_000_000n, balance: 15_000_000n });
  await expect(treasury.withdraw("w2", sats(5_001), to(5_001))).rejects.toMatchObject({
    code: "treasury_too_low",
    message: "The treasury can give ⚡5\u2009000 just now, and this may cost ⚡5\u2009001 with its route.",
  });
  await treasury.change({ dailyLimitSats: sats(96_000) });
  await expect(treasury.withdraw("w2", sats(1_001), to(1_001))).rejects.toMatchObject({
    code: "daily_limit",
  });
  await treasury.withdraw("w3", sats(1_000), to(1_000));
  await withdrawn(tower, "w3").toBe("unknown");
  // What is free is less than what such a job may cost once 4,900 more are gone.
  await treasury.change({ dailyLimitSats: sats(1_000_000) });
  await treasury.withdraw("w4", sats(3_900), to(3_900));
  await expect(
    tower.economy.perform(OPERATOR, {
      type: "job_request",
      requestId: newRequestId(),
      agentId: ALPHA,
      request: "One.",
      funding: "treasury",
    }),
  ).rejects.toMatchObject({ code: "treasury_too_low" });
  const job = await tower.until(await tower.request(ANNA), () => true);
  await treasury.withdraw("w5", sats(95), to(95));
  await expect(treasuryPays(tower, job, "eval")).rejects.toMatchObject({ code: "treasury_too_low" });
  for (const id of ["w4", "w5"]) await withdrawn(tower, id).toBe("unknown");
  fate = { state: "failed", reason: "no_route" };
  tower.clock.advance(500);
  for (const id of ["w1", "w3", "w4", "w5"]) await withdrawn(tower, id).toBe("failed");
  expect(await treasury.withdrawal("w1")).toEqual({
    withdrawalId: "w1",
    amountSats: 95_000,
    state: "failed",
    error: "No way to the payee was found within the fee limit. Try again later or use another wallet.",
  });
  await expect.poll(async () => (await treasury.figures()).balance).toBe(110_000_000n);
});

test("a withdrawal whose answer was lost as the tower went down is settled by the next start, once", async () => {
  const outside = createOutside();
  outside.payouts = "answer lost";
  const directory = testDirectory();
  const clock = createTestClock();
  const first = await openTestEconomy(directory, { clock, outside });
  await first.economy.treasury.withdraw("w1", sats(500), to(500));
  await withdrawn(first, "w1").toBe("unknown");
  await first.close();
  outside.payouts = "paid";
  const second = await openTestEconomy(directory, { clock, outside });
  onTestFinished(() => second.close());
  await withdrawn(second, "w1").toBe("paid");
  expect(second.wallet.holdings().outside).toBe(500_000n);
  expect(await balances(second)).toMatchObject({ withdrawals: 500_000n, node: 99_500_000n });
  expect(await audit(second)).toEqual(IN_ORDER);
});

/** Withdraws as a tower that dies at this call, then as one that lives. Says where it died; undefined when it never did. */
async function withdrawsThrough(death: number): Promise<string | undefined> {
  const directory = fastDirectory();
  const clock = createTestClock();
  const payee = to(500);
  let diedAt: string | undefined;
  try {
    for (const at of [death, Number.POSITIVE_INFINITY]) {
      const mortal = createMortal(at, createTestBrain());
      let raw: { abandon(): Promise<void> } | undefined;
      const life = openTestEconomy(directory.path, {
        ...mortal.options,
        clock,
        opened: (handles) => {
          raw = handles;
        },
      }).then(async (tower) => {
        await tower.economy.treasury.withdraw("w1", sats(500), payee);
        await withdrawn(tower, "w1").toBe("paid");
        return tower;
      });
      // What a dead process throws is heard by nobody.
      life.catch(() => undefined);
      const lived = await Promise.race([mortal.died, life]);
      if (typeof lived !== "string") {
        mortal.spare();
        expect(lived.wallet.holdings().outside).toBe(500_000n);
        expect(await balances(lived)).toEqual({
          node: 99_500_000n,
          opening: -100_000_000n,
          withdrawals: 500_000n,
        });
        expect(await audit(lived)).toEqual(IN_ORDER);
        await lived.close();
        return diedAt;
      }
      diedAt = lived;
      await raw?.abandon();
      clock.forgetTimers();
    }
    throw new Error("it never came to its end");
  } finally {
    directory.remove();
  }
}

test("a withdrawal leaves once, wherever the tower died", { timeout: 60_000 }, async () => {
  const places = new Set<string>();
  for (let death = 1; ; death++) {
    const place = await withdrawsThrough(death);
    if (place === undefined) break;
    places.add(place);
  }
  expect(places).toEqual(
    new Set(["before a commit", "in a commit", "after a commit", "before a payout", "after a payout"]),
  );
});

test("what cannot be withdrawn to is refused, and nothing is kept of it", async () => {
  const tower = await opened({ isReal: true });
  const { treasury } = tower.economy;
  const used = to(10);
  await treasury.withdraw("w0", sats(10), used);
  await withdrawn(tower, "w0").toBe("paid");
  const job = await tower.until(await tower.request(ANNA), () => true);
  const refused: readonly (readonly [number, object, string])[] = [
    [2, to(2), "below_minimum"],
    [10, used, "conflict"],
    [10, to(11), "wrong_amount"],
    [10, { paymentRequest: job.evalInvoice?.paymentRequest ?? "" }, "own_invoice"],
    [10, {}, "no_amount"],
    // The route's 1,000 are not there.
    [99_980, to(99_980), "treasury_too_low"],
  ];
  for (const [amount, payee, code] of refused) {
    await expect(treasury.withdraw(`to ${code}`, sats(amount), payee)).rejects.toMatchObject({ code });
    await expect(treasury.withdrawal(`to ${code}`)).rejects.toMatchObject({ code: "not_found" });
  }
});

test("settings and an agent's own budget are in force at once and after a restart", async () => {
  const directory = testDirectory();
  const clock = createTestClock();
  const first = await openTestEconomy(directory, { clock });
  const { treasury } = first.economy;
  expect(treasury.settings()).toEqual({ dailyLimitSats: 50_000, marginPercent: 40, dailyRoutingSats: 1_000 });
  const before = await first.economy.quote(ALPHA, "One.");
  expect(await treasury.change({ marginPercent: 100, dailyRoutingSats: sats(50) })).toEqual({
    dailyLimitSats: 50_000,
    marginPercent: 100,
    dailyRoutingSats: 50,
  });
  await treasury.change({ dailyLimitSats: sats(7) });
  const dearer = await first.economy.quote(ALPHA, "One.");
  expect([before.workSats, dearer.workSats]).toEqual([308, 440]);
  await treasury.setBudget(ALPHA, sats(0));
  await expect(treasury.setBudget("nobody" as never, sats(1))).rejects.toMatchObject({
    code: "unknown_agent",
  });
  await expect(first.economy.quote(ALPHA, "One.")).rejects.toMatchObject({ code: "budget_exhausted" });
  await first.close();

  const second = await openTestEconomy(directory, {
    clock,
    dailyLimit: sats(1),
    agentDailyBudget: sats(9_000),
  });
  onTestFinished(() => second.close());
  expect(second.economy.treasury.settings()).toEqual({
    dailyLimitSats: 7,
    marginPercent: 100,
    dailyRoutingSats: 50,
  });
  await expect(second.economy.quote(ALPHA, "One.")).rejects.toMatchObject({ code: "budget_exhausted" });
  await second.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: ALPHA,
    action: "set_budget",
    amountSats: sats(5_000),
  });
  expect(await second.economy.quote(ALPHA, "One.")).toEqual(dearer);
  await expect.poll(() => second.board.get("economy_state")?.value).toMatchObject({ dailyLimitSats: 7 });
});

test("a margin that is changed while a request is judged leaves what was set aside enough for its price", async () => {
  const gate = Promise.withResolvers<void>();
  const ready = createTestBrain();
  const brain: TestBrain = {
    ...ready,
    async evaluate(asked, options) {
      await gate.promise;
      return ready.evaluate(asked, options);
    },
  };
  const tower = await opened({ brain });
  const { jobId = "none" as never } = await tower.economy.perform(OPERATOR, {
    type: "job_request",
    requestId: newRequestId(),
    agentId: ALPHA,
    request: "One.",
    funding: "treasury",
  });
  await tower.economy.treasury.change({ marginPercent: 1_000 });
  gate.resolve();
  expect(await tower.until(jobId, ({ phase }) => phase === "closed")).toMatchObject({
    outcome: "completed",
    price: { marginPercent: 40 },
    workInvoice: { amountSats: 280 },
    actualCostSats: 210,
  });
  expect(msat((await balances(tower))["expense:treasury_jobs"] ?? 0n)).toBe(0n);
});
