import * as v from "valibot";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat } from "../../../protocol/units.ts";
import type { Network } from "../bolt11/invoice.ts";
import { createFollowings } from "../followings.ts";
import { type Answer, createJsonClient } from "../json-client.ts";
import { checkWanted, madeInvoice, notSent, type Payable, payOnce } from "../pay-once.ts";
import type { Failed } from "../tries.ts";
import type { InvoiceStatus, PaymentFailure, PaymentLookup, PaymentStatus, Wallet } from "../wallet.ts";
import {
  BalanceSchema,
  GeneratedInvoiceSchema,
  IncomingSchema,
  OutgoingSchema,
  PaidOrNotSchema,
  type PhoenixdIncoming,
} from "./answers.ts";
import { followReceived } from "./follow-received.ts";

export interface PhoenixdOptions {
  /** Where phoenixd is, such as `http://127.0.0.1:9740`. */
  readonly url: string;
  /** `http-password` of its `phoenix.conf`: it can spend. The one for limited access cannot pay refunds. */
  readonly password: string;
  readonly network: Network;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How often it looks for settlements that no notification told of, in milliseconds. */
  readonly pollMs?: number;
  /** How long a payment may take before it is called pending, in milliseconds. */
  readonly payMs?: number;
  /** How long until a notification socket that broke is opened again, in milliseconds. */
  readonly reopenMs?: number;
  /** Told once when settlements cannot be followed any more, and again only after they could be in between. */
  readonly failed?: Failed | undefined;
}

const POLL_MS = 10_000;
const PAY_MS = 65_000;
const REOPEN_MS = 5_000;
/** UTF-16 units: `maxDescriptionSize` in phoenixd's `Api.kt`. */
const MAX_DESCRIPTION = 128;

/** What ACINQ's node takes for a route, whatever the route costs: 4 sats and 0.4 % (`trampolineFees` in phoenixd's `Lsp.kt`). */
const trampolineFee = (amount: Msat): Msat => msat(4_000n + (amount * 4n + 999n) / 1_000n);

/** What phoenixd says when a payment failed (lightning-kmp's `FinalFailure`), and what that is to us. The rest is a matter of routes. */
const FAILURES: readonly (readonly [RegExp, PaymentFailure])[] = [
  [/not enough ?funds|PaymentAmountTooBig/i, "insufficient_balance"],
  [/rejected|features not supported/i, "rejected"],
];

/** Failures of the second try alone. */
const UNDER_WAY = /already been paid|in progress/i;

/** A phoenixd (0.7; its `Api.kt`) as the tower's wallet. */
export function openPhoenixdWallet(options: PhoenixdOptions): Wallet {
  const { url, network, now, pollMs = POLL_MS, payMs = PAY_MS, reopenMs = REOPEN_MS, failed } = options;
  // Whatever user is named, phoenixd looks at the password alone.
  const key = `Basic ${Buffer.from(`:${options.password}`).toString("base64")}`;
  const client = createJsonClient(url, "authorization");
  const followings = createFollowings();

  async function incoming(paymentHash: string): Promise<PhoenixdIncoming | undefined> {
    const answer = await client.get(`/payments/incoming/${encodeURIComponent(paymentHash)}`, key);
    return answer.status === 404 ? undefined : understood(answer, IncomingSchema);
  }

  async function lookupInvoice(paymentHash: string): Promise<InvoiceStatus> {
    const payment = await incoming(paymentHash);
    if (payment === undefined) return { state: "unknown" };
    if (payment.isPaid) {
      const amount = paidFor(payment);
      const cost = msat(amount - payment.receivedSat * 1000n);
      return {
        state: "settled",
        settledAt: payment.completedAt ?? now(),
        amount,
        ...(cost > 0n && { cost }),
      };
    }
    return { state: now() > (payment.expiresAt ?? Number.POSITIVE_INFINITY) ? "expired" : "open" };
  }

  async function lookupPayment(paymentHash: string): Promise<PaymentLookup> {
    const answer = await client.get(`/payments/outgoingbyhash/${encodeURIComponent(paymentHash)}`, key);
    if (answer.status === 404) {
      const own = await incoming(paymentHash);
      return own === undefined ? { state: "unknown" } : { state: "failed", reason: "own_invoice" };
    }
    const { isPaid, completedAt, fees } = understood(answer, OutgoingSchema);
    if (isPaid) return { state: "succeeded", fee: msat(fees) };
    return completedAt === undefined ? { state: "pending" } : { state: "failed", reason: "no_route" };
  }

  async function balance(): Promise<Msat> {
    return msat(understood(await client.get("/getbalance", key), BalanceSchema).balanceSat * 1000n);
  }

  async function send({ paymentRequest, paymentHash, amount, feeLimit }: Payable): Promise<PaymentStatus> {
    const lookup = () => lookupPayment(paymentHash);
    const fee = trampolineFee(amount);
    if ((await balance()) < amount + fee) return notSent("insufficient_balance", lookup);
    // phoenixd takes no limit for a payment's fee, and its fee is known beforehand.
    if (fee > feeLimit) return notSent("no_route", lookup);
    const answer = await client
      .post("/payinvoice", key, { form: { invoice: paymentRequest } }, payMs)
      .catch((error: unknown) => ({ error }));
    // It answers when the payment has come to an end, which may be in hours; and "already paid" is one of its failures.
    const after = await lookup();
    if (after.state === "succeeded" || after.state === "pending") return after;
    if ("error" in answer) throw answer.error;
    const { paymentId, reason } = understood(answer, PaidOrNotSchema);
    if (paymentId !== undefined || reason === undefined || UNDER_WAY.test(reason))
      return { state: "pending" };
    const known = FAILURES.find(([words]) => words.test(reason));
    return { state: "failed", reason: known?.[1] ?? "no_route" };
  }

  return {
    kind: "phoenixd",
    network,

    async makeInvoice(wanted) {
      checkWanted(wanted);
      const { amount, description, expirySeconds } = wanted;
      const form = {
        amountSat: String(amount),
        description: cut(description),
        expirySeconds: String(expirySeconds),
      };
      const answer = await client.post("/createinvoice", key, { form });
      const { serialized, paymentHash } = understood(answer, GeneratedInvoiceSchema);
      return madeInvoice({ paymentRequest: serialized, paymentHash }, { amount, network });
    },

    lookupInvoice,

    pay: payOnce({ network, now, lookupPayment, send }),

    lookupPayment,

    leastFeeLimit: trampolineFee,

    followSettlements: (listener, after) =>
      followings.follow(() =>
        followReceived({ client, url, key, now, pollMs, reopenMs, failed }, listener, after),
      ),

    balance,

    async close() {
      followings.endAll();
      client.close();
    },
  };
}

/**
 * What the payer paid: a channel's cost is the wallet's, not the payer's. Both parts are rounded down somewhere, so that their sum may be a
 * fraction of a sat short; less than what was asked for is never taken (lightning-kmp's `IncomingPaymentHandler`).
 */
function paidFor({ receivedSat, fees, requestedSat = 0n }: PhoenixdIncoming): Msat {
  const told = receivedSat * 1000n + fees;
  const asked = requestedSat * 1000n;
  return msat(told > asked ? told : asked);
}

/** A description as phoenixd takes it, cut between whole characters. */
function cut(description: string): string {
  if (description.length <= MAX_DESCRIPTION) return description;
  let kept = "";
  for (const character of description) {
    if (kept.length + character.length >= MAX_DESCRIPTION) break;
    kept += character;
  }
  return `${kept}…`;
}

/** An answer's content, when it is one. Errors are plain text. */
function understood<Schema extends v.GenericSchema>(answer: Answer, schema: Schema): v.InferOutput<Schema> {
  const read = answer.status === 200 ? v.safeParse(schema, answer.body) : undefined;
  if (read?.success) return read.output;
  if (answer.status === 401)
    return refuse("wallet_unavailable", "phoenixd does not accept the wallet's password.");
  return refuse(
    "wallet_unavailable",
    `phoenixd answered with status ${answer.status} and nothing that fits.`,
  );
}
