import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "@scure/base";
import { msat } from "../../../../protocol/units.ts";
import { decodeInvoice } from "../../bolt11/decode.ts";
import { encodeInvoice } from "../../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../../bolt11/features.ts";
import { expiresAt, INVOICE_DEFAULTS } from "../../bolt11/invoice.ts";
import type { LnbitsAccount } from "./account.ts";

/** How an LNbits answers: `1.x` as `lnbits/core/views/payment_api.py` of 1.6 does; `0.x` with the field names before 1.0. */
export type LnbitsDialect = "1.x" | "0.x";

interface Entry {
  readonly walletId: string;
  readonly hash: string;
  /** Msat; below 0 it left. */
  readonly amount: number;
  readonly bolt11: string;
  readonly preimage: string;
  status: "pending" | "success" | "failed";
  updatedAt: number;
}

/** What one test makes it do differently. */
export interface Mischief {
  /** The next payments answer 201 while they are still pending; `finish` ends them. */
  staysPending: boolean;
  /** The next answer to a payment never arrives, though it was made. */
  losesAnswer: boolean;
  /** The next payment's answer never arrives, and it is made only once this path is asked for. */
  worksOffAt: string | undefined;
  /** It finds no payment when one is looked up. */
  findsNothing: boolean;
  /** What it says of a payment that is looked up, over what is so. */
  readonly says: { paid?: boolean; readonly details: { status?: string; pending?: boolean } };
  /** It lists nothing, and answers this status instead. */
  listStatus: number | undefined;
  /** What stands in its lists before everything else. */
  readonly strange: unknown[];
}

const PRIVATE_KEY = hex.decode("21".repeat(32));
const OPENING_MSAT = 10_000_000;

/** An LNbits with two wallets, kept in memory, for tests without one. The others' payments are internal, as in its own. */
export async function startStandIn(dialect: LnbitsDialect = "1.x") {
  const wallets = { tower: "a".repeat(32), others: "b".repeat(32) };
  const keys = new Map([
    ["tower-admin", { walletId: wallets.tower, isAdmin: true }],
    ["tower-invoice", { walletId: wallets.tower, isAdmin: false }],
    ["others-admin", { walletId: wallets.others, isAdmin: true }],
  ]);
  const entries: Entry[] = [];
  let lastStamp = 0;
  let lists = 0;
  /** No two the same: LNbits' own are to the microsecond. */
  const stamp = (): number => {
    lastStamp = Math.max(Date.now(), lastStamp + 1);
    return lastStamp;
  };
  const mischief: Mischief = {
    staysPending: false,
    losesAnswer: false,
    worksOffAt: undefined,
    findsNothing: false,
    says: { details: {} },
    listStatus: undefined,
    strange: [],
  };
  /** A payment that was accepted and is still to be worked off. */
  let late: (() => unknown) | undefined;

  const balanceOf = (walletId: string): number =>
    entries
      .filter((entry) => entry.walletId === walletId)
      .filter(({ amount, status }) => (amount > 0 ? status === "success" : status !== "failed"))
      .reduce((sum, { amount }) => sum + amount, OPENING_MSAT);

  /** Since 1.0 times are ISO 8601, some of them without an offset; before, seconds. */
  const said = (entry: Entry) => ({
    payment_hash: entry.hash,
    wallet_id: entry.walletId,
    amount: entry.amount,
    preimage: entry.preimage,
    ...(dialect === "1.x"
      ? {
          fee: 0,
          bolt11: entry.bolt11,
          payment_request: entry.bolt11,
          status: entry.status,
          time: new Date(entry.updatedAt).toISOString().replace("Z", ""),
          updated_at: new Date(entry.updatedAt).toISOString().replace("Z", "+00:00"),
        }
      : {
          fee: -0,
          bolt11: entry.bolt11,
          pending: entry.status === "pending",
          time: Math.floor(entry.updatedAt / 1000),
        }),
  });

  function makeInvoice(walletId: string, body: Record<string, unknown>) {
    const preimage = randomBytes(32);
    const hash = hex.encode(sha256(preimage));
    const bolt11 = encodeInvoice(
      {
        ...INVOICE_DEFAULTS,
        network: "bc",
        amount: msat(BigInt(Number(body["amount"])) * 1000n),
        timestamp: Math.floor(Date.now() / 1000),
        expirySeconds: Number(body["expiry"] ?? 3600),
        paymentHash: hash,
        paymentSecret: hex.encode(randomBytes(32)),
        description: { text: String(body["memo"] ?? "") },
        features: PLAIN_FEATURES,
      },
      PRIVATE_KEY,
    );
    entries.push({
      walletId,
      hash,
      amount: Number(body["amount"]) * 1000,
      bolt11,
      preimage: hex.encode(preimage),
      status: "pending",
      updatedAt: Date.now(),
    });
    return dialect === "1.x"
      ? { status: 201, body: { payment_hash: hash, bolt11, payment_request: bolt11 } }
      : { status: 201, body: { payment_hash: hash, payment_request: bolt11 } };
  }

  const failed = (detail: string) => ({ status: 520, body: { detail, status: "failed" } });

  function pay(walletId: string, bolt11: string) {
    const invoice = decodeInvoice(bolt11);
    const target = entries.find(({ hash, amount }) => hash === invoice.paymentHash && amount > 0);
    if (target?.status === "success") return failed("Internal invoice already paid.");
    const amount = Number(invoice.amount ?? 0n);
    if (balanceOf(walletId) < amount) return failed("Insufficient balance.");
    if (target === undefined) return failed("Payment failed: No route found.");
    if (Date.now() > expiresAt(invoice)) return failed("Payment request expired.");
    const entry: Entry = {
      ...target,
      walletId,
      amount: -amount,
      status: mischief.staysPending ? "pending" : "success",
      updatedAt: stamp(),
    };
    entries.push(entry);
    if (entry.status === "success") Object.assign(target, { status: "success", updatedAt: entry.updatedAt });
    return { status: 201, body: said(entry) };
  }

  function lookUp(hash: string, walletId: string | undefined) {
    // The one that left comes first, where a wallet has paid itself: `ORDER BY amount LIMIT 1`.
    const [entry] = entries
      .filter((each) => each.hash === hash && (walletId ?? each.walletId) === each.walletId)
      .sort((a, b) => a.amount - b.amount);
    if (entry === undefined || mischief.findsNothing)
      return { status: 404, body: { detail: "Payment does not exist." } };
    const paid = entry.status === "success";
    // With a key that is not known it answers without details; paid, with the preimage, to anybody.
    const { details, ...says } = mischief.says;
    const shown =
      walletId === undefined ? {} : { status: entry.status, details: { ...said(entry), ...details } };
    return { status: 200, body: { paid, preimage: entry.preimage, ...shown, ...says } };
  }

  function answer(request: IncomingMessage, text: string): { status: number; body: unknown } {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const key = keys.get(String(request.headers["x-api-key"]));
    if (url.pathname === mischief.worksOffAt) {
      late?.();
      late = undefined;
    }
    const [, hash] = /^\/api\/v1\/payments\/([0-9a-f]{64})$/.exec(url.pathname) ?? [];
    if (hash !== undefined) return lookUp(hash, key?.walletId);
    if (key === undefined) return { status: 404, body: { detail: "Wallet not found." } };
    if (url.pathname === "/api/v1/wallet") return { status: 200, body: { balance: balanceOf(key.walletId) } };
    if (url.pathname === "/api/v1/payments/fee-reserve") {
      const amount = Number(decodeInvoice(url.searchParams.get("invoice") ?? "").amount ?? 0n);
      return { status: 200, body: { fee_reserve: Math.max(2000, amount * 0.01) } };
    }
    if (url.pathname !== "/api/v1/payments") return { status: 404, body: { detail: "Not Found" } };
    if (request.method === "GET") {
      const mine = entries.filter(({ walletId }) => walletId === key.walletId);
      const { status, payment_hash } = Object.fromEntries(url.searchParams);
      const wanted = mine
        .filter((entry) => entry.status === (status ?? entry.status))
        .filter((entry) => entry.hash === (payment_hash ?? entry.hash));
      lists += 1;
      if (mischief.listStatus !== undefined) return { status: mischief.listStatus, body: { detail: "No." } };
      const from = Number(url.searchParams.get("offset") ?? 0);
      const page = wanted
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .slice(from, from + Number(url.searchParams.get("limit") ?? 10));
      return { status: 200, body: [...mischief.strange, ...page.map(said)] };
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    if (body["out"] === false) return makeInvoice(key.walletId, body);
    return key.isAdmin
      ? pay(key.walletId, String(body["bolt11"]))
      : { status: 403, body: { detail: "Invoice (or Admin) key required." } };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = utf8.encode(Buffer.concat(chunks));
      const isPayment = request.method === "POST" && text.includes('"out":true');
      if (isPayment && mischief.worksOffAt !== undefined && late === undefined) {
        late = () => answer(request, text);
        request.socket.destroy();
        return;
      }
      const { status, body } = answer(request, text);
      if (mischief.losesAnswer && isPayment) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const account: LnbitsAccount = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tower: { adminKey: "tower-admin", invoiceKey: "tower-invoice" },
    others: { adminKey: "others-admin" },
  };

  return {
    account,
    mischief,
    /** How often payments were listed. */
    lists: () => lists,
    /** Ends the payments that are under way. */
    finish(status: "success" | "failed") {
      for (const entry of entries) if (entry.amount < 0 && entry.status === "pending") entry.status = status;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
