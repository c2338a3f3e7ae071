import { type Sats, sats } from "../../../../protocol/units.ts";
import type { WalletUnderTest } from "../../wallet-contract.ts";
import { openLnbitsWallet } from "../lnbits-wallet.ts";
import { askLnbits, type LnbitsAccount } from "./account.ts";

/** The wallet's contract on two wallets of one LNbits: the others pay and are paid inside it, with no node behind it. */
export async function openContractRig(
  account: LnbitsAccount,
  followed?: () => Promise<void>,
): Promise<WalletUnderTest> {
  let passed = 0;
  const { url, tower, others } = account;
  const key = { "X-Api-Key": others.adminKey };
  const wallet = openLnbitsWallet({
    url,
    ...tower,
    network: "bc",
    now: () => Date.now() + passed,
    pollMs: 50,
  });
  return {
    wallet,
    settle: async (paymentRequest) =>
      void (await askLnbits(url, "/api/v1/payments", key, { out: true, bolt11: paymentRequest })),
    async requestFromElsewhere(amount: Sats) {
      const invoice = { out: false, amount: sats(amount), unit: "sat", memo: "from elsewhere" };
      const made = await askLnbits(url, "/api/v1/payments", key, invoice);
      return String(made["bolt11"] ?? made["payment_request"]);
    },
    async pass(seconds) {
      passed += seconds * 1000;
    },
    ...(followed && { followed }),
    release: () => wallet.close(),
  };
}
