import { afterEach, expect, test } from "vitest";
import { sats } from "../protocol/units.ts";
import { openLdkRig } from "./lightning/ldk/testing/contract-rig.ts";
import { startJobTower } from "./testing/job-tower.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A tower whose wallet is a real Lightning node, with a job that waits for its eval to be paid. */
async function open() {
  const rig = await openLdkRig();
  ends.push(rig.release);
  const tower = await startJobTower({}, { wallet: rig.wallet });
  ends.push(tower.stop);
  return { ...rig, ...tower };
}

const patient = { timeout: 20_000 };

test("a job from the request to the refund, paid and paid back by another Lightning node", async () => {
  const { others, settle, requestFromElsewhere, job, claim, evalInvoice } = await open();
  const before = await others.balance();
  await settle(evalInvoice);
  await expect.poll(async () => (await job()).phase, patient).toBe("awaiting_work_payment");
  const { paymentRequest, amountSats } = (await job()).workInvoice;
  await settle(paymentRequest);
  await expect.poll(async () => (await job()).phase, patient).toBe("closed");
  const { outcome, result, owedSats, actualCostSats } = await job();
  expect([outcome, amountSats - actualCostSats]).toEqual(["completed", owedSats]);
  expect(result).toContain("positive");
  expect(owedSats).toBeGreaterThan(0);

  const wrong = await claim(await requestFromElsewhere(sats(owedSats + 1)));
  expect(wrong.body).toMatchObject({ code: "wrong_amount" });
  const invoice = await requestFromElsewhere(sats(owedSats));
  expect((await claim(invoice)).status).toBeLessThan(300);
  await expect.poll(async () => (await job()).refund, patient).toBe("paid");
  // The payer's node is out of pocket by what the eval and the work cost, and nothing else.
  expect(before - (await others.balance())).toBe(BigInt(10 + actualCostSats) * 1000n);
  expect((await claim(invoice)).body).toMatchObject({ code: "nothing_owed" });
});

test("a refund that the payee holds is not paid twice, and is paid when it lets go", async () => {
  const { others, network, settle, requestFromElsewhere, job, claim, evalInvoice } = await open();
  await settle(evalInvoice);
  await expect.poll(async () => (await job()).phase, patient).toBe("awaiting_work_payment");
  await settle((await job()).workInvoice.paymentRequest);
  await expect.poll(async () => (await job()).phase, patient).toBe("closed");
  const owed = (await job()).owedSats;
  const before = await others.balance();
  network.first.hold();
  await claim(await requestFromElsewhere(sats(owed)));
  await expect.poll(async () => (await job()).refund, patient).toBe("unknown");
  const second = await claim(await requestFromElsewhere(sats(owed)));
  expect(second.body).toMatchObject({ code: "payout_in_flight" });
  network.first.release("claim");
  network.settleDown();
  await expect.poll(async () => (await job()).refund, patient).toBe("paid");
  expect((await others.balance()) - before).toBe(BigInt(owed) * 1000n);
});
