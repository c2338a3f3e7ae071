import type { OwnerId } from "../../protocol/ids.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Sats, toMsat } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { expiresAt } from "../lightning/bolt11/invoice.ts";
import type { AddressPayer } from "../lightning/lnurl/address-payer.ts";
import type { Purses } from "../lightning/play/purses.ts";
import type { Wallet } from "../lightning/wallet.ts";
import type { Sql } from "../storage/port.ts";
import { effectKey } from "./decide/decision.ts";
import { assertAboveLeast, type ClaimInvoice } from "./decide/refund.ts";
import { hasEffect } from "./effects-table.ts";
import { findInvoice } from "./invoices.ts";
import { leastPayout } from "./paying-wallet.ts";

/** Where sats are to go: an invoice for exactly the amount, a Lightning Address, or, on play sats, the own purse. */
export interface Payee {
  readonly paymentRequest?: string;
  readonly lightningAddress?: string;
}

/** What finding out where sats go takes. */
export interface PayeeParts {
  readonly wallet: Pick<Wallet, "network" | "kind">;
  /** The payers' purses; only the play wallet has them. */
  readonly purses: Pick<Purses, "makePurseInvoice"> | undefined;
  readonly addressPayer: AddressPayer;
}

type Foreign = Omit<ClaimInvoice, "isOurs">;

/**
 * The invoice that a payee is paid by; a Lightning Address is asked for one, and without any payee the owner's purse makes one.
 * Refuses with `bad_request` for two payees, `malformed_invoice`, `no_amount` where there is no purse, `below_minimum`, and as the
 * address payer does.
 */
export async function payeeInvoice(
  { addressPayer, purses, wallet }: PayeeParts,
  ownerId: OwnerId | undefined,
  { paymentRequest, lightningAddress }: Payee,
  amount: Sats,
): Promise<Foreign> {
  if (paymentRequest !== undefined && lightningAddress !== undefined) {
    refuse("bad_request", "Name an invoice or a Lightning Address, not both.");
  }
  if (paymentRequest !== undefined) return givenInvoice(paymentRequest);
  if (lightningAddress !== undefined) {
    if (wallet.kind === "play") {
      refuse("wrong_network", "Play sats stay on the tower's own network: no Lightning Address can be paid.");
    }
    // What goes nowhere by Lightning is not worth asking somebody's server for.
    assertAboveLeast(amount, { leastSats: leastPayout({ wallet }) });
    return givenInvoice(await addressPayer.invoiceFor(lightningAddress, amount));
  }
  if (purses === undefined || ownerId === undefined) {
    refuse("no_amount", "Say where the sats go: an invoice of your wallet for exactly the amount owed.");
  }
  return {
    ...purses.makePurseInvoice(ownerId, amount),
    prefix: wallet.network,
    amount: toMsat(amount),
  };
}

/** An invoice that somebody hands in. Refuses with `malformed_invoice` what is none. */
export function givenInvoice(paymentRequest: string): Foreign {
  const invoice = decodeInvoice(paymentRequest);
  return {
    paymentRequest,
    paymentHash: invoice.paymentHash,
    prefix: invoice.network,
    amount: invoice.amount ?? undefined,
    expiresAt: expiresAt(invoice),
  };
}

/** The invoice with what the database knows of it. Refuses with `conflict` one that sats were sent to before. */
export async function withOwnership(sql: Sql, invoice: Foreign): Promise<ClaimInvoice> {
  if (await hasEffect(sql, effectKey.payout(invoice.paymentHash))) {
    refuse("conflict", "That invoice was used before: make a new one.");
  }
  return { ...invoice, isOurs: (await findInvoice(sql, invoice.paymentHash)) !== undefined };
}
