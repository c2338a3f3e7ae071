import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { sats } from "../protocol/units.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import type { WalletUnderTest } from "./lightning/wallet-contract.ts";
import { startTower } from "./tower.ts";

const REQUEST =
  "Give me the sentiment of this: I love the spring, the flowers and the long warm evenings by the river.";

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

/** A real wallet for a tower, and everybody outside the tower: they pay its invoices and take its refund. */
export interface RealWallet {
  /** The variables that name it. */
  readonly env: Readonly<Record<string, string>>;
  /** What must not be logged. */
  readonly secrets: readonly string[];
  /** `wallet` is the tower's own, beside the tower. */
  readonly outside: Pick<WalletUnderTest, "wallet" | "settle" | "requestFromElsewhere" | "balanceStep">;
  /** Msat: what the way of a refund costs. */
  routeFee(amountSats: number): bigint;
}

/** A tower on this wallet, and its HTTP door. */
async function start({ env }: RealWallet, ends: (() => unknown)[]) {
  const dataDir = mkdtempSync(join(tmpdir(), "tower-wallet-"));
  ends.push(() => rmSync(dataDir, { recursive: true }));
  const config = parseConfig({ PORT: "0", DATA_DIR: dataDir, TIME_ZONE: "UTC", BTC_PRICE: "fixed", ...env });
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

/** One job on this wallet, from the request to the refund; then its books agree with it. `ends` is what to do in the end. */
export async function playOneJob(real: RealWallet, ends: (() => unknown)[]): Promise<void> {
  const { outside } = real;
  const { tower, ask, logged } = await start(real, ends);
  expect(tower.wallet).toBe(real.env["LIGHTNING"]);
  const before = await outside.wallet.balance();

  const opened = (await ask("/api/jobs", { request: REQUEST, agentId: "alpha" })).body;
  const { jobId, ownerToken, evalInvoice } = opened;
  const job = async () => (await ask(`/api/jobs/${jobId}`, undefined, ownerToken)).body;
  await outside.settle(evalInvoice.paymentRequest);
  await expect.poll(async () => (await job()).phase, { timeout: 20_000 }).toBe("awaiting_work_payment");
  const { paymentRequest, amountSats } = (await job()).workInvoice;
  await outside.settle(paymentRequest);
  await expect.poll(async () => (await job()).phase, { timeout: 20_000 }).toBe("closed");
  const { outcome, owedSats, actualCostSats } = await job();
  expect([outcome, amountSats - actualCostSats]).toEqual(["completed", owedSats]);
  expect(owedSats).toBeGreaterThan(0);

  const invoice = await outside.requestFromElsewhere(sats(owedSats));
  const claimed = await ask(`/api/jobs/${jobId}/refund`, { paymentRequest: invoice }, ownerToken);
  expect(claimed.status).toBeLessThan(300);
  await expect.poll(async () => (await job()).refund, { timeout: 20_000 }).toBe("paid");
  // The tower's wallet gained what the eval and the work cost, less the refund's way, and nothing else.
  const gained = (await outside.wallet.balance()) - before;
  const misfit = Number(gained - (BigInt(10 + actualCostSats) * 1000n - real.routeFee(owedSats)));
  expect(Math.abs(misfit)).toBeLessThan(Number(outside.balanceStep ?? 1n));
  const again = await ask(`/api/jobs/${jobId}/refund`, { paymentRequest: invoice }, ownerToken);
  expect(again.body).toMatchObject({ code: "nothing_owed" });

  expect((await ask("/api/play/purse", undefined, ownerToken)).status).toBe(404);
  for (const secret of [...real.secrets, ownerToken]) expect(logged.join("")).not.toContain(secret);
}
