import { randomBytes } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "@scure/base";
import { type Msat, msat, type Sats, toMsat } from "../../../protocol/units.ts";
import { encodeInvoice } from "../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../bolt11/features.ts";
import { expiresAt, INVOICE_DEFAULTS } from "../bolt11/invoice.ts";
import type { NewInvoice, SettlementHint } from "../wallet.ts";
import type { Account } from "./books.ts";
import type { Database } from "./database.ts";
import type { PlayNode } from "./keys.ts";

/** One invoice of either node, as it is stored. */
export interface StoredInvoice {
  readonly paymentHash: string;
  readonly paymentRequest: string;
  /** Where its sats go. */
  readonly account: Account;
  readonly amount: Msat;
  readonly expiresAt: number;
  readonly settledAt: number | null;
}

interface Row {
  readonly payment_hash: string;
  readonly payment_request: string;
  readonly account: Account;
  readonly msat: bigint;
  readonly expires_at: bigint;
  readonly settled_at: bigint | null;
}

const COLUMNS = "payment_hash, payment_request, account, msat, expires_at, settled_at";

function read(row: unknown): StoredInvoice | null {
  if (row === undefined) return null;
  const { payment_hash, payment_request, account, msat: amount, expires_at, settled_at } = row as Row;
  return {
    paymentHash: payment_hash,
    paymentRequest: payment_request,
    account,
    amount: msat(amount),
    expiresAt: Number(expires_at),
    settledAt: settled_at === null ? null : Number(settled_at),
  };
}

/** What is told of a settlement. The cursor is its time. */
export const settlementHint = (settled: {
  readonly paymentHash: string;
  readonly settledAt: number;
}): SettlementHint => ({ paymentHash: settled.paymentHash, cursor: String(settled.settledAt) });

/** Real invoices with real preimages. Only who pays learns one. */
export function createInvoices({ sql }: Database, now: () => number) {
  const insert = sql.prepare(
    "INSERT INTO invoice (payment_hash, payment_request, preimage, account, msat, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const selectByHash = sql.prepare(`SELECT ${COLUMNS} FROM invoice WHERE payment_hash = ?`);
  const selectByRequest = sql.prepare(`SELECT ${COLUMNS} FROM invoice WHERE payment_request = ?`);
  const selectSettled = sql.prepare(
    "SELECT payment_hash, settled_at FROM invoice WHERE account = ? AND settled_at >= ? ORDER BY settled_at, rowid",
  );
  const selectPreimage = sql.prepare(
    "SELECT lower(hex(preimage)) AS preimage FROM invoice WHERE payment_hash = ? AND settled_at IS NOT NULL",
  );
  const update = sql.prepare("UPDATE invoice SET settled_at = ? WHERE payment_hash = ?");

  return {
    byHash: (paymentHash: string) => read(selectByHash.get(paymentHash.toLowerCase())),
    /** The whole payment request must be the same; an invoice may be written in upper case. */
    byRequest: (paymentRequest: string) => read(selectByRequest.get(paymentRequest.toLowerCase())),

    issue(
      node: PlayNode,
      wanted: { account: Account; amount: Sats; description: string; expirySeconds: number },
    ): NewInvoice {
      const preimage = randomBytes(32);
      const draft = {
        ...INVOICE_DEFAULTS,
        network: "bcrt",
        amount: toMsat(wanted.amount),
        timestamp: Math.floor(now() / 1000),
        expirySeconds: wanted.expirySeconds,
        paymentHash: hex.encode(sha256(preimage)),
        paymentSecret: hex.encode(randomBytes(32)),
        description: { text: wanted.description },
        features: PLAIN_FEATURES,
      } as const;
      const paymentRequest = encodeInvoice(draft, node.secretKey);
      const { paymentHash, amount } = draft;
      insert.run(paymentHash, paymentRequest, preimage, wanted.account, amount, expiresAt(draft));
      return { paymentRequest, paymentHash, expiresAt: expiresAt(draft) };
    },

    /** In hex, for who has just paid the invoice. Throws when it is not settled. */
    preimageForPayer(paymentHash: string): string {
      const row = selectPreimage.get(paymentHash);
      if (row === undefined) throw new Error("nobody has paid this invoice");
      return String(row["preimage"]);
    },

    /** What was settled at `since` (milliseconds since 1970) or later, the oldest first. */
    settledSince: (account: Account, since: number) =>
      selectSettled.all(account, since).map((row) => ({
        paymentHash: String(row["payment_hash"]),
        settledAt: Number(row["settled_at"]),
      })),

    markSettled: (paymentHash: string, at: number): void => {
      update.run(at, paymentHash);
    },
  };
}

export type Invoices = ReturnType<typeof createInvoices>;
