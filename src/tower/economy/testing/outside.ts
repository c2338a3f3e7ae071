import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import type { PlayWallet } from "../../lightning/play/play-wallet.ts";

/**
 * Payers beyond the play network, who do what a purse cannot: pay too late, too much, or a fraction of a sat. Outlives
 * a crash of the tower, as the rest of the world does.
 */
export interface Outside {
  /** Pays one of the tower's invoices. Nobody is told: the wallet only says so when it is asked. */
  pay(paymentHash: string, payment: { readonly amount: Msat; readonly at: number }): void;
  /** A wallet that has received these payments too. */
  around(wallet: PlayWallet): PlayWallet;
}

/** An outside that has paid nothing yet. */
export function createOutside(): Outside {
  const paid = new Map<string, { readonly amount: Msat; readonly at: number }>();
  const received = (): bigint => [...paid.values()].reduce((sum, { amount }) => sum + amount, 0n);
  return {
    pay(paymentHash, payment) {
      if (!paid.has(paymentHash)) paid.set(paymentHash, payment);
    },
    around: (wallet) => ({
      ...wallet,
      async lookupInvoice(paymentHash) {
        const payment = paid.get(paymentHash);
        if (payment === undefined) return wallet.lookupInvoice(paymentHash);
        return { state: "settled", settledAt: payment.at, amount: payment.amount };
      },
      payFromPurse(owner, paymentRequest) {
        if (paid.has(decodeInvoice(paymentRequest).paymentHash)) {
          refuse("already_paid", "This invoice has been paid already.");
        }
        return wallet.payFromPurse(owner, paymentRequest);
      },
      balance: async () => msat((await wallet.balance()) + received()),
    }),
  };
}
