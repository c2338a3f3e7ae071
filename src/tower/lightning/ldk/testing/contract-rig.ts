import { NO_MSAT } from "../../../../protocol/units.ts";
import type { Wallet } from "../../wallet.ts";
import type { WalletUnderTest } from "../../wallet-contract.ts";
import { openLdkWallet } from "./ldk-wallet.ts";
import { type LdkNetwork, startNetwork } from "./network.ts";

/** The tower's node, and that of everybody else, who pays it and is paid. */
export interface LdkRig extends WalletUnderTest {
  readonly others: Wallet;
  readonly network: LdkNetwork;
}

/** Two real nodes with a channel between them. The payee's half of it is from the start, so that it can refund. */
export async function openLdkRig(): Promise<LdkRig> {
  const network = await startNetwork();
  const wallet = openLdkWallet(network, network.second);
  const others = openLdkWallet(network, network.first);
  return {
    wallet,
    others,
    network,
    async settle(paymentRequest) {
      const paid = await others.pay({ paymentRequest, feeLimit: NO_MSAT });
      if (paid.state !== "succeeded") throw new Error(`the invoice was not paid: ${paid.state}`);
    },
    async requestFromElsewhere(amount) {
      const wanted = { amount, description: "from elsewhere", expirySeconds: 600 };
      return (await others.makeInvoice(wanted)).paymentRequest;
    },
    pass: async (seconds) => network.pass(seconds),
    async release() {
      await Promise.all([wallet.close(), others.close()]);
    },
  };
}
