import { expect } from "vitest";
import { sats } from "../../protocol/units.ts";
import type { WalletUnderTest } from "../lightning/wallet-contract.ts";
import { startJobTower } from "./job-tower.ts";

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

const PATIENT = { timeout: 20_000 };

/** One job on this wallet, from the request to the refund; then its books agree with it. `ends` is what to do in the end. */
export async function playOneJob(real: RealWallet, ends: (() => unknown)[]): Promise<void> {
  const { outside } = real;
  const before = await outside.wallet.balance();
  const { tower, ask, claim, evalInvoice, job, logged, ownerToken, stop } = await startJobTower(real.env);
  ends.push(stop);
  expect(tower.wallet).toBe(real.env["LIGHTNING"]);

  await outside.settle(evalInvoice);
  await expect.poll(async () => (await job()).phase, PATIENT).toBe("awaiting_work_payment");
  const { paymentRequest, amountSats } = (await job()).workInvoice;
  await outside.settle(paymentRequest);
  await expect.poll(async () => (await job()).phase, PATIENT).toBe("closed");
  const { outcome, owedSats, actualCostSats } = await job();
  expect([outcome, amountSats - actualCostSats]).toEqual(["completed", owedSats]);
  expect(owedSats).toBeGreaterThan(0);

  const invoice = await outside.requestFromElsewhere(sats(owedSats));
  expect((await claim(invoice)).status).toBeLessThan(300);
  await expect.poll(async () => (await job()).refund, PATIENT).toBe("paid");
  // The tower's wallet gained what the eval and the work cost, less the refund's way, and nothing else.
  const gained = (await outside.wallet.balance()) - before;
  const misfit = Number(gained - (BigInt(10 + actualCostSats) * 1000n - real.routeFee(owedSats)));
  expect(Math.abs(misfit)).toBeLessThan(Number(outside.balanceStep ?? 1n));
  expect((await claim(invoice)).body).toMatchObject({ code: "nothing_owed" });

  expect((await ask("/api/play/purse")).status).toBe(404);
  for (const secret of [...real.secrets, ownerToken]) expect(logged()).not.toContain(secret);
}
