import type { OwnerId } from "../../../protocol/ids.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, NO_MSAT, sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { expiresAt } from "../bolt11/invoice.ts";
import type { InvoiceStatus, PaymentFailure, PaymentStatus, SettlementHint, Wallet } from "../wallet.ts";
import { type Account, createBooks, type Holdings, purseOwner } from "./books.ts";
import { openDatabase } from "./database.ts";
import { createFaucet, type DayOf } from "./faucet.ts";
import { createHints } from "./hints.ts";
import { createInvoices, type StoredInvoice, settlementHint } from "./invoices.ts";
import { loadNode } from "./keys.ts";
import { createPayments } from "./payments.ts";
import { createPurses, type Purses } from "./purses.ts";

/** The tower's play wallet and its payers' purses. */
export interface PlayWallet extends Wallet, Purses {
  readonly kind: "play";
  /** Where all play sats are. */
  holdings(): Holdings;
}

const OPENING_BALANCE = toMsat(sats(100_000));

/** A payment the tower asks for, and the account its sats would go to: `null` when the payee's node does not know it. */
interface Payable {
  readonly paymentHash: string;
  readonly paymentRequest: string;
  readonly amount: Msat;
  readonly expiresAt: number;
  readonly account: Account | null;
}

/**
 * Opens the play wallet: a little regtest Lightning network in a file of its own, with a node for the tower, one for all payers, and
 * an outside that takes whatever is paid to it. Its invoices are real, its sats have no value. Everything answered is on disk.
 * Refuses with `wallet_unavailable` while another process has the file open.
 */
export function openPlayWallet(options: {
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly dayOf: DayOf;
}): PlayWallet {
  const { file, now, dayOf } = options;
  const database = openDatabase(file);
  const books = createBooks(database);
  const invoices = createInvoices(database, now);
  const payments = createPayments(database, now);
  const faucet = createFaucet(database, books, now, dayOf);
  const settlementHints = createHints<SettlementHint>();
  const purseHints = createHints<OwnerId>();

  const { tower, payers } = database.transaction(() => {
    if (!books.exists("node")) books.move("mint", "node", OPENING_BALANCE);
    return { tower: loadNode(database, "tower"), payers: loadNode(database, "payers") };
  });
  const purses = createPurses({
    database,
    books,
    invoices,
    faucet,
    payers,
    now,
    purseHints,
    settlementHints,
  });

  function invoiceStatus(invoice: StoredInvoice | null): InvoiceStatus {
    if (invoice?.account !== "node") return { state: "unknown" };
    const { settledAt, amount } = invoice;
    if (settledAt !== null) return { state: "settled", settledAt, amount };
    return { state: now() > invoice.expiresAt ? "expired" : "open" };
  }

  /**
   * Where a payment to a decoded invoice goes; `null` if nowhere. Both nodes know all of their invoices: one that bears
   * a node's key or a known hash, and yet is not stored, is made up.
   */
  function destination(payee: string, paymentHash: string): Account | null {
    if (payee === tower.id) return "node";
    if (payee === payers.id) return null;
    const sameHash = invoices.byHash(paymentHash);
    if (sameHash === null) return "outside";
    return sameHash.account === "node" ? "node" : null;
  }

  /** What was settled at the cursor's time or later: one of the same millisecond may not have been told yet. */
  function missedSince(after: string | undefined): readonly SettlementHint[] {
    if (after === undefined || !/^\d{1,15}$/.test(after)) return [];
    return database.transaction(() => invoices.settledSince("node", Number(after))).map(settlementHint);
  }

  function readPayable(paymentRequest: string): Payable {
    const stored = invoices.byRequest(paymentRequest);
    if (stored !== null) return stored;
    const invoice = decodeInvoice(paymentRequest);
    const { network, amount, payee, paymentHash } = invoice;
    if (network !== "bcrt")
      refuse("wrong_network", "This tower has play sats only. Use an invoice of a play purse.");
    if (amount === null) return refuse("no_amount", "This invoice does not say how many sats it asks for.");
    return {
      paymentHash,
      paymentRequest: paymentRequest.toLowerCase(),
      amount,
      expiresAt: expiresAt(invoice),
      account: destination(payee, paymentHash),
    };
  }

  function route({
    account,
    amount,
    expiresAt: end,
  }: Payable): { to: Account } | { failure: PaymentFailure } {
    if (account === "node") return { failure: "own_invoice" };
    if (account === null) return { failure: "rejected" };
    if (now() > end) return { failure: "invoice_expired" };
    return books.balance("node") < amount ? { failure: "insufficient_balance" } : { to: account };
  }

  /** Runs inside a transaction. `credited` is whose purse the sats went to, if it was one. */
  function payOnce(paymentRequest: string): { status: PaymentStatus; credited: OwnerId | null } {
    const payment = readPayable(paymentRequest);
    if (payments.isTaken(payment)) {
      refuse("already_paid", "Another invoice with the same payment hash was paid before. Make a new one.");
    }
    const before = payments.lookup(payment.paymentHash);
    if (before.state === "succeeded") return { status: before, credited: null };
    const way = route(payment);
    if ("failure" in way) return { status: payments.record(payment, way.failure), credited: null };
    books.move("node", way.to, payment.amount);
    invoices.markSettled(payment.paymentHash, now());
    return { status: payments.record(payment, null), credited: purseOwner(way.to) };
  }

  return {
    ...purses,
    kind: "play",
    network: "bcrt",

    makeInvoice: async (wanted) =>
      database.transaction(() => invoices.issue(tower, { ...wanted, account: "node" })),

    lookupInvoice: async (paymentHash) =>
      database.transaction(() => invoiceStatus(invoices.byHash(paymentHash))),

    async pay({ paymentRequest }) {
      const { status, credited } = database.transaction(() => payOnce(paymentRequest));
      if (credited !== null) purseHints.send(credited);
      return status;
    },

    leastFeeLimit: () => NO_MSAT,

    lookupPayment: async (paymentHash) => database.transaction(() => payments.lookup(paymentHash)),

    followSettlements: (listener, after) => settlementHints.follow(listener, missedSince(after)),

    balance: async () => database.transaction(() => books.balance("node")),

    holdings: () => database.transaction(books.holdings),

    async close() {
      settlementHints.clear();
      purseHints.clear();
      database.close();
    },
  };
}
