import { refuse } from "../../../protocol/refusal.ts";
import { type Sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import { expiresAt } from "../../lightning/bolt11/invoice.ts";
import { effectKey } from "../decide/decision.ts";
import { assertOwed, type ClaimInvoice, claimRefund } from "../decide/refund.ts";
import type { Caller } from "../economy.ts";
import { hasEffect } from "../effects-table.ts";
import { findInvoice } from "../invoices.ts";
import { type IntentParts, once, ownJob, type Perform } from "./intent.ts";
import { recallIntent } from "./intent-table.ts";

/**
 * Has what is owed back paid to an invoice of the caller's, or into the own purse when none is named and there are
 * purses. Refuses as {@link claimRefund} does, with `malformed_invoice`, and with `conflict` for an invoice that was
 * used for a refund before.
 */
export const claim =
  ({ database, transactor, wallet, purses, feeLimit }: IntentParts): Perform<"refund_claim"> =>
  async (caller, intent) => {
    const known = await database.read((sql) => recallIntent(sql, caller.ownerId, intent));
    if (known?.state === "done") return known.performed;
    const owed = await database.read((sql) => ownJob(sql, caller, intent.jobId));
    assertOwed(owed);
    const invoice =
      intent.paymentRequest === undefined
        ? purseInvoice(purses, caller, owed.owedSats, wallet.network)
        : givenInvoice(intent.paymentRequest);
    return once(transactor, caller, intent, async (sql, moment) => {
      const job = await ownJob(sql, caller, intent.jobId);
      if (await hasEffect(sql, effectKey.payout(invoice.paymentHash))) {
        refuse("conflict", "That invoice was used for a refund before: make a new one.");
      }
      const isOurs = (await findInvoice(sql, invoice.paymentHash)) !== undefined;
      const payer = { prefix: wallet.network, feeLimitSats: feeLimit(job.owedSats) };
      const claimed = claimRefund(job, { ...invoice, isOurs }, payer, moment.now);
      return { decision: claimed, performed: { jobId: job.jobId } };
    });
  };

function givenInvoice(paymentRequest: string): Omit<ClaimInvoice, "isOurs"> {
  const invoice = decodeInvoice(paymentRequest);
  return {
    paymentRequest,
    paymentHash: invoice.paymentHash,
    prefix: invoice.network,
    amount: invoice.amount ?? undefined,
    expiresAt: expiresAt(invoice),
  };
}

function purseInvoice(
  purses: IntentParts["purses"],
  caller: Caller,
  amount: Sats,
  prefix: string,
): Omit<ClaimInvoice, "isOurs"> {
  if (purses === undefined) {
    refuse("no_amount", "Say where the refund goes: an invoice of your wallet for exactly the amount owed.");
  }
  return { ...purses.makePurseInvoice(caller.ownerId, amount), prefix, amount: toMsat(amount) };
}
