import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sats } from "../protocol/units.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import { type LdkRig, openLdkRig } from "./lightning/ldk/testing/contract-rig.ts";
import { startTower } from "./tower.ts";

const REQUEST =
  "Give me the sentiment of this: I love the spring, the flowers and the long warm evenings by the river.";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What the routes of jobs answer, as far as a test reads it. */
interface Answered {
  readonly jobId: string;
  readonly ownerToken: string;
  readonly phase: string;
  readonly outcome: string;
  readonly refund: string;
  readonly result: string;
  readonly owedSats: number;
  readonly actualCostSats: number;
  readonly evalInvoice: { readonly paymentRequest: string };
  readonly workInvoice: { readonly paymentRequest: string; readonly amountSats: number };
}

/** A tower whose wallet is a real Lightning node, and its HTTP door. */
async function start({ wallet }: LdkRig, expirySeconds: string) {
  const dataDir = mkdtempSync(join(tmpdir(), "tower-ldk-"));
  ends.push(() => rmSync(dataDir, { recursive: true }));
  const config = parseConfig({
    PORT: "0",
    DATA_DIR: dataDir,
    TIME_ZONE: "UTC",
    EVAL_INVOICE_SECONDS: expirySeconds,
  });
  const tower = await startTower(config, createLogger("silent"), "/nonexistent", { wallet });
  ends.push(tower.stop);
  return async (path: string, body?: unknown, token?: string) => {
    const response = await fetch(tower.address + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answered };
  };
}

async function open(expirySeconds = "600") {
  const rig = await openLdkRig();
  ends.push(rig.release);
  const ask = await start(rig, expirySeconds);
  const { jobId, ownerToken, evalInvoice } = (await ask("/api/jobs", { request: REQUEST, agentId: "alpha" }))
    .body;
  const job = async () => (await ask(`/api/jobs/${jobId}`, undefined, ownerToken)).body;
  const claim = async (paymentRequest: string) =>
    ask(`/api/jobs/${jobId}/refund`, { paymentRequest }, ownerToken);
  return { ...rig, ask, job, claim, evalInvoice };
}

const patient = { timeout: 20_000 };

test("a job from the request to the refund, paid and paid back by another Lightning node", async () => {
  const { others, settle, requestFromElsewhere, job, claim, evalInvoice } = await open();
  const before = await others.balance();
  await settle(evalInvoice.paymentRequest);
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
  await settle(evalInvoice.paymentRequest);
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
