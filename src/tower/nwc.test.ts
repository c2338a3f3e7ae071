import { afterEach, expect, test } from "vitest";
import { sats } from "../protocol/units.ts";
import { openNwcRig } from "./lightning/nwc/testing/contract-rig.ts";
import { startJobTower } from "./testing/job-tower.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const patient = { timeout: 20_000 };

test("a job from the request to the refund on a wallet behind Nostr Wallet Connect", async () => {
  const { service, settle, requestFromElsewhere, release } = await openNwcRig();
  ends.push(release);
  const env = { LIGHTNING: "nwc", LIGHTNING_NETWORK: "bcrt", NWC_URL: service.url };
  const { tower, ownerToken, evalInvoice, job, claim, logged, stop } = await startJobTower(env);
  ends.push(stop);
  expect(tower.wallet).toBe("nwc");

  await settle(evalInvoice);
  await expect.poll(async () => (await job()).phase, patient).toBe("awaiting_work_payment");
  const { paymentRequest, amountSats } = (await job()).workInvoice;
  await settle(paymentRequest);
  await expect.poll(async () => (await job()).phase, patient).toBe("closed");
  const { outcome, owedSats, actualCostSats } = await job();
  expect([outcome, amountSats - actualCostSats]).toEqual(["completed", owedSats]);
  expect(owedSats).toBeGreaterThan(0);

  const invoice = await requestFromElsewhere(sats(owedSats));
  expect((await claim(invoice)).status).toBeLessThan(300);
  await expect.poll(async () => (await job()).refund, patient).toBe("paid");
  expect((await claim(invoice)).body).toMatchObject({ code: "nothing_owed" });
  expect(service.asked.filter(({ method }) => method === "pay_invoice")).toEqual([
    { method: "pay_invoice", params: { invoice } },
  ]);

  const [secret = ""] = /[0-9a-f]{64}$/.exec(service.url) ?? [];
  for (const each of [secret, service.url, ownerToken]) expect(logged()).not.toContain(each);
});
