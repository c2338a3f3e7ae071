import { afterEach, expect, test } from "vitest";
import { msat, NO_MSAT, sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { describeWallet } from "../wallet-contract.ts";
import { type LdkRig, openLdkRig } from "./testing/contract-rig.ts";
import { openLdkWallet } from "./testing/ldk-wallet.ts";

describeWallet("a real Lightning node (LDK)", openLdkRig);

const feeLimit = toMsat(sats(10));
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(): Promise<LdkRig> {
  const rig = await openLdkRig();
  ends.push(rig.release);
  return rig;
}

test.each([
  ["claim", { state: "succeeded", fee: 0n }, 10_000n],
  ["refuse", { state: "failed", reason: "rejected" }, 0n],
] as const)(
  "a payment that the payee holds is pending, and moves sats only once it lets go (%s)",
  async (how, fate, gone) => {
    const { wallet, network, requestFromElsewhere } = await open();
    const before = await wallet.balance();
    const paymentRequest = await requestFromElsewhere(sats(10));
    const { paymentHash } = decodeInvoice(paymentRequest);
    network.first.hold();
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    network.first.release(how);
    network.settleDown();
    expect(await wallet.lookupPayment(paymentHash)).toEqual(fate);
    expect(before - (await wallet.balance())).toBe(gone);
  },
);

test("what was refused once may be paid later, with the same invoice", async () => {
  const { wallet, network, requestFromElsewhere } = await open();
  const paymentRequest = await requestFromElsewhere(sats(10));
  network.first.hold();
  await wallet.pay({ paymentRequest, feeLimit });
  network.first.release("refuse");
  network.settleDown();
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 0n });
});

test("an invoice is not settled hours after it expired, even if its payer's clock stands still", async () => {
  const { wallet, network, pass } = await open();
  const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const before = await wallet.balance();
  await pass(4 * 3600);
  const late = openLdkWallet({ ...network, now: () => 0 }, network.first);
  ends.push(late.close);
  expect(await late.pay({ paymentRequest, feeLimit: NO_MSAT })).toEqual({
    state: "failed",
    reason: "rejected",
  });
  expect(await wallet.lookupInvoice(paymentHash)).toEqual({ state: "expired" });
  expect(await wallet.balance()).toBe(before);
});

test("a hundred payments to and fro leave every sat where it belongs", async () => {
  const { wallet, others, settle, requestFromElsewhere } = await open();
  const whole = msat((await wallet.balance()) + (await others.balance()));
  const before = await wallet.balance();
  for (let count = 1; count <= 50; count += 1) {
    const wanted = { amount: sats(count), description: "Evaluation", expirySeconds: 600 };
    await settle((await wallet.makeInvoice(wanted)).paymentRequest);
    const paymentRequest = await requestFromElsewhere(sats(10));
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 0n });
  }
  expect((await wallet.balance()) - before).toBe(toMsat(sats((50 * 51) / 2 - 500)));
  expect(msat((await wallet.balance()) + (await others.balance()))).toBe(whole);
});
