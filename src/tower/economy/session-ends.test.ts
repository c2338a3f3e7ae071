import { expect, test } from "vitest";
import type { SessionId } from "../../protocol/ids.ts";
import { msat, sats, toMsat } from "../../protocol/units.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import type { PaymentLookup } from "../lightning/wallet.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { START } from "./testing/clock.ts";
import { ALPHA, ANNA, newRequestId, OPERATOR, type TestEconomy } from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";
import { createOutside } from "./testing/outside.ts";
import { sessionsOf, shownHash } from "./testing/sessions.ts";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

const OVER = { balanceSats: 0, reservedSats: 0, ownerId: "anna" };

test("a session in which nothing happens for a day is over, and what is left of it is owed", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(1000);
  tower.clock.advance(DAY - SECOND);
  await anna.done(id);
  // A request gives it another day.
  tower.clock.advance(DAY - 1);
  await anna.topUp(id, 100);
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 780 });
  tower.clock.advance(1);
  expect(await anna.until(id, ({ state }) => state === "expired")).toEqual({
    sessionId: id,
    ...OVER,
    state: "expired",
    owedSats: 780,
    refund: "owed",
  });
  await expect(anna.ask(id)).rejects.toMatchObject({ code: "session_not_active" });
  await expect(anna.topUp(id, 100)).rejects.toMatchObject({ code: "session_not_active" });
  // Its rest is claimed by closing it.
  await anna.close(id);
  expect(await anna.until(id, ({ refund }) => refund === "paid")).toEqual({
    sessionId: id,
    ...OVER,
    state: "expired",
    owedSats: 0,
    refund: "paid",
  });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 220);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a session lives as long as a request of it waits for its turn", async () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  const tower = await opened({ brain, limits: { evaluating: 60 * SECOND, executing: 3 * DAY } });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(2000);
  const first = await anna.ask(id);
  await tower.until(first, ({ phase }) => phase === "executing");
  const second = await anna.ask(id);
  await tower.until(second, ({ phase }) => phase === "queued");
  const lives = (await anna.now(id)).expiresAt;
  tower.clock.advance(DAY);
  const longer = await anna.until(id, ({ expiresAt }) => expiresAt !== lives);
  expect(longer).toMatchObject({
    state: "active",
    reservedSats: 560,
    balanceSats: 1420,
    expiresAt: new Date(START + 2 * DAY).toISOString(),
  });
  for (const jobId of [second, first]) {
    await tower.economy.perform(OPERATOR, {
      type: "agent_control",
      requestId: newRequestId(),
      agentId: ALPHA,
      action: "abort",
      jobId,
    });
  }
  expect(await anna.now(id)).toMatchObject({ balanceSats: 1980, reservedSats: 0 });
  tower.clock.advance(DAY);
  expect(await anna.until(id, ({ state }) => state === "expired")).toMatchObject({ owedSats: 1980 });
});

test("a deposit that never comes ends its session; one that comes too late is owed, and can be claimed", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(500);
  const hash = shownHash(await anna.now(id));
  tower.clock.advance(900 * SECOND);
  expect(await anna.now(id)).toMatchObject({ state: "awaiting_payment" });
  tower.clock.advance(1);
  expect(await anna.until(id, ({ state }) => state === "expired")).toEqual({
    sessionId: id,
    ...OVER,
    state: "expired",
    owedSats: 0,
    refund: "none",
  });
  outside.pay(hash, { amount: toMsat(sats(500)), at: tower.clock.now() });
  await tower.economy.reconcile(hash);
  expect(await anna.now(id)).toMatchObject({
    state: "expired",
    balanceSats: 0,
    owedSats: 500,
    refund: "owed",
  });
  await anna.close(id);
  await anna.until(id, ({ refund }) => refund === "paid");
  expect(tower.wallet.purse(ANNA).balance).toBe(10_500);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a deposit found in the very second of its expiry counts, one that settled later ends the session", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const anna = sessionsOf(tower, ANNA);
  const [inTime, late] = [(await anna.open(500)).id, (await anna.open(600)).id];
  const hashes = [shownHash(await anna.now(inTime)), shownHash(await anna.now(late))] as const;
  outside.pay(hashes[0], { amount: toMsat(sats(500)), at: START + 900 * SECOND });
  outside.pay(hashes[1], { amount: toMsat(sats(600)), at: START + 900 * SECOND + 1 });
  tower.clock.advance(900 * SECOND + 1);
  expect(await anna.until(inTime, ({ state }) => state !== "awaiting_payment")).toMatchObject({
    state: "active",
    balanceSats: 500,
  });
  expect(await anna.until(late, ({ state }) => state !== "awaiting_payment")).toMatchObject({
    state: "expired",
    owedSats: 600,
  });
});

test("what is paid beyond a deposit is balance, to the last msat", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(500);
  const hash = shownHash(await anna.now(id));
  outside.pay(hash, { amount: msat(700_900n), at: START });
  await Promise.all([tower.economy.reconcile(hash), tower.economy.reconcile(hash)]);
  await tower.economy.reconcile(hash);
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 700 });
  expect(await balances(tower)).toMatchObject({ [`session:${id}`]: -700_900n });
  await anna.close(id);
  await anna.until(id, ({ refund }) => refund === "paid");
  // The part of a sat cannot travel.
  expect(await balances(tower)).toMatchObject({ "revenue:rounding": -900n });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a top-up that is paid after its expiry counts while the session lives, and is owed once it is over", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  const hashes: string[] = [];
  for (const amount of [200, 300]) {
    await anna.topUp(id, amount);
    hashes.push(shownHash(await anna.now(id)));
  }
  const [first = "", second = ""] = hashes;
  tower.clock.advance(800 * SECOND);
  outside.pay(first, { amount: toMsat(sats(200)), at: tower.clock.now() });
  await tower.economy.reconcile(first);
  // The newer invoice is shown as before, until it can be paid no more.
  const until = (await anna.now(id)).expiresAt;
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 700, amountSats: 300 });
  tower.clock.advance(100 * SECOND + 1);
  expect(await anna.until(id, ({ paymentRequest }) => paymentRequest === undefined)).toEqual({
    sessionId: id,
    ownerId: "anna",
    state: "active",
    balanceSats: 700,
    reservedSats: 0,
    owedSats: 0,
    refund: "none",
    expiresAt: until,
  });
  await anna.close(id);
  await anna.until(id, ({ refund }) => refund === "paid");
  outside.pay(second, { amount: toMsat(sats(300)), at: tower.clock.now() });
  await tower.economy.reconcile(second);
  expect(await anna.now(id)).toEqual({
    sessionId: id,
    ...OVER,
    state: "closed",
    owedSats: 300,
    refund: "owed",
  });
  await anna.close(id);
  await anna.until(id, ({ refund }) => refund === "paid");
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 500 + 700 + 300);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a session whose deposit still waits is closed without a payout; its deposit is owed when it comes all the same", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(500);
  const paymentRequest = (await anna.now(id)).paymentRequest ?? "";
  await anna.close(id);
  expect(await anna.now(id)).toEqual({
    sessionId: id,
    ...OVER,
    state: "closed",
    owedSats: 0,
    refund: "none",
  });
  tower.wallet.payFromPurse(ANNA, paymentRequest);
  expect(await anna.until(id, ({ owedSats }) => owedSats > 0)).toMatchObject({
    state: "closed",
    owedSats: 500,
  });
});

test("only an invoice for exactly what is left closes a session; refused, it stays open", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  const refused: readonly (readonly [object, string])[] = [
    [{ paymentRequest: outsideInvoice(sats(499), START) }, "wrong_amount"],
    [{ paymentRequest: outsideInvoice(sats(500), START, { network: "bc" }) }, "wrong_network"],
    [{ paymentRequest: outsideInvoice(sats(500), START, { amount: null }) }, "no_amount"],
    [{ paymentRequest: outsideInvoice(sats(500), START - 7200 * SECOND) }, "invoice_expired"],
    [{ paymentRequest: "lnbcrt1nonsense" }, "malformed_invoice"],
    [{ lightningAddress: "anna@example.com" }, "wrong_network"],
    [
      { paymentRequest: outsideInvoice(sats(500), START), lightningAddress: "anna@example.com" },
      "bad_request",
    ],
  ];
  for (const [payee, code] of refused) await expect(anna.close(id, payee)).rejects.toMatchObject({ code });
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 500, owedSats: 0 });
  await anna.close(id, { paymentRequest: outsideInvoice(sats(500), START) });
  await anna.until(id, ({ refund }) => refund === "paid");
  expect(tower.wallet.holdings().outside).toBe(500_000n);
});

/** A tower whose payouts a test decides, one after another; and how many were sent. */
async function withPayouts(pay: () => Promise<PaymentLookup>, lookup: () => PaymentLookup) {
  let sent = 0;
  const tower = await opened({
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        async pay() {
          sent += 1;
          const answer = await pay();
          return answer.state === "unknown" ? { state: "pending" } : answer;
        },
        lookupPayment: async () => lookup(),
      }),
    },
  });
  return { tower, sent: () => sent };
}
const claimTwice = (tower: TestEconomy, id: SessionId) => {
  const anna = sessionsOf(tower, ANNA);
  return Promise.allSettled([anna.close(id), anna.close(id)]);
};

test("a payout that certainly failed leaves its sats owed, to be claimed again", async () => {
  const answers: PaymentLookup[] = [
    { state: "succeeded", fee: msat(0n) },
    { state: "failed", reason: "no_route" },
  ];
  const { tower, sent } = await withPayouts(
    async () => answers.pop() ?? { state: "pending" },
    () => ({ state: "unknown" }),
  );
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  await anna.close(id);
  expect(await anna.until(id, ({ refund }) => refund === "owed")).toMatchObject({
    state: "closed",
    owedSats: 500,
  });
  expect(await balances(tower)).toMatchObject({ [`refund:${id}`]: -500_000n });
  expect((await claimTwice(tower, id)).map(({ status }) => status).toSorted()).toEqual([
    "fulfilled",
    "rejected",
  ]);
  expect(await anna.until(id, ({ refund }) => refund === "paid")).toMatchObject({ owedSats: 0 });
  expect(sent()).toBe(2);
});

test("a payout of unknown fate is never sent otherwise, nor claimed twice, until the wallet knows", async () => {
  let fate: PaymentLookup = { state: "pending" };
  const { tower, sent } = await withPayouts(
    () => Promise.reject(new Error("the connection broke")),
    () => fate,
  );
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  await anna.close(id);
  await anna.until(id, ({ refund }) => refund === "unknown");
  for (const claim of await claimTwice(tower, id)) {
    expect(claim).toMatchObject({ status: "rejected", reason: { code: "payout_in_flight" } });
  }
  expect(await balances(tower)).toMatchObject({ payouts_in_flight: 500_000n, [`refund:${id}`]: -500_000n });
  fate = { state: "succeeded", fee: msat(0n) };
  tower.clock.advance(500);
  expect(await anna.until(id, ({ refund }) => refund === "paid")).toMatchObject({ owedSats: 0 });
  await anna.close(id);
  expect(sent()).toBe(1);
  expect((await balances(tower))["payouts_in_flight"]).toBe(undefined);
});

test("what is owed anew while a payout is on its way is claimed after it, and nothing twice", async () => {
  const outside = createOutside();
  outside.payouts = "answer lost";
  const tower = await opened({ outside });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  await anna.topUp(id, 100);
  const hash = shownHash(await anna.now(id));
  await anna.close(id);
  await anna.until(id, ({ refund }) => refund === "unknown");
  outside.pay(hash, { amount: toMsat(sats(100)), at: tower.clock.now() });
  await tower.economy.reconcile(hash);
  expect(await anna.now(id)).toMatchObject({ owedSats: 600, refund: "unknown" });
  await expect(anna.close(id)).rejects.toMatchObject({ code: "payout_in_flight" });
  outside.payouts = "paid";
  tower.clock.advance(500);
  expect(await anna.until(id, ({ refund }) => refund === "owed")).toMatchObject({ owedSats: 100 });
  await anna.close(id);
  expect(await anna.until(id, ({ refund }) => refund === "paid")).toMatchObject({ owedSats: 0 });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 + 100);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("with a real wallet a session is closed first and claimed when its owner has an invoice", async () => {
  const tower = await opened({ isReal: true });
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(500);
  await expect(anna.pay(id)).rejects.toMatchObject({ code: "unsupported" });
  tower.wallet.payFromPurse(ANNA, (await anna.now(id)).paymentRequest ?? "");
  await anna.until(id, ({ state }) => state === "active");
  await anna.close(id);
  expect(await anna.now(id)).toMatchObject({ state: "closed", owedSats: 500, refund: "owed" });
  await anna.close(id, { paymentRequest: outsideInvoice(sats(500), START) });
  await anna.until(id, ({ refund }) => refund === "paid");
  // 10 sats were kept for its route, which cost nothing.
  expect(await balances(tower)).toEqual({ node: 100_000_000n, opening: -100_000_000n });
});
