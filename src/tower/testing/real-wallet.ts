import { expect } from "vitest";
import { sats } from "../../protocol/units.ts";
import type { WalletUnderTest } from "../lightning/wallet-contract.ts";
import { type JobTower, REQUEST, startJobTower } from "./job-tower.ts";

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

/**
 * One job on this wallet, from the request to the refund, and one session, from its deposit to its rest; then its books agree with
 * it. `ends` is what to do in the end.
 */
export async function playJobAndSession(real: RealWallet, ends: (() => unknown)[]): Promise<void> {
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
  expect((await claim(invoice)).body).toMatchObject({ code: "nothing_owed" });
  const { cost, left } = await playOneSession({ ask, outside });
  // The tower's wallet gained what the eval, the work and the session's request cost, less the ways of what went back.
  const gained = (await outside.wallet.balance()) - before;
  const fees = real.routeFee(owedSats) + real.routeFee(left);
  const misfit = Number(gained - (BigInt(10 + actualCostSats + cost) * 1000n - fees));
  expect(Math.abs(misfit)).toBeLessThan(2 * Number(outside.balanceStep ?? 1n));

  expect((await ask("/api/play/purse")).status).toBe(404);
  for (const secret of [...real.secrets, ownerToken]) expect(logged()).not.toContain(secret);
}

/** What the routes of sessions answer, as far as a test reads it. */
interface SessionAnswer {
  readonly sessionId: string;
  readonly invoice: { readonly paymentRequest: string };
  readonly state: string;
  readonly balanceSats: number;
  readonly outcome: string;
  readonly costSats: number;
  readonly refund: string;
}

/** One session on this wallet, from its deposit over a request to what is left of it, paid to everybody outside. */
async function playOneSession({ ask, outside }: { ask: JobTower["ask"]; outside: RealWallet["outside"] }) {
  const asked = async (path: string, body?: unknown) => (await ask(path, body)).body as SessionAnswer;
  const { sessionId, invoice } = await asked("/api/sessions", { amountSats: 1_000 });
  const session = () => asked(`/api/sessions/${sessionId}`);
  await outside.settle(invoice.paymentRequest);
  await expect.poll(async () => (await session()).state, PATIENT).toBe("active");
  const done = await asked(`/api/sessions/${sessionId}/request`, { request: REQUEST, agentId: "alpha" });
  expect(done).toMatchObject({ outcome: "completed", balanceSats: 1_000 - done.costSats });
  const left = await outside.requestFromElsewhere(sats(done.balanceSats));
  await ask(`/api/sessions/${sessionId}/close`, { paymentRequest: left });
  await expect.poll(async () => (await session()).refund, PATIENT).toBe("paid");
  expect(await session()).toMatchObject({ state: "closed", balanceSats: 0, owedSats: 0 });
  return { cost: done.costSats, left: done.balanceSats };
}
