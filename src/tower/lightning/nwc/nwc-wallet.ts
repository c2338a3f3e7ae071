import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "@scure/base";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat, sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { expiresAt, type Network } from "../bolt11/invoice.ts";
import { createFollowings } from "../followings.ts";
import { checkWanted, madeInvoice, notSent, type Payable, payOnce } from "../pay-once.ts";
import type { Failed } from "../tries.ts";
import type { InvoiceStatus, PaymentFailure, PaymentLookup, PaymentStatus, Wallet } from "../wallet.ts";
import {
  BalanceSchema,
  InfoSchema,
  MadeSchema,
  type NwcTransaction,
  PaidSchema,
  TransactionSchema,
} from "./answers.ts";
import { createNwcClient, type Reply } from "./client.ts";
import type { NwcConnection } from "./connection.ts";
import { followSettled, isSettled, LONGEST_OPEN_MS, listInvoices } from "./follow-settled.ts";
import { keepNewest } from "./newest.ts";

export interface NwcOptions {
  readonly connection: NwcConnection;
  readonly network: Network;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How often it looks for settlements where the wallet does not tell of them, in milliseconds. */
  readonly pollMs?: number;
  /** How long an answer may take, and a payment, in milliseconds. */
  readonly lookMs?: number;
  readonly payMs?: number;
  /** How long after a lost connection it tries again first, in milliseconds. */
  readonly retryMs?: number;
  /** Told once when settlements cannot be followed any more, and again only after they could be in between. */
  readonly failed?: Failed | undefined;
}

const POLL_MS = 5_000;
const PAY_MS = 65_000;
/** So many payments' answers are kept, some 300 bytes each: far more than a wallet's list lags behind. */
const MOST_ANSWERED = 10_000;
/** How far the wallet's clock may be behind ours when it looks at a request's expiry, in milliseconds. */
const CLOCK_LEEWAY_MS = 30_000;

/**
 * The errors that a wallet answers before it sends anything. `PAYMENT_FAILED` is none of them: NIP-47 says that it "may be due to a
 * timeout", and then the payment can still arrive. Only the wallet's list says for certain that it failed.
 */
const NOT_SENT: Readonly<Record<string, PaymentFailure>> = {
  INSUFFICIENT_BALANCE: "insufficient_balance",
  // The connection's own budget.
  QUOTA_EXCEEDED: "insufficient_balance",
};

/** What a person can do about the other errors. */
const SENTENCES: Readonly<Record<string, string>> = {
  UNAUTHORIZED: "The wallet does not know this connection. Make a new one and set NWC_URL.",
  EXPIRED: "The connection to the wallet has expired. Make a new one and set NWC_URL.",
  RESTRICTED: "The wallet does not let this connection do that. Give it the permission.",
  NOT_IMPLEMENTED: "The wallet cannot do that: use another one.",
  RATE_LIMITED: "The wallet is asked too often. Try again later.",
};

/** `get_info` says the network in words. Others than these are taken on trust until an invoice is seen. */
const NETWORKS: Readonly<Record<string, Network>> = {
  mainnet: "bc",
  testnet: "tb",
  signet: "tbs",
  regtest: "bcrt",
};
const NEEDED = ["make_invoice", "lookup_invoice", "pay_invoice", "get_balance"] as const;

/**
 * What a payment's route may cost on top, in msat. `pay_invoice` of NIP-47 takes no fee limit: the wallet service applies its own. Alby
 * Hub lets a route cost at most 1 % or 10 sats, whichever is more (`CalculateFeeReserveMsat` in its
 * `transactions/transactions_service.go`, which `lnclient/ldk/ldk.go` hands to its node as the limit). So a payment with a lower limit
 * than this is not sent at all: it could not be kept. A wallet with a higher limit of its own can still exceed ours; what it says that
 * it spent is what is told.
 */
const usualFeeLimit = (amount: Msat): Msat => {
  const part = (amount + 99n) / 100n;
  const least = toMsat(sats(10));
  return part > least ? msat(part) : least;
};

/**
 * A wallet that speaks Nostr Wallet Connect (NIP-47) as the tower's wallet. Everything is asked of the wallet service that the
 * connection names, and only what it signed is believed.
 */
export function openNwcWallet(options: NwcOptions): Wallet {
  const { connection, network, now, pollMs = POLL_MS, payMs = PAY_MS, lookMs, retryMs, failed } = options;
  const client = createNwcClient({
    connection,
    now,
    ...(lookMs !== undefined && { lookMs }),
    ...(retryMs !== undefined && { retryMs }),
  });
  const followings = createFollowings();
  /**
   * What the wallet answered to `pay_invoice`. What it looks up may lag behind that, or leave payments within one service out for good:
   * what it said that it paid is not sent again.
   */
  const answered = keepNewest<PaymentStatus>(MOST_ANSWERED);
  /** Until when (milliseconds since 1970) a payment without an answer may still be begun: until then, unheard of is not unpaid. */
  const unanswered = new Map<string, number>();
  let suits: Promise<void> | undefined;

  async function find(paymentHash: string): Promise<NwcTransaction | undefined> {
    const reply = await client.ask("lookup_invoice", { payment_hash: paymentHash }, TransactionSchema);
    if (!reply.ok && reply.code === "NOT_FOUND") return undefined;
    const found = resultOf(reply);
    if (found.payment_hash !== paymentHash)
      return refuse("wallet_unavailable", "The wallet told of another invoice than it was asked for.");
    return found;
  }

  async function lookupInvoice(paymentHash: string): Promise<InvoiceStatus> {
    const found = await find(paymentHash);
    if (found === undefined) return { state: "unknown" };
    const invoice = found.type === "incoming" ? found : await payeesSide(found);
    if (invoice === undefined) return { state: "unknown" };
    if (isSettled(invoice))
      return { state: "settled", settledAt: invoice.settled_at ?? now(), amount: msat(invoice.amount) };
    const isOver = invoice.state === "expired" || invoice.state === "failed" || now() > expiryOf(invoice);
    return { state: isOver ? "expired" : "open" };
  }

  /** One hash has two sides where the same wallet pays, or tries to, and the lookup may show the payer's (Alby Hub does). */
  async function payeesSide({ payment_hash, created_at = now() }: NwcTransaction) {
    const listed = await listInvoices(client, created_at - LONGEST_OPEN_MS, { unpaid: true });
    return listed.find((each) => each.payment_hash === payment_hash);
  }

  async function lookupPayment(paymentHash: string): Promise<PaymentLookup> {
    const found = await find(paymentHash);
    const fate = found && fateOf(found);
    const said = answered.get(paymentHash);
    if (said?.state === "succeeded" && fate?.state !== "succeeded") return said;
    if (found !== undefined) return fate ?? { state: "pending" };
    if (said !== undefined) return said;
    return { state: now() <= (unanswered.get(paymentHash) ?? 0) ? "pending" : "unknown" };
  }

  async function balance(): Promise<Msat> {
    return msat(resultOf(await client.ask("get_balance", {}, BalanceSchema)).balance);
  }

  /** Refuses a wallet on another network, or a connection that may not do what a tower needs. Asked until it was answered once. */
  function checkConnection(): Promise<void> {
    suits ??= check().catch((error: unknown) => {
      suits = undefined;
      throw error;
    });
    return suits;
  }

  async function check(): Promise<void> {
    const reply = await client.ask("get_info", {}, InfoSchema);
    // A connection without this permission may still have the others.
    if (!reply.ok && ["RESTRICTED", "NOT_IMPLEMENTED"].includes(reply.code)) return;
    const { network: said, methods } = resultOf(reply);
    const known = NETWORKS[said ?? ""];
    if (known !== undefined && known !== network)
      refuse("wallet_unavailable", `The wallet is on network ${known}: set LIGHTNING_NETWORK.`);
    const missing = NEEDED.filter((method) => !methods.includes(method));
    if (missing.length > 0)
      refuse("wallet_unavailable", `The connection does not permit ${missing.join(", ")}: make another one.`);
  }

  async function send({ paymentRequest, paymentHash, amount, feeLimit }: Payable): Promise<PaymentStatus> {
    const lookup = () => lookupPayment(paymentHash);
    if ((await balance()) < amount) return notSent("insufficient_balance", lookup);
    if (usualFeeLimit(amount) > feeLimit) return notSent("no_route", lookup);
    await checkConnection();
    for (const [hash, until] of unanswered) if (now() > until) unanswered.delete(hash);
    unanswered.set(paymentHash, now() + Math.max(payMs, 60_000) + CLOCK_LEEWAY_MS);
    // Whatever is thrown from here on leaves open what happened.
    const reply = await client.ask("pay_invoice", { invoice: paymentRequest }, PaidSchema, payMs);
    if (reply.ok) {
      unanswered.delete(paymentHash);
      const { preimage, fees_paid } = reply.result;
      const isProven = isPreimage(preimage, paymentHash);
      answered.set(
        paymentHash,
        isProven ? { state: "succeeded", fee: msat(fees_paid ?? 0n) } : { state: "pending" },
      );
      // The answer may leave the fee out, so the list is asked; it is paid whether or not that can be asked.
      const after = await lookup().catch(() => answered.get(paymentHash));
      return after === undefined || after.state === "unknown" ? { state: "pending" } : after;
    }
    const reason = NOT_SENT[reply.code];
    if (reason !== undefined || Object.hasOwn(SENTENCES, reply.code)) unanswered.delete(paymentHash);
    // Refused may be because it had been paid, or is being paid: only looking tells.
    const after = await lookup();
    if (reason !== undefined && (after.state === "unknown" || after.state === "failed"))
      return { state: "failed", reason };
    return after.state === "unknown" ? refuse("wallet_unavailable", sentenceOf(reply.code)) : after;
  }

  return {
    kind: "nwc",
    network,

    async makeInvoice(wanted) {
      checkWanted(wanted);
      const { amount, description, expirySeconds } = wanted;
      await checkConnection();
      const params = { amount: amount * 1000, description, expiry: expirySeconds };
      const made = resultOf(await client.ask("make_invoice", params, MadeSchema));
      return madeInvoice(
        { paymentRequest: made.invoice, paymentHash: made.payment_hash },
        { amount, network },
      );
    },

    lookupInvoice,

    pay: payOnce({ network, now, lookupPayment, send }),

    lookupPayment,

    leastFeeLimit: usualFeeLimit,

    followSettlements: (listener, after) =>
      followings.follow(() => followSettled({ client, now, pollMs, failed }, listener, after)),

    balance,

    async close() {
      followings.endAll();
      client.close();
    },
  };
}

/** Milliseconds since 1970; never, where the wallet says neither the invoice nor its end. */
const expiryOf = ({ invoice, expires_at }: NwcTransaction): number =>
  expires_at ?? (invoice ? expiresAt(decodeInvoice(invoice)) : Number.POSITIVE_INFINITY);

/**
 * What a transaction says of a payment; undefined when it does not say. `expired` is no failure of a payment: Alby Hub says so of one
 * that is still under way once its invoice has expired (`nip47/models/transactions.go`).
 */
function fateOf(found: NwcTransaction): PaymentStatus | undefined {
  if (found.type === "incoming") return { state: "failed", reason: "own_invoice" };
  if (isSettled(found)) return { state: "succeeded", fee: msat(found.fees_paid ?? 0n) };
  if (found.state === "failed") return { state: "failed", reason: "no_route" };
  return found.state ? { state: "pending" } : undefined;
}

/** Whether the wallet's word that it paid is backed by the preimage, which is not kept. */
function isPreimage(preimage: string, paymentHash: string): boolean {
  return (
    /^[0-9a-f]{64}$/i.test(preimage) && hex.encode(sha256(hex.decode(preimage.toLowerCase()))) === paymentHash
  );
}

const sentenceOf = (code: string): string => SENTENCES[code] ?? `The wallet answered with the error ${code}.`;

function resultOf<Result>(reply: Reply<Result>): Result {
  return reply.ok ? reply.result : refuse("wallet_unavailable", sentenceOf(reply.code));
}
