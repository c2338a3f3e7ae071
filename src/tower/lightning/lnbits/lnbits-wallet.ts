import * as v from "valibot";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { expiresAt, type Network } from "../bolt11/invoice.ts";
import { createFollowings } from "../followings.ts";
import { type Answer, createJsonClient } from "../json-client.ts";
import { checkWanted, madeInvoice, notSent, type Payable, payOnce } from "../pay-once.ts";
import type { Failed } from "../tries.ts";
import type { InvoiceStatus, PaymentFailure, PaymentLookup, PaymentStatus, Wallet } from "../wallet.ts";
import {
  ErrorSchema,
  FeeReserveSchema,
  InvoiceSchema,
  type LnbitsLookup,
  type LnbitsPayment,
  LookupSchema,
  PaymentsSchema,
  readPayment,
  WalletSchema,
} from "./answers.ts";
import { followPaid } from "./follow-paid.ts";

export interface LnbitsOptions {
  /** Where LNbits is, such as `https://lnbits.example`. */
  readonly url: string;
  /** The wallet's admin key: it can spend. */
  readonly adminKey: string;
  /** The wallet's invoice key: it can only look and ask for payments. The admin key is used where it is left out. */
  readonly invoiceKey?: string;
  readonly network: Network;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where LNbits tells of an invoice that was paid: a hint, once and unsigned. */
  readonly webhook?: string | undefined;
  /** How often it looks for settlements, in milliseconds. */
  readonly pollMs?: number;
  /** Told once when settlements cannot be followed any more, and again only after they could be in between. */
  readonly failed?: Failed | undefined;
}

const POLL_MS = 2_000;

/** What LNbits says when a payment certainly did not happen, and what that is to us; anything else is a refusal of the payee. */
const FAILURES: readonly (readonly [RegExp, PaymentFailure])[] = [
  [/insufficient|not enough|fee reserve|reserve at least/i, "insufficient_balance"],
  [/no.?route|route not found|unable to find a path/i, "no_route"],
  [/expired/i, "invoice_expired"],
];

/**
 * What LNbits sets aside for a payment's route unless its operator set something else: 1 % or 2 sats, whichever is more
 * (`lnbits_reserve_fee_percent` and `lnbits_reserve_fee_min` in `lnbits/settings.py`).
 */
const usualReserve = (amount: Msat): Msat => {
  const part = amount / 100n;
  return msat(part > 2_000n ? part : 2_000n);
};

/**
 * A wallet of an LNbits 1.x (and the older field names) as the tower's wallet. Its own requests carry the invoice key; only `pay` carries
 * the admin key. Follows the routes of `lnbits/core/views/payment_api.py`. Its `failed` is believed; before 1.6 it could
 * mean that the node behind it did not answer (`_pay_external_invoice` in `lnbits/core/services/payments.py`).
 */
export function openLnbitsWallet(options: LnbitsOptions): Wallet {
  const { adminKey, invoiceKey = adminKey, network, now, pollMs = POLL_MS, failed } = options;
  const client = createJsonClient(options.url, "X-Api-Key");
  const followings = createFollowings();

  async function lookup(paymentHash: string): Promise<LnbitsPayment | undefined> {
    const answer = await client.get(`/api/v1/payments/${encodeURIComponent(paymentHash)}`, invoiceKey);
    // A wrong key gets a 404 too where it matters; here an answer without details means that the key was not known.
    if (answer.status === 404) return undefined;
    const found: LnbitsLookup = understood(answer, LookupSchema);
    if (!found.details) return refuse("wallet_unavailable", "LNbits does not know the wallet's key.");
    return { ...found.details, status: statusOf(found.paid, found.details) };
  }

  /**
   * An invoice that was paid from its own wallet, by hand, has two entries with one hash, and looking it up finds the one that left
   * (`get_standalone_payment` orders by amount). Older versions ignore the filter.
   */
  async function incoming(paymentHash: string): Promise<LnbitsPayment | undefined> {
    const path = `/api/v1/payments?payment_hash=${encodeURIComponent(paymentHash)}`;
    return understood(await client.get(path, invoiceKey), PaymentsSchema)
      .flatMap(readPayment)
      .find(({ payment_hash, amount }) => payment_hash === paymentHash && amount > 0n);
  }

  async function lookupInvoice(paymentHash: string): Promise<InvoiceStatus> {
    const found = await lookup(paymentHash);
    const payment = found !== undefined && found.amount < 0n ? await incoming(paymentHash) : found;
    if (payment === undefined || payment.amount <= 0n) return { state: "unknown" };
    if (payment.status === "success") {
      const settledAt = payment.updated_at ?? payment.time ?? now();
      return { state: "settled", settledAt, amount: msat(payment.amount) };
    }
    return { state: now() > expiryOf(payment) ? "expired" : "open" };
  }

  async function lookupPayment(paymentHash: string): Promise<PaymentLookup> {
    const payment = await lookup(paymentHash);
    if (payment === undefined) return { state: "unknown" };
    if (payment.amount > 0n) return { state: "failed", reason: "own_invoice" };
    if (payment.status === "success") return { state: "succeeded", fee: feeOf(payment) };
    return payment.status === "failed" ? { state: "failed", reason: "no_route" } : { state: "pending" };
  }

  async function balance(): Promise<Msat> {
    return msat(understood(await client.get("/api/v1/wallet", invoiceKey), WalletSchema).balance);
  }

  async function send({ paymentRequest, paymentHash, amount, feeLimit }: Payable): Promise<PaymentStatus> {
    const lookup = () => lookupPayment(paymentHash);
    if ((await balance()) < amount) return notSent("insufficient_balance", lookup);
    const { fee_reserve } = understood(
      await client.get(
        `/api/v1/payments/fee-reserve?invoice=${encodeURIComponent(paymentRequest)}`,
        invoiceKey,
      ),
      FeeReserveSchema,
    );
    // LNbits takes no limit for one payment: what it sets aside is the most it will spend.
    if (fee_reserve > feeLimit) return notSent("no_route", lookup);
    const answer = await client.post("/api/v1/payments", adminKey, {
      json: { out: true, bolt11: paymentRequest },
    });
    // Accepted may still be pending, and refused may be because it had been paid: only looking tells.
    const after = await lookup();
    if (after.state === "succeeded" || after.state === "pending") return after;
    if (answer.status < 300) return { state: "pending" };
    return failure(answer) ?? refuse("wallet_unavailable", "LNbits did not say what became of the payment.");
  }

  return {
    kind: "lnbits",
    network,

    async makeInvoice(wanted) {
      checkWanted(wanted);
      const { amount, description, expirySeconds } = wanted;
      // `out` is true when it is left out: then LNbits would try to pay.
      const asked = { out: false, amount, unit: "sat", memo: description, expiry: expirySeconds };
      const json = options.webhook === undefined ? asked : { ...asked, webhook: options.webhook };
      const made = understood(await client.post("/api/v1/payments", invoiceKey, { json }), InvoiceSchema);
      const paymentRequest = made.bolt11 ?? made.payment_request ?? "";
      return madeInvoice({ paymentRequest, paymentHash: made.payment_hash }, { amount, network });
    },

    lookupInvoice,

    pay: payOnce({ network, now, lookupPayment, send }),

    lookupPayment,

    leastFeeLimit: usualReserve,

    followSettlements: (listener, after) =>
      followings.follow(() => followPaid({ client, key: invoiceKey, now, pollMs, failed }, listener, after)),

    balance,

    async close() {
      followings.endAll();
      client.close();
    },
  };
}

/**
 * What became of a payment, where `paid` and its details say the same; what they disagree on is still open. Older versions have no status
 * in the details, and there only `paid` can be known.
 */
function statusOf(paid: boolean, { status, pending }: LnbitsPayment): "success" | "failed" | "pending" {
  if (paid) return (status ?? (pending ? "pending" : "success")) === "success" ? "success" : "pending";
  return status === "failed" ? "failed" : "pending";
}

/** Milliseconds since 1970; never, where older versions leave the invoice out. */
const expiryOf = ({ bolt11 }: LnbitsPayment): number =>
  bolt11 ? expiresAt(decodeInvoice(bolt11)) : Number.POSITIVE_INFINITY;

/** What the route cost. Older versions write it negative, like the amount. */
const feeOf = ({ fee }: LnbitsPayment): Msat => msat(fee < 0n ? -fee : fee);

/** An answer's content, when it is one. */
function understood<Schema extends v.GenericSchema>(answer: Answer, schema: Schema): v.InferOutput<Schema> {
  const read = answer.status < 300 ? v.safeParse(schema, answer.body) : undefined;
  if (read?.success) return read.output;
  if ([401, 403, 404].includes(answer.status))
    return refuse("wallet_unavailable", "LNbits does not accept the wallet's key.");
  return refuse("wallet_unavailable", `LNbits answered with status ${answer.status} and nothing that fits.`);
}

/** Why a payment certainly did not happen; undefined when the answer leaves that open. */
function failure({ body }: Answer): PaymentStatus | undefined {
  const said = v.safeParse(ErrorSchema, body);
  if (!said.success || said.output.status !== "failed") return undefined;
  const detail = String(said.output.detail);
  const known = FAILURES.find(([words]) => words.test(detail));
  return { state: "failed", reason: known?.[1] ?? "rejected" };
}
