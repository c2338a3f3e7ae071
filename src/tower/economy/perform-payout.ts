import { type RefusalCode, RefusalError } from "../../protocol/refusal.ts";
import { toMsat } from "../../protocol/units.ts";
import { PAYMENT_FAILURES, type PaymentLookup, type Wallet } from "../lightning/wallet.ts";
import type { Effect } from "./decide/decision.ts";
import { decision } from "./decide/decision.ts";
import { type PayoutFate, payoutEnded } from "./decide/refund.ts";
import type { Performer } from "./effects.ts";
import { beginAttempt, completeEffect } from "./effects-table.ts";
import { readJobRecord } from "./jobs.ts";
import type { Transactor } from "./transactor.ts";

/** What the wallet refuses before it sends anything. */
const NOTHING_SENT: ReadonlySet<RefusalCode> = new Set([
  "malformed_invoice",
  "wrong_network",
  "no_amount",
  "already_paid",
]);

type PayoutEffect = Extract<Effect, { kind: "payout" }>;

/**
 * Pays a refund to its invoice. Tried before, the wallet is asked first what became of it; only what the wallet
 * never heard of is sent, and always the same invoice. Unknown is not failed.
 */
export function payoutPerformer(parts: {
  readonly transactor: Transactor;
  readonly wallet: Wallet;
}): Performer<"payout"> {
  const { transactor, wallet } = parts;

  async function send(effect: PayoutEffect): Promise<PaymentLookup> {
    try {
      return await wallet.pay({
        paymentRequest: effect.paymentRequest,
        feeLimit: toMsat(effect.feeLimitSats),
      });
    } catch (error) {
      if (error instanceof RefusalError && NOTHING_SENT.has(error.code)) {
        return { state: "failed", reason: "rejected" };
      }
      // Whether it left is not known here: the next try asks the wallet before it sends anything.
      return { state: "pending" };
    }
  }

  return async (effect) => {
    const attempt = await transactor.run(async (sql) => ({
      decision: decision({}),
      result: await beginAttempt(sql, effect.key),
    }));
    if (attempt === undefined) return "done";
    const before: PaymentLookup =
      attempt.number === 1 ? { state: "unknown" } : await wallet.lookupPayment(effect.paymentHash);
    const status = before.state === "unknown" ? await send(effect) : before;
    await transactor.run(async (sql) => {
      const job = await readJobRecord(sql, effect.jobId);
      const fate = fateOf(status);
      if (fate.kind !== "unknown" && !(await completeEffect(sql, effect.key))) {
        return { decision: decision({}), result: undefined };
      }
      return { decision: payoutEnded(job, effect, fate), result: undefined };
    });
    return fateOf(status).kind === "unknown" ? "later" : "done";
  };
}

function fateOf(status: PaymentLookup): PayoutFate {
  switch (status.state) {
    case "succeeded":
      return { kind: "succeeded", fee: status.fee };
    case "failed":
      return { kind: "failed", reason: PAYMENT_FAILURES[status.reason] };
    case "pending":
    case "unknown":
      return { kind: "unknown" };
  }
}
