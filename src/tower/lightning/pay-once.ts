import { refuse } from "../../protocol/refusal.ts";
import { type Msat, type Sats, toMsat } from "../../protocol/units.ts";
import { decodeInvoice } from "./bolt11/decode.ts";
import { expiresAt, type Network } from "./bolt11/invoice.ts";
import type { NewInvoice, PaymentFailure, PaymentLookup, PaymentStatus, Wallet } from "./wallet.ts";

/** A decoded invoice to pay. */
export interface Payable {
  /** Lower case. */
  readonly paymentRequest: string;
  readonly paymentHash: string;
  readonly amount: Msat;
  readonly feeLimit: Msat;
}

/** A BOLT 11 description holds this much. */
const MAX_DESCRIPTION_BYTES = 639;

/** Throws a `RangeError` for what no invoice can ask for. */
export function checkWanted({ amount, description }: Parameters<Wallet["makeInvoice"]>[0]): void {
  if (amount < 1) throw new RangeError(`an invoice asks for 1 sat or more, not ${amount}`);
  if (Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES)
    throw new RangeError(`an invoice's description holds ${MAX_DESCRIPTION_BYTES} bytes`);
}

/** What a wallet made, once it is seen to be what was asked for. Refuses with `wallet_unavailable` where it is something else. */
export function madeInvoice(
  made: { readonly paymentRequest: string; readonly paymentHash: string },
  wanted: { readonly amount: Sats; readonly network: Network },
): NewInvoice {
  const invoice = decodeInvoice(made.paymentRequest);
  if (invoice.network !== wanted.network)
    refuse("wallet_unavailable", `The wallet is on network ${invoice.network}: set LIGHTNING_NETWORK.`);
  if (invoice.paymentHash !== made.paymentHash || invoice.amount !== toMsat(wanted.amount))
    refuse("wallet_unavailable", "The wallet made another invoice than it was asked for.");
  return { ...made, expiresAt: expiresAt(invoice) };
}

/**
 * What to answer where a payment is not sent for `reason`. An earlier attempt, accepted then and worked off only now, may be why: its
 * payment may be what emptied the wallet. So it is looked up once more, and `reason` stands only where no money is on its way.
 */
export async function notSent(
  reason: PaymentFailure,
  lookup: () => Promise<PaymentLookup>,
): Promise<PaymentStatus> {
  const after = await lookup();
  return after.state === "succeeded" || after.state === "pending" ? after : { state: "failed", reason };
}

/**
 * `pay` of the wallet port around a wallet that only knows how to send: what cannot be paid is refused, what is under way is waited for,
 * and only what the wallet has not heard of, or what certainly failed, is sent. `send` is given an invoice of another wallet.
 */
export function payOnce(wallet: {
  readonly network: Network;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly lookupPayment: (paymentHash: string) => Promise<PaymentLookup>;
  readonly send: (payment: Payable) => Promise<PaymentStatus>;
}): Wallet["pay"] {
  const { network, now, lookupPayment, send } = wallet;
  /** Payments under way by hash: wallets refuse a second try of one that is going well. */
  const paying = new Map<string, Promise<PaymentStatus>>();

  async function pay(payment: Payable, end: number): Promise<PaymentStatus> {
    const before = await lookupPayment(payment.paymentHash);
    const isCertain = before.state === "failed" && before.reason !== "own_invoice";
    if (before.state !== "unknown" && !isCertain) return before;
    if (now() > end)
      return isCertain ? before : notSent("invoice_expired", () => lookupPayment(payment.paymentHash));
    return send(payment);
  }

  return async ({ paymentRequest, feeLimit }) => {
    const invoice = decodeInvoice(paymentRequest);
    if (invoice.network !== network) refuse("wrong_network", "This invoice is for another network.");
    const { paymentHash, amount } = invoice;
    if (amount === null) return refuse("no_amount", "This invoice does not say how many sats it asks for.");
    const underWay = paying.get(paymentHash);
    if (underWay) return underWay;
    const payment = { paymentRequest: paymentRequest.toLowerCase(), paymentHash, amount, feeLimit };
    const paid = pay(payment, expiresAt(invoice)).finally(() => paying.delete(paymentHash));
    paying.set(paymentHash, paid);
    return paid;
  };
}
