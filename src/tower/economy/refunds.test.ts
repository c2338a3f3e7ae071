import { expect, onTestFinished, test } from "vitest";
import type { JobId } from "../../protocol/ids.ts";
import { RefusalError } from "../../protocol/refusal.ts";
import { msat, sats } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import type { PaymentLookup, PaymentStatus } from "../lightning/wallet.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestClock, START } from "./testing/clock.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, newRequestId, openTestEconomy, type TestEconomy, visitor } from "./testing/economy.ts";
import { opened, owing } from "./testing/opened.ts";
import { createOutside } from "./testing/outside.ts";

const SECOND = 1_000;

const cancel = (tower: TestEconomy, jobId: JobId) =>
  tower.economy.perform(visitor(ANNA), { type: "job_cancel", requestId: newRequestId(), jobId });

async function hashOf(tower: TestEconomy, jobId: JobId, type: "eval" | "work"): Promise<string> {
  const job = await tower.until(jobId, () => true);
  const invoice = type === "eval" ? job.evalInvoice : job.workInvoice;
  return decodeInvoice(invoice?.paymentRequest ?? "").paymentHash;
}

test("a refund leaves for an invoice of another node", async () => {
  const tower = await opened();
  const jobId = await owing(tower);
  await tower.claim(ANNA, jobId, outsideInvoice(sats(70), START).toUpperCase());
  expect(await tower.until(jobId, (job) => job.refund === "paid")).toMatchObject({
    owedSats: 0,
    paidBackSats: 70,
  });
  expect(tower.wallet.holdings().outside).toBe(70_000n);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("only an invoice for exactly what is owed, of this network, in time and not used before is paid", async () => {
  const tower = await opened();
  const [jobId, other] = [await owing(tower), await owing(tower)];
  const unpaid = await tower.until(await tower.request(ANNA), (job) => job.evalInvoice !== undefined);
  const refused: readonly (readonly [string, string])[] = [
    [outsideInvoice(sats(71), START), "wrong_amount"],
    [outsideInvoice(sats(69), START), "wrong_amount"],
    [outsideInvoice(sats(70), START, { network: "bc" }), "wrong_network"],
    [outsideInvoice(sats(70), START, { amount: null }), "no_amount"],
    [outsideInvoice(sats(70), START - 7200 * SECOND), "invoice_expired"],
    [unpaid.evalInvoice?.paymentRequest ?? "", "own_invoice"],
    ["lnbcrt1nonsense", "malformed_invoice"],
  ];
  for (const [invoice, code] of refused) {
    await expect(tower.claim(ANNA, jobId, invoice)).rejects.toMatchObject({ code });
  }
  expect(await tower.economy.job(jobId)).toMatchObject({ refund: "owed", owedSats: 70 });

  const invoice = outsideInvoice(sats(70), START);
  await tower.claim(ANNA, jobId, invoice);
  await tower.until(jobId, (job) => job.refund === "paid");
  await expect(tower.claim(ANNA, other, invoice)).rejects.toMatchObject({ code: "conflict" });
  await expect(tower.claim(ANNA, jobId)).rejects.toMatchObject({ code: "nothing_owed" });
  expect(tower.wallet.holdings().outside).toBe(70_000n);
});

test("claimed twice at the same instant it is paid once", async () => {
  const tower = await opened();
  const jobId = await owing(tower);
  const claims = await Promise.allSettled([tower.claim(ANNA, jobId), tower.claim(ANNA, jobId)]);
  expect(claims.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  await tower.until(jobId, (job) => job.refund === "paid");
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 10 - 210);
});

test("a payout that certainly failed can be claimed again, with another invoice", async () => {
  const results: PaymentStatus[] = [{ state: "failed", reason: "no_route" }];
  const tower = await opened({
    wrap: { wallet: (wallet) => ({ ...wallet, pay: async (sent) => results.pop() ?? wallet.pay(sent) }) },
  });
  const jobId = await owing(tower);
  await tower.claim(ANNA, jobId, outsideInvoice(sats(70), START));
  await tower.until(jobId, (job) => job.refund === "owed");
  expect((await balances(tower))[`refund:${jobId}`]).toBe(-70_000n);
  await tower.claim(ANNA, jobId, outsideInvoice(sats(70), START));
  await tower.until(jobId, (job) => job.refund === "paid");
  expect(tower.wallet.holdings().outside).toBe(70_000n);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a payout of unknown fate is asked about, and never sent again while the wallet may still pay it", async () => {
  let sent = 0;
  let fate: PaymentLookup = { state: "pending" };
  const tower = await opened({
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        async pay() {
          sent += 1;
          throw new Error("the connection broke");
        },
        lookupPayment: async () => fate,
      }),
    },
  });
  const jobId = await owing(tower);
  await tower.claim(ANNA, jobId, outsideInvoice(sats(70), START));
  await tower.until(jobId, (job) => job.refund === "unknown");
  await expect(tower.claim(ANNA, jobId)).rejects.toMatchObject({ code: "payout_in_flight" });
  expect((await balances(tower))["payouts_in_flight"]).toBe(70_000n);
  fate = { state: "succeeded", fee: msat(0n) };
  tower.clock.advance(500);
  expect(await tower.until(jobId, (job) => job.refund === "paid")).toMatchObject({ paidBackSats: 70 });
  expect([sent, (await balances(tower))["payouts_in_flight"]]).toEqual([1, undefined]);
});

test("what a wallet refuses before it sends anything has certainly failed", async () => {
  const tower = await opened({
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        pay: async () => Promise.reject(new RefusalError("already_paid", "Paid before.")),
      }),
    },
  });
  const jobId = await owing(tower);
  await tower.claim(ANNA, jobId, outsideInvoice(sats(70), START));
  expect(await tower.until(jobId, (job) => job.refund === "owed")).toMatchObject({ owedSats: 70 });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a payment found in the very second of the expiry counts: the wallet is asked before anything expires", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const jobId = await tower.request(ANNA);
  outside.pay(await hashOf(tower, jobId, "eval"), { amount: msat(10_000n), at: START + 600 * SECOND });
  tower.clock.advance(600 * SECOND);
  expect(await tower.economy.job(jobId)).toMatchObject({ phase: "awaiting_eval_payment" });
  tower.clock.advance(1);
  expect(await tower.until(jobId, (job) => job.phase !== "awaiting_eval_payment")).toMatchObject({
    phase: "evaluating",
    owedSats: 0,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("what comes a millisecond too late is owed back", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const jobId = await tower.request(ANNA);
  outside.pay(await hashOf(tower, jobId, "eval"), { amount: msat(10_000n), at: START + 600 * SECOND + 1 });
  tower.clock.advance(600 * SECOND + 1);
  expect(await tower.until(jobId, (job) => job.phase === "closed")).toMatchObject({
    outcome: "expired",
    refund: "owed",
    owedSats: 10,
    evalInvoice: { state: "settled_late" },
  });
  await tower.claim(ANNA, jobId);
  await tower.until(jobId, (job) => job.refund === "paid");
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("unpaid invoices expire, the work's as the evaluation's", async () => {
  const tower = await opened();
  const first = await tower.request(ANNA);
  const { jobId: second } = await tower.offered(ANNA);
  tower.clock.advance(600 * SECOND + 1);
  const expired = await tower.until(first, (job) => job.phase === "closed");
  expect(expired).toMatchObject({ outcome: "expired", refund: "none", evalInvoice: { state: "expired" } });
  await expect(tower.pay(ANNA, first, "eval")).rejects.toMatchObject({ code: "invoice_expired" });
  tower.clock.advance(300 * SECOND);
  expect(await tower.until(second, (job) => job.phase === "closed")).toMatchObject({
    outcome: "expired",
    refund: "none",
    evalInvoice: { state: "settled" },
    workInvoice: { state: "expired" },
  });
  await expect(tower.pay(ANNA, second, "work")).rejects.toMatchObject({ code: "invoice_expired" });
});

test("a payment after the cancellation is owed back, and a hint repeated is one payment", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const jobId = await tower.request(ANNA);
  const hash = await hashOf(tower, jobId, "eval");
  await cancel(tower, jobId);
  outside.pay(hash, { amount: msat(10_000n), at: START });
  await Promise.all([tower.economy.reconcile(hash), tower.economy.reconcile(hash)]);
  await tower.economy.reconcile(hash);
  await tower.economy.reconcile("00".repeat(32));
  expect(await tower.economy.job(jobId)).toMatchObject({
    outcome: "cancelled",
    refund: "owed",
    owedSats: 10,
    evalInvoice: { state: "settled_late" },
  });
  await expect(tower.pay(ANNA, jobId, "eval")).rejects.toMatchObject({ code: "already_paid" });
  expect(await balances(tower)).toMatchObject({ [`refund:${jobId}`]: -10_000n, node: 100_010_000n });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("too much is owed back at once, its fraction of a sat is revenue, and the job goes on", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const jobId = await tower.request(ANNA);
  const hash = await hashOf(tower, jobId, "eval");
  outside.pay(hash, { amount: msat(14_321n), at: START });
  await tower.economy.reconcile(hash);
  expect(await tower.until(jobId, (job) => job.workInvoice !== undefined)).toMatchObject({
    refund: "owed",
    owedSats: 4,
  });
  expect(await balances(tower)).toMatchObject({ [`refund:${jobId}`]: -4_000n, "revenue:rounding": -321n });
  // The first refund is claimed while the work goes on, the second once it is done.
  await tower.claim(ANNA, jobId);
  await tower.until(jobId, (job) => job.refund === "paid");
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, (job) => job.refund === "owed");
  await tower.claim(ANNA, jobId);
  expect(await tower.until(jobId, (job) => job.refund === "paid")).toMatchObject({ paidBackSats: 74 });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("what was paid while the tower was down is found at its next start", async () => {
  const outside = createOutside();
  const directory = testDirectory();
  const clock = createTestClock();
  const first = await openTestEconomy(directory, { clock, outside });
  const [inTime, late] = [await first.request(ANNA), await first.request(ANNA)];
  const hashes = [await hashOf(first, inTime, "eval"), await hashOf(first, late, "eval")] as const;
  await first.close();
  outside.pay(hashes[0], { amount: msat(10_000n), at: START + 599 * SECOND });
  outside.pay(hashes[1], { amount: msat(10_000n), at: START + 601 * SECOND });
  clock.advance(3_600 * SECOND);
  const tower = await openTestEconomy(directory, { clock, outside });
  onTestFinished(() => tower.close());
  expect(await tower.until(inTime, (job) => job.workInvoice !== undefined)).toMatchObject({ owedSats: 0 });
  expect(await tower.until(late, (job) => job.phase === "closed")).toMatchObject({
    outcome: "expired",
    owedSats: 10,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
});
