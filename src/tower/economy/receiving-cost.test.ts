import { expect, test } from "vitest";
import { msat, sats } from "../../protocol/units.ts";
import type { PlayWallet } from "../lightning/play/play-wallet.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import { audit, balances, figures, IN_ORDER } from "./testing/books.ts";
import { START } from "./testing/clock.ts";
import { ANNA, type TestEconomy } from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";
import { sessionsOf } from "./testing/sessions.ts";

/** What the test's wallet holds before anything happens, in msat. */
const PLAY_START = 100_000_000n;

/** A real wallet with 5 000 sats, that keeps 4 000 of the first payment it gets, for a channel; and what it tells of its balance. */
function channelOpening() {
  const wallet = { spentElsewhere: 0n };
  let dear: string | undefined;
  return {
    wallet,
    wrap: (play: PlayWallet): PlayWallet => ({
      ...play,
      async lookupInvoice(paymentHash) {
        const status = await play.lookupInvoice(paymentHash);
        if (status.state !== "settled") return status;
        dear ??= paymentHash;
        return paymentHash === dear ? { ...status, cost: msat(4_000_000n) } : status;
      },
      balance: async () =>
        msat(
          (await play.balance()) - PLAY_START + 5_000_000n - (dear ? 4_000_000n : 0n) - wallet.spentElsewhere,
        ),
    }),
  };
}

async function withSession(rig: ReturnType<typeof channelOpening>): Promise<TestEconomy> {
  const tower = await opened({ isReal: true, wrap: { wallet: rig.wrap } });
  const sessions = sessionsOf(tower, ANNA);
  const { id } = await sessions.open(5_000);
  tower.wallet.payFromPurse(ANNA, (await sessions.now(id)).paymentRequest ?? "");
  expect(await sessions.until(id, ({ state }) => state === "active")).toMatchObject({ balanceSats: 5_000 });
  return tower;
}
const withdrawal = (tower: TestEconomy, amount: number) =>
  tower.economy.treasury.withdraw(`w-${amount}`, sats(amount), {
    paymentRequest: outsideInvoice(sats(amount), START),
  });

test("what a wallet keeps for a channel is the tower's expense: the payer has all of it, and no operator takes it out", async () => {
  const rig = channelOpening();
  const tower = await withSession(rig);
  expect(await balances(tower)).toMatchObject({ node: 6_000_000n, "expense:receiving": 4_000_000n });
  expect(await figures(tower)).toMatchObject({ treasury: 1_000_000n, burnToday: 4_000_000n, spentToday: 0n });
  const wallet = { ...tower.wallet, balance: rig.wrap(tower.wallet).balance };
  expect(await audit({ ...tower, wallet })).toEqual(IN_ORDER);
  await expect(withdrawal(tower, 4_000)).rejects.toMatchObject({ code: "treasury_too_low" });
  expect(await withdrawal(tower, 900)).toMatchObject({ amountSats: 900 });
});

test("what left the wallet past the books is no more the operator's to take out", async () => {
  const rig = channelOpening();
  const tower = await withSession(rig);
  rig.wallet.spentElsewhere = 500_000n;
  await expect(withdrawal(tower, 900)).rejects.toMatchObject({
    code: "treasury_too_low",
    message: expect.stringContaining("can give ⚡500 just now (⚡500 of it are missing in the wallet)"),
  });
  // What is on its way out hides nothing of it, sent or not.
  expect(await withdrawal(tower, 400)).toMatchObject({ amountSats: 400 });
  await expect(withdrawal(tower, 401)).rejects.toMatchObject({ code: "treasury_too_low" });
});

test("what arrives while the wallet is asked is not taken for missing", async () => {
  const rig = channelOpening();
  let asked: (() => Promise<void>) | undefined;
  const tower = await opened({
    isReal: true,
    wrap: {
      wallet(play) {
        const wallet = rig.wrap(play);
        return {
          ...wallet,
          async balance() {
            const balance = await wallet.balance();
            await asked?.();
            return balance;
          },
        };
      },
    },
  });
  const { paymentHash, paymentRequest } = await tower.economy.treasury.deposit(sats(3_000));
  asked = async () => {
    asked = undefined;
    tower.wallet.payFromPurse(ANNA, paymentRequest);
    await tower.economy.reconcile(paymentHash);
  };
  expect(await withdrawal(tower, 900)).toMatchObject({ amountSats: 900 });
  expect(asked).toBe(undefined);
});
