import type { OwnerId } from "../../../protocol/ids.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Sats, satsDown, satsUp } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import type { NewInvoice, SettlementHint } from "../wallet.ts";
import { type Books, purseAccount } from "./books.ts";
import type { Database } from "./database.ts";
import type { Faucet } from "./faucet.ts";
import type { Hints } from "./hints.ts";
import { type Invoices, type StoredInvoice, settlementHint } from "./invoices.ts";
import type { PlayNode } from "./keys.ts";

/** One owner's play sats. */
export interface Purse {
  readonly balance: Sats;
  /** What the faucet still gives today. */
  readonly faucetLeft: Sats;
}

/** A payment as its payer's wallet tells it. */
export interface PursePayment {
  readonly paymentHash: string;
  /** 64 hex digits. A receipt, and half of an L402 credential: for the payer alone. */
  readonly preimage: string;
  readonly purse: Purse;
}

/** What payers have on the play network. A purse is opened, with a first draw on the faucet, by its first use. */
export interface Purses {
  purse(owner: OwnerId): Purse;

  /** Draws up to 10,000 play sats. Refuses with `faucet_dry` after 50,000 in a day. */
  faucet(owner: OwnerId): Purse;

  /**
   * Pays one of the tower's invoices, which it says is settled from then on. Refuses with `malformed_invoice`, `wrong_network`,
   * `foreign_invoice` (not made by the tower), `already_paid`, `invoice_expired` or `purse_empty`.
   */
  payFromPurse(owner: OwnerId, paymentRequest: string): PursePayment;

  /** An invoice that the tower can pay into the purse; good for an hour. */
  makePurseInvoice(owner: OwnerId, amount: Sats): NewInvoice;

  /** Calls back when a purse has changed. Returns its own undo. */
  followPurses(listener: (owner: OwnerId) => void): () => void;
}

/** Seconds. A refund is paid out at once; an hour leaves time for a tower that is restarted meanwhile. */
const PURSE_INVOICE_EXPIRY = 3600;

/** Says why an invoice that is not one of the tower's cannot be paid from a purse. */
function refuseForeign(paymentRequest: string): never {
  const { network } = decodeInvoice(paymentRequest);
  if (network !== "bcrt") {
    refuse(
      "wrong_network",
      "This invoice asks for real bitcoin. A purse holds play sats, which pay only this tower.",
    );
  }
  return refuse("foreign_invoice", "This invoice was not made by this tower. A purse pays only this tower.");
}

export function createPurses(parts: {
  readonly database: Database;
  readonly books: Books;
  readonly invoices: Invoices;
  readonly faucet: Faucet;
  readonly payers: PlayNode;
  readonly now: () => number;
  readonly purseHints: Hints<OwnerId>;
  readonly settlementHints: Hints<SettlementHint>;
}): Purses {
  const { database, books, invoices, faucet, payers, now, purseHints, settlementHints } = parts;

  const view = (owner: OwnerId): Purse => ({
    balance: satsDown(books.balance(purseAccount(owner))),
    faucetLeft: faucet.left(owner),
  });

  /** Whether the purse was opened just now. */
  function ensureOpen(owner: OwnerId): boolean {
    if (books.exists(purseAccount(owner))) return false;
    faucet.draw(owner);
    return true;
  }

  function payable(paymentRequest: string): StoredInvoice {
    const invoice = invoices.byRequest(paymentRequest);
    if (invoice?.account !== "node") return refuseForeign(paymentRequest);
    if (invoice.settledAt !== null) refuse("already_paid", "This invoice has been paid already.");
    if (now() > invoice.expiresAt) refuse("invoice_expired", "This invoice has expired. Ask for a new one.");
    return invoice;
  }

  /** Milliseconds since 1970: when it was paid. */
  function pay(owner: OwnerId, invoice: StoredInvoice): number {
    const balance = books.balance(purseAccount(owner));
    if (balance < invoice.amount) {
      const price = `Your purse holds ${satsDown(balance)} play sats and this costs ${satsUp(invoice.amount)}.`;
      refuse("purse_empty", `${price} The faucet gives more.`);
    }
    books.move(purseAccount(owner), "node", invoice.amount);
    const settledAt = now();
    invoices.markSettled(invoice.paymentHash, settledAt);
    return settledAt;
  }

  return {
    purse(owner) {
      const { opened, purse } = database.transaction(() => ({
        opened: ensureOpen(owner),
        purse: view(owner),
      }));
      if (opened) purseHints.send(owner);
      return purse;
    },

    faucet(owner) {
      const purse = database.transaction(() => {
        ensureOpen(owner);
        faucet.draw(owner);
        return view(owner);
      });
      purseHints.send(owner);
      return purse;
    },

    payFromPurse(owner, paymentRequest) {
      const paid = database.transaction(() => {
        const invoice = payable(paymentRequest);
        ensureOpen(owner);
        const settledAt = pay(owner, invoice);
        const { paymentHash } = invoice;
        const preimage = invoices.preimageForPayer(paymentHash);
        return { paymentHash, preimage, settledAt, purse: view(owner) };
      });
      settlementHints.send(settlementHint(paid));
      purseHints.send(owner);
      return { paymentHash: paid.paymentHash, preimage: paid.preimage, purse: paid.purse };
    },

    makePurseInvoice(owner, amount) {
      const { opened, invoice } = database.transaction(() => ({
        opened: ensureOpen(owner),
        invoice: invoices.issue(payers, {
          account: purseAccount(owner),
          amount,
          description: "Back to your purse",
          expirySeconds: PURSE_INVOICE_EXPIRY,
        }),
      }));
      if (opened) purseHints.send(owner);
      return invoice;
    },

    followPurses: (listener) => purseHints.follow(listener),
  };
}
