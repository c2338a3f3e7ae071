import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sats } from "../protocol/units.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import type { LnbitsAccount } from "./lightning/lnbits/testing/account.ts";
import { openContractRig } from "./lightning/lnbits/testing/contract-rig.ts";
import { startStandIn } from "./lightning/lnbits/testing/stand-in.ts";
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
  readonly owedSats: number;
  readonly actualCostSats: number;
  readonly evalInvoice: { readonly paymentRequest: string };
  readonly workInvoice: { readonly paymentRequest: string; readonly amountSats: number };
}

/** A tower on a wallet of this LNbits, and its HTTP door. */
async function start(account: LnbitsAccount) {
  const dataDir = mkdtempSync(join(tmpdir(), "tower-lnbits-"));
  ends.push(() => rmSync(dataDir, { recursive: true }));
  const config = parseConfig({
    PORT: "0",
    DATA_DIR: dataDir,
    TIME_ZONE: "UTC",
    LIGHTNING: "lnbits",
    // A test asks nobody outside.
    BTC_PRICE: "fixed",
    LNBITS_URL: account.url,
    LNBITS_ADMIN_KEY: account.tower.adminKey,
    LNBITS_INVOICE_KEY: account.tower.invoiceKey,
  });
  const logged: string[] = [];
  const log = createLogger("trace", { write: (line: string) => logged.push(line) });
  const tower = await startTower(config, log, "/nonexistent");
  ends.push(tower.stop);
  const ask = async (path: string, body?: unknown, token?: string) => {
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
  return { tower, ask, logged };
}

async function playOneJob(account: LnbitsAccount): Promise<void> {
  // The others are everybody outside the tower: they pay its invoices and take its refund.
  const others = await openContractRig(account);
  ends.push(others.release);
  const { tower, ask, logged } = await start(account);
  expect(tower.wallet).toBe("lnbits");
  const before = await others.wallet.balance();

  const opened = (await ask("/api/jobs", { request: REQUEST, agentId: "alpha" })).body;
  const { jobId, ownerToken, evalInvoice } = opened;
  const job = async () => (await ask(`/api/jobs/${jobId}`, undefined, ownerToken)).body;
  await others.settle(evalInvoice.paymentRequest);
  await expect.poll(async () => (await job()).phase, { timeout: 20_000 }).toBe("awaiting_work_payment");
  const { paymentRequest, amountSats } = (await job()).workInvoice;
  await others.settle(paymentRequest);
  await expect.poll(async () => (await job()).phase, { timeout: 20_000 }).toBe("closed");
  const { outcome, owedSats, actualCostSats } = await job();
  expect([outcome, amountSats - actualCostSats]).toEqual(["completed", owedSats]);
  expect(owedSats).toBeGreaterThan(0);

  const invoice = await others.requestFromElsewhere(sats(owedSats));
  const claimed = await ask(`/api/jobs/${jobId}/refund`, { paymentRequest: invoice }, ownerToken);
  expect(claimed.status).toBeLessThan(300);
  await expect.poll(async () => (await job()).refund, { timeout: 20_000 }).toBe("paid");
  // The tower's wallet gained what the eval and the work cost, and nothing else.
  expect((await others.wallet.balance()) - before).toBe(BigInt(10 + actualCostSats) * 1000n);
  const again = await ask(`/api/jobs/${jobId}/refund`, { paymentRequest: invoice }, ownerToken);
  expect(again.body).toMatchObject({ code: "nothing_owed" });

  expect((await ask("/api/play/purse", undefined, ownerToken)).status).toBe(404);
  for (const secret of [account.tower.adminKey, ownerToken]) expect(logged.join("")).not.toContain(secret);
}

test("a job from the request to the refund on an LNbits wallet, then its books agree with it", async () => {
  const standIn = await startStandIn();
  ends.push(standIn.stop);
  await playOneJob(standIn.account);
});

const REAL_ACCOUNT = process.env["LNBITS_ACCOUNT"];
test.runIf(REAL_ACCOUNT !== undefined)("the same on a real LNbits", async () => {
  await playOneJob(JSON.parse(REAL_ACCOUNT ?? "") as LnbitsAccount);
});
