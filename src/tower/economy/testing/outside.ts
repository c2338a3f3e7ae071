import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, msat, NO_MSAT } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import type { PlayWallet } from "../../lightning/play/play-wallet.ts";
import type { NewInvoice, PaymentLookup } from "../../lightning/wallet.ts";

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
  /** The payment hash of an invoice, read once: checking a signature takes longer than all the rest of a payment. */
  hashOf(paymentRequest: string): string;
  /** Pays one of the tower's invoices. Nobody is told: the wallet only says so when it is asked. */
  pay(paymentHash: string, payment: { readonly amount: Msat; readonly at: number }): void;
  /** A wallet that has received these payments too. */
  around(wallet: PlayWallet): PlayWallet;
}

/**
 * An outside that has paid nothing yet. With `fees` it charges for each payout, within its limit, as real networks
 * do, tries none without a sat for its route, keeps something of what it receives now and then, and the tower takes the wallet for a
 * real one.
 */
export function createOutside({ fees = false }: { readonly fees?: boolean } = {}): Outside {
  const paid = new Map<string, { readonly amount: Msat; readonly at: number }>();
  const charged = new Map<string, Msat>();
  const hashes = new Map<string, string>();
  function hashOf(paymentRequest: string): string {
    const hash = hashes.get(paymentRequest) ?? decodeInvoice(paymentRequest).paymentHash;
    hashes.set(paymentRequest, hash);
    return hash;
  }
  function made(invoice: NewInvoice): NewInvoice {
    hashes.set(invoice.paymentRequest, invoice.paymentHash);
    return invoice;
  }
  /** What the wallet keeps of a payment, for a channel: of every eighth up to 7 sats. */
  const kept = (paymentHash: string, amount: Msat): Msat =>
    fees && BigInt(`0x${paymentHash.slice(0, 8)}`) % 8n === 0n
      ? msat(amount < 7_000n ? amount : 7_000n)
      : NO_MSAT;
  const received = (): bigint =>
    [...paid].reduce((sum, [paymentHash, { amount }]) => sum + amount - kept(paymentHash, amount), 0n);
  const spentOnFees = (): bigint => [...charged.values()].reduce((sum, amount) => sum + amount, 0n);
  const fee = (paymentHash: string): Msat => charged.get(paymentHash) ?? NO_MSAT;
  /** A fee that is the same for the same payment, once it was paid: anything from nothing to the limit. */
  function charge(paymentRequest: string, feeLimit: Msat): Msat {
    const paymentHash = hashOf(paymentRequest);
    if (!charged.has(paymentHash)) {
      charged.set(paymentHash, msat(BigInt(`0x${paymentHash.slice(0, 8)}`) % (feeLimit + 1n)));
    }
    return fee(paymentHash);
  }
  const withFee = <Status extends PaymentLookup>(status: Status, of: () => Msat): Status =>
    fees && status.state === "succeeded" ? { ...status, fee: of() } : status;
  const outside: Outside = {
    payouts: "paid",
    hashOf,
    pay(paymentHash, payment) {
      if (!paid.has(paymentHash)) paid.set(paymentHash, payment);
    },
    around: (wallet) => ({
      ...wallet,
      // Only the play wallet's own kind is said to charge nothing; the purses are wanted all the same.
      kind: fees ? ("lnd" as PlayWallet["kind"] & "lnd") : wallet.kind,
      makeInvoice: async (wanted) => made(await wallet.makeInvoice(wanted)),
      makePurseInvoice: (owner, amount) => made(wallet.makePurseInvoice(owner, amount)),
      async lookupInvoice(paymentHash) {
        const payment = paid.get(paymentHash);
        if (payment === undefined) return wallet.lookupInvoice(paymentHash);
        const cost = kept(paymentHash, payment.amount);
        return {
          state: "settled",
          settledAt: payment.at,
          amount: payment.amount,
          ...(cost > 0n && { cost }),
        };
      },
      payFromPurse(owner, paymentRequest) {
        if (paid.has(hashOf(paymentRequest))) {
          refuse("already_paid", "This invoice has been paid already.");
        }
        return wallet.payFromPurse(owner, paymentRequest);
      },
      leastFeeLimit: (amount) => (fees ? msat(1_000n) : wallet.leastFeeLimit(amount)),
      async pay(payment) {
        if (outside.payouts === "no route") return { state: "failed", reason: "no_route" };
        if (outside.payouts === "never sent") throw new Error("the connection broke before it was sent");
        const status = withFee(await wallet.pay(payment), () =>
          charge(payment.paymentRequest, payment.feeLimit),
        );
        if (outside.payouts === "answer lost") throw new Error("the connection broke before the answer came");
        return status;
      },
      async lookupPayment(paymentHash) {
        const isClear = outside.payouts === "paid" || outside.payouts === "no route";
        if (!isClear) return { state: "pending" };
        return withFee(await wallet.lookupPayment(paymentHash), () => fee(paymentHash));
      },
      balance: async () => msat((await wallet.balance()) + received() - spentOnFees()),
    }),
  };
  return outside;
}
