import { randomBytes } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "@scure/base";
import { msat } from "../../../../protocol/units.ts";
import { decodeInvoice } from "../../bolt11/decode.ts";
import { encodeInvoice } from "../../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../../bolt11/features.ts";
import { expiresAt, INVOICE_DEFAULTS } from "../../bolt11/invoice.ts";

/** One side of an invoice. Amounts are msat, times milliseconds since 1970. */
export interface Entry {
  readonly owner: "tower" | "others";
  readonly type: "incoming" | "outgoing";
  readonly hash: string;
  readonly invoice: string;
  readonly preimage: string;
  readonly amount: number;
  readonly createdAt: number;
  state: "pending" | "settled" | "failed";
  settledAt: number | undefined;
}

/** The error codes of NIP-47, as far as the stand-in answers them. */
export class NwcError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`The stand-in says ${code}.`);
    this.code = code;
  }
}

const PRIVATE_KEY = hex.decode("21".repeat(32));
const OPENING_MSAT = 10_000_000;

/** The wallets of the tower and of everybody else, in memory, on regtest. A payment between them costs `fee` msat. */
export function createBooks(now: () => number, fee: number) {
  const entries: Entry[] = [];

  const balanceOf = (owner: Entry["owner"]): number =>
    entries
      .filter((entry) => entry.owner === owner)
      .reduce((sum, { type, amount, state }) => {
        if (type === "incoming") return state === "settled" ? sum + amount : sum;
        return state === "failed" ? sum : sum - amount - fee;
      }, OPENING_MSAT);

  function ask(owner: Entry["owner"], amount: number, description: string, expirySeconds: number): Entry {
    const preimage = randomBytes(32);
    const hash = hex.encode(sha256(preimage));
    const invoice = encodeInvoice(
      {
        ...INVOICE_DEFAULTS,
        network: "bcrt",
        amount: msat(BigInt(amount)),
        timestamp: Math.floor(now() / 1000),
        expirySeconds,
        paymentHash: hash,
        paymentSecret: hex.encode(randomBytes(32)),
        description: { text: description },
        features: PLAIN_FEATURES,
      },
      PRIVATE_KEY,
    );
    const entry: Entry = {
      owner,
      type: "incoming",
      hash,
      invoice,
      preimage: hex.encode(preimage),
      amount,
      createdAt: now(),
      state: "pending",
      settledAt: undefined,
    };
    entries.push(entry);
    return entry;
  }

  /** Ends a payment, and with it the invoice that it is for. */
  function end(payment: Entry, state: "settled" | "failed"): void {
    payment.state = state;
    if (state === "failed") return;
    payment.settledAt = now();
    const target = entries.find(({ hash, type }) => hash === payment.hash && type === "incoming");
    if (target) Object.assign(target, { state, settledAt: now() });
  }

  /** Begins a payment. Throws what the wallet would answer. */
  function pay(owner: Entry["owner"], paymentRequest: string): Entry {
    const { paymentHash, ...invoice } = decodeInvoice(paymentRequest);
    const target = entries.find(({ hash, type }) => hash === paymentHash && type === "incoming");
    const tried = entries.find(
      ({ hash, type, state }) => hash === paymentHash && type === "outgoing" && state !== "failed",
    );
    if (tried) throw new NwcError("INTERNAL");
    if (balanceOf(owner) < Number(invoice.amount) + fee) throw new NwcError("INSUFFICIENT_BALANCE");
    if (now() > expiresAt(invoice)) throw new NwcError("INTERNAL");
    const payment: Entry = {
      owner,
      type: "outgoing",
      hash: paymentHash,
      invoice: paymentRequest,
      preimage: target?.preimage ?? "",
      amount: Number(invoice.amount),
      createdAt: now(),
      state: target === undefined ? "failed" : "pending",
      settledAt: undefined,
    };
    entries.push(payment);
    if (target === undefined) throw new NwcError("PAYMENT_FAILED");
    return payment;
  }

  return {
    ask,
    pay,
    end,
    balanceOf,
    /** What the tower's wallet knows, the newest first. */
    ofTower: () => entries.filter(({ owner }) => owner === "tower").sort((a, b) => b.createdAt - a.createdAt),
  };
}
