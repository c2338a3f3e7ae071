import { expect, onTestFinished, test } from "vitest";
import type { OwnerId, SessionId } from "../../protocol/ids.ts";
import { msat, sats } from "../../protocol/units.ts";
import type { PlayWallet } from "../lightning/play/play-wallet.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import type { PaymentStatus } from "../lightning/wallet.ts";
import { audit, balances, figures, IN_ORDER } from "./testing/books.ts";
import { START } from "./testing/clock.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, BERT, openTestEconomy, type TestEconomy, type TestOptions } from "./testing/economy.ts";
import { type SessionOwner, sessionsOf } from "./testing/sessions.ts";

const MINUTE = 60_000;
/** What the test's wallet holds before anything happens. */
const PLAY_START = 100_000_000n;

/** A real wallet that begins with so many sats, and whose routes cost what `fee` says. */
const costly =
  (startSats: bigint, fee: (feeLimit: bigint) => bigint = (feeLimit) => feeLimit) =>
  (wallet: PlayWallet): PlayWallet => {
    let fees = 0n;
    return {
      ...wallet,
      async pay(payment) {
        const status = await wallet.pay(payment);
        if (status.state !== "succeeded") return status;
        const cost = fee(payment.feeLimit);
        fees += cost;
        return { state: "succeeded", fee: msat(cost) };
      },
      balance: async () => msat((await wallet.balance()) - PLAY_START + startSats * 1_000n - fees),
    };
  };

async function opened(
  wallet: (wallet: PlayWallet) => PlayWallet,
  options?: TestOptions,
): Promise<TestEconomy> {
  let own: PlayWallet | undefined;
  const wrap = {
    wallet(play: PlayWallet): PlayWallet {
      own = wallet(play);
      return own;
    },
  };
  const tower = await openTestEconomy(testDirectory(), { isReal: true, wrap, ...options });
  onTestFinished(() => tower.close());
  // The gauges are to read the wallet that the tower has.
  return { ...tower, wallet: own ?? tower.wallet };
}

/** A session that was paid for by a wallet of the payer's own. */
async function deposited(
  tower: TestEconomy,
  owner: OwnerId,
  amount: number,
): Promise<{ readonly id: SessionId; readonly sessions: SessionOwner }> {
  const sessions = sessionsOf(tower, owner);
  const { id } = await sessions.open(amount);
  tower.wallet.payFromPurse(owner, (await sessions.now(id)).paymentRequest ?? "");
  await sessions.until(id, ({ state }) => state === "active");
  return { id, sessions };
}

const to = (amount: number) => ({ paymentRequest: outsideInvoice(sats(amount), START) });

/** Deposits and takes back at once, so often. */
async function backAndForth(tower: TestEconomy, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const { id, sessions } = await deposited(tower, ANNA, 100);
    await sessions.close(id, to(100));
    await sessions.until(id, ({ refund }) => refund === "paid");
  }
}

test("who deposits and takes back again and again has the tower pay for routes until its own sats are used, and no more", async () => {
  const tower = await opened(costly(25n));
  const bert = await deposited(tower, BERT, 1_000);
  await backAndForth(tower, 5);
  expect(await figures(tower)).toMatchObject({ treasury: 0n });
  expect(await balances(tower)).toMatchObject({ node: 1_000_000n, "expense:routing": 25_000n });
  await bert.sessions.close(bert.id, to(1_000));
  expect(await bert.sessions.until(bert.id, ({ refund }) => refund === "paid")).toMatchObject({
    owedSats: 0,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
  expect(tower.failures).toEqual([]);
});

test("routes cost the tower no more in a day than is set, and another day begins anew", async () => {
  const tower = await opened(costly(10_000n));
  await tower.economy.treasury.change({ dailyRoutingSats: sats(25) });
  await backAndForth(tower, 5);
  expect(await balances(tower)).toMatchObject({ "expense:routing": 25_000n });
  tower.clock.advance(24 * 60 * MINUTE);
  const { id, sessions } = await deposited(tower, ANNA, 100);
  await sessions.close(id, { paymentRequest: outsideInvoice(sats(100), tower.clock.now()) });
  await sessions.until(id, ({ refund }) => refund === "paid");
  expect(await balances(tower)).toMatchObject({ "expense:routing": 35_000n });
});

test("a tower without a sat of its own still pays back what a free route takes there", async () => {
  const tower = await opened(costly(0n));
  const { id, sessions } = await deposited(tower, ANNA, 100);
  await sessions.close(id, to(100));
  expect(await sessions.until(id, ({ refund }) => refund === "paid")).toMatchObject({ owedSats: 0 });
  expect(await balances(tower)).not.toHaveProperty("expense:routing");
});

test("where no more is left for routes than the wallet wants, a claim is refused and uses its invoice up only later", async () => {
  const tower = await opened((wallet) => ({
    ...costly(0n)(wallet),
    leastFeeLimit: () => msat(4_000n),
  }));
  const { id, sessions } = await deposited(tower, ANNA, 100);
  const invoice = to(100);
  await expect(sessions.close(id, invoice)).rejects.toMatchObject({
    code: "wallet_low",
    message: expect.stringContaining("its wallet wants ⚡4"),
  });
  expect(await sessions.now(id)).toMatchObject({ state: "active", balanceSats: 100 });
  const { paymentHash, paymentRequest } = await tower.economy.treasury.deposit(sats(10));
  tower.wallet.payFromPurse(BERT, paymentRequest);
  await tower.economy.reconcile(paymentHash);
  await sessions.close(id, invoice);
  expect(await sessions.until(id, ({ refund }) => refund === "paid")).toMatchObject({ owedSats: 0 });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("an operator cannot take what the routes of refunds in flight may cost", async () => {
  const held: (() => void)[] = [];
  const tower = await opened((wallet) => {
    const through = costly(0n)(wallet);
    return {
      ...through,
      async pay(payment) {
        await new Promise<void>((resolve) => held.push(resolve));
        return through.pay(payment);
      },
    };
  });
  const bert = await deposited(tower, BERT, 1_000);
  const anna = await deposited(tower, ANNA, 500);
  // An operator's own 60 sats, that the routes of refunds in flight may take as well.
  const { paymentHash, paymentRequest } = await tower.economy.treasury.deposit(sats(60));
  tower.wallet.payFromPurse(BERT, paymentRequest);
  await tower.economy.reconcile(paymentHash);
  await bert.sessions.close(bert.id, to(1_000));
  await expect.poll(() => held.length).toBe(1);
  expect(await balances(tower)).toMatchObject({ node: 550_000n });
  await expect(tower.economy.treasury.withdraw("w", sats(45), to(45))).rejects.toMatchObject({
    code: "treasury_too_low",
  });
  await anna.sessions.close(anna.id, to(500));
  await expect.poll(() => held.length).toBe(2);
  for (const go of held.splice(0)) go();
  await bert.sessions.until(bert.id, ({ refund }) => refund === "paid");
  await anna.sessions.until(anna.id, ({ refund }) => refund === "paid");
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a wallet that charges more than it was allowed is booked as far as the books have it, and said", async () => {
  const tower = await opened(costly(20n, () => 90_000n));
  const { id, sessions } = await deposited(tower, ANNA, 100);
  await sessions.close(id, to(100));
  expect(await sessions.until(id, ({ refund }) => refund === "paid")).toMatchObject({ owedSats: 0 });
  expect(await balances(tower)).toMatchObject({ "expense:routing": 20_000n });
  expect(await balances(tower)).not.toHaveProperty("node");
  expect(tower.failures).toEqual([
    "booking a payment: Error: A route cost 70000 msat more than the books have: the wallet holds that much less.",
  ]);
});

test("an operator's withdrawal takes nothing of what the routes of refunds may cost", async () => {
  const tower = await opened(costly(100_000n));
  const { treasury } = tower.economy;
  await treasury.change({ dailyRoutingSats: sats(10), dailyLimitSats: sats(100_000) });
  await treasury.withdraw("w", sats(50_000), to(50_000));
  await expect.poll(async () => (await treasury.withdrawal("w")).state).toBe("paid");
  expect(await balances(tower)).toMatchObject({ "expense:routing": 500_000n });
  await backAndForth(tower, 2);
  expect(await balances(tower)).toMatchObject({ "expense:routing": 510_000n });
});

test("a try that is refused proves nothing as long as one before it, that got no answer, may be at work", async () => {
  const begun: number[] = [];
  let tower: TestEconomy | undefined;
  tower = await opened((wallet) => ({
    ...wallet,
    async pay(): Promise<PaymentStatus> {
      const now = tower?.clock.now() ?? START;
      begun.push(now);
      if (now < START + 12 * MINUTE) throw new Error("no answer");
      return { state: "failed", reason: "insufficient_balance" };
    },
    lookupPayment: async () => ({ state: "unknown" }),
  }));
  const { clock } = tower;
  const { id, sessions } = await deposited(tower, ANNA, 100);
  await sessions.close(id, to(100));
  await sessions.until(id, ({ refund }) => refund === "unknown");
  await expect
    .poll(
      async () => {
        clock.advance(MINUTE / 2);
        return (await sessions.now(id)).refund;
      },
      { timeout: 30_000 },
    )
    .toBe("owed");
  const unanswered = begun.filter((at) => at < START + 12 * MINUTE).at(-1) ?? 0;
  expect(unanswered).toBeGreaterThan(START + MINUTE);
  expect(clock.now() - unanswered).toBeGreaterThanOrEqual(10 * MINUTE);
  expect(begun.filter((at) => at > unanswered).length).toBeGreaterThan(2);
  expect(await audit(tower)).toEqual(IN_ORDER);
});
