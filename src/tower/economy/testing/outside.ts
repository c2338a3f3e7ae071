import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import type { PlayWallet } from "../../lightning/play/play-wallet.ts";

/**
 * What becomes of a payout: the wallet pays it, pays it and the answer is lost, never hears of it, or says that there
 * is no route. While an answer is lost, the wallet says of every payout that it is pending.
 */
export type Payouts = "paid" | "answer lost" | "never sent" | "no route";

/**
 * The network beyond the play network: payers who do what a purse cannot (pay too late, too much, or a fraction of a
 * sat), and payouts that go wrong. Outlives a crash of the tower, as the rest of the world does.
 */
export interface Outside {
  payouts: Payouts;
  /** Pays one of the tower's invoices. Nobody is told: the wallet only says so when it is asked. */
  pay(paymentHash: string, payment: { readonly amount: Msat; readonly at: number }): void;
  /** A wallet that has received these payments too. */
  around(wallet: PlayWallet): PlayWallet;
}

/** An outside that has paid nothing yet. */
export function createOutside(): Outside {
  const paid = new Map<string, { readonly amount: Msat; readonly at: number }>();
  const received = (): bigint => [...paid.values()].reduce((sum, { amount }) => sum + amount, 0n);
  const outside: Outside = {
    payouts: "paid",
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
      async pay(payment) {
        if (outside.payouts === "no route") return { state: "failed", reason: "no_route" };
        if (outside.payouts === "never sent") throw new Error("the connection broke before it was sent");
        const status = await wallet.pay(payment);
        if (outside.payouts === "answer lost") throw new Error("the connection broke before the answer came");
        return status;
      },
      async lookupPayment(paymentHash) {
        const isClear = outside.payouts === "paid" || outside.payouts === "no route";
        return isClear ? wallet.lookupPayment(paymentHash) : { state: "pending" };
      },
      balance: async () => msat((await wallet.balance()) + received()),
    }),
  };
  return outside;
}
