import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat, NO_MSAT, toMsat } from "../../../protocol/units.ts";
import type { Network } from "../bolt11/invoice.ts";
import { createFollowings } from "../followings.ts";
import { createJsonClient } from "../json-client.ts";
import { checkWanted, madeInvoice, notSent, type Payable, payOnce } from "../pay-once.ts";
import type { Failed } from "../tries.ts";
import type { InvoiceStatus, PaymentFailure, PaymentLookup, PaymentStatus, Wallet } from "../wallet.ts";
import {
  AddedSchema,
  BalanceSchema,
  errorOf,
  InvoiceSchema,
  type LndPayment,
  PaymentSchema,
  resultOf,
  understood,
  unusable,
} from "./answers.ts";
import { followSettled } from "./follow-settled.ts";

export interface LndOptions {
  /** Where its REST interface is, such as `https://127.0.0.1:8080`. */
  readonly url: string;
  /** Hex. Needs `invoices:read invoices:write offchain:read offchain:write`. */
  readonly macaroon: string;
  /** The node's own certificate (PEM), then the only one that is trusted; undefined: one of a public authority. */
  readonly certificate: string | undefined;
  readonly network: Network;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long until a stream that broke is opened again, in milliseconds. */
  readonly reopenMs?: number;
  /** How long a payment may take before it is called pending, in milliseconds. */
  readonly payMs?: number;
  /** Told once when settlements cannot be followed any more, and again only after they could be in between. */
  readonly failed?: Failed | undefined;
}

const LOOK_MS = 10_000;
const REOPEN_MS = 5_000;
const PAY_MS = 65_000;
/** How long LND looks for routes, in seconds; what is under way by then goes on. */
const SEARCH_SECONDS = 45;

/**
 * What LND says of what it does not have (`ErrInvoiceNotFound`, `ErrNoInvoicesCreated`, `ErrPaymentNotInitiated`). The status alone does
 * not do: a node whose wallet is locked answers 404 to everything.
 */
const NO_INVOICE = /unable to locate invoice|no existing invoices/i;
const NO_PAYMENT = /payment isn't initiated/i;

/** Why LND would not even try (`extractIntentFromSendRequest` in `routerrpc/router_backend.go`). Whatever else it says may mean anything. */
const REFUSED: readonly (readonly [RegExp, PaymentFailure])[] = [
  [/invoice expired/i, "invoice_expired"],
  [/self-payments not allowed/i, "own_invoice"],
];

/** `PaymentFailureReason`; the rest is a matter of routes. */
const REASONS: Readonly<Record<string, PaymentFailure>> = {
  FAILURE_REASON_INSUFFICIENT_BALANCE: "insufficient_balance",
  FAILURE_REASON_INCORRECT_PAYMENT_DETAILS: "rejected",
  FAILURE_REASON_ERROR: "rejected",
};

/** An LND (0.18 and later; `lnrpc/lightning.yaml`, `routerrpc/router.yaml`) as the tower's wallet. */
export function openLndWallet(options: LndOptions): Wallet {
  const { url, macaroon: key, certificate, network, now } = options;
  const { reopenMs = REOPEN_MS, payMs = PAY_MS, failed } = options;
  const trust = certificate === undefined ? {} : { certificate };
  const client = createJsonClient(url, "Grpc-Metadata-macaroon", trust);
  const followings = createFollowings();

  /** What the invoice is; `unknown` where the node never made one with this hash. */
  async function lookupInvoice(paymentHash: string): Promise<InvoiceStatus> {
    const answer = await client.get(`/v1/invoice/${encodeURIComponent(paymentHash)}`, key);
    if (answer.status !== 200 && NO_INVOICE.test(errorOf(answer.body) ?? "")) return { state: "unknown" };
    const invoice = understood(answer, InvoiceSchema);
    if (invoice.state === "SETTLED") {
      const settledAt = Number(invoice.settle_date) * 1000;
      return { state: "settled", settledAt, amount: msat(invoice.amt_paid_msat) };
    }
    const end = Number(invoice.creation_date + invoice.expiry) * 1000;
    // LND cancels what has expired by itself, a while after.
    return { state: invoice.state === "CANCELED" || now() > end ? "expired" : "open" };
  }

  async function lookupPayment(paymentHash: string): Promise<PaymentLookup> {
    // The payment as it stands comes first, then whatever becomes of it: the first line does.
    const path = `/v2/router/track/${addressed(paymentHash)}`;
    for await (const answer of client.lines(path, key, { signal: AbortSignal.timeout(LOOK_MS) })) {
      if (!NO_PAYMENT.test(errorOf(answer.body) ?? ""))
        return statusOf(understood(answer, resultOf(PaymentSchema)).result);
      const own = await lookupInvoice(paymentHash);
      return own.state === "unknown" ? own : { state: "failed", reason: "own_invoice" };
    }
    return refuse("wallet_unavailable", "LND did not say what became of the payment.");
  }

  async function balance(): Promise<Msat> {
    return msat(understood(await client.get("/v1/balance/channels", key), BalanceSchema).local_balance.msat);
  }

  /** What LND says at the end of a payment: how it ended, or why it was not even tried. */
  async function sent({ paymentRequest, feeLimit }: Payable): Promise<PaymentStatus | string> {
    const json = {
      payment_request: paymentRequest,
      timeout_seconds: SEARCH_SECONDS,
      // 0, or nothing, is a limit too: only routes that are free.
      fee_limit_msat: String(feeLimit),
      no_inflight_updates: true,
    };
    const options = { body: { json }, signal: AbortSignal.timeout(payMs) };
    for await (const answer of client.lines("/v2/router/send", key, options)) {
      const error = errorOf(answer.body);
      if (error !== undefined) return error;
      const status = statusOf(understood(answer, resultOf(PaymentSchema)).result);
      if (status.state !== "pending") return status;
    }
    return refuse("wallet_unavailable", "LND did not say what became of the payment.");
  }

  async function send(payment: Payable): Promise<PaymentStatus> {
    const lookup = () => lookupPayment(payment.paymentHash);
    if ((await balance()) < payment.amount) return notSent("insufficient_balance", lookup);
    const answer = await sent(payment).catch((error: unknown) => ({ error }));
    if (typeof answer === "object" && "state" in answer) return answer;
    // It may be under way for hours, or have been paid before.
    const after = await lookup();
    if (after.state === "succeeded" || after.state === "pending") return after;
    if (typeof answer === "object") throw answer.error;
    const refused = REFUSED.find(([words]) => words.test(answer));
    if (refused) return { state: "failed", reason: refused[1] };
    return refuse("wallet_unavailable", unusable(answer));
  }

  return {
    kind: "lnd",
    network,

    async makeInvoice(wanted) {
      checkWanted(wanted);
      const { amount, description, expirySeconds } = wanted;
      const json = {
        memo: description,
        value_msat: String(toMsat(amount)),
        expiry: String(expirySeconds),
        // Hints at channels that are not public: without them a node that has no others cannot be paid.
        private: true,
      };
      const added = understood(await client.post("/v1/invoices", key, { json }), AddedSchema);
      const made = { paymentRequest: added.payment_request, paymentHash: added.r_hash };
      return madeInvoice(made, { amount, network });
    },

    lookupInvoice,

    pay: payOnce({ network, now, lookupPayment, send }),

    lookupPayment,

    leastFeeLimit: () => NO_MSAT,

    followSettlements: (listener, after) =>
      followings.follow(() => followSettled({ client, key, reopenMs, failed }, listener, after)),

    balance,

    async close() {
      followings.endAll();
      client.close();
    },
  };
}

/** A hash as it stands in an address: base64 of that kind, and with padding (`Bytes` in grpc-gateway's `runtime/convert.go`). */
const addressed = (paymentHash: string): string =>
  Buffer.from(paymentHash, "hex").toString("base64").replaceAll("+", "-").replaceAll("/", "_");

function statusOf({ status, failure_reason, fee_msat }: LndPayment): PaymentStatus {
  if (status === "SUCCEEDED") return { state: "succeeded", fee: msat(fee_msat) };
  if (status !== "FAILED") return { state: "pending" };
  return { state: "failed", reason: REASONS[failure_reason] ?? "no_route" };
}
