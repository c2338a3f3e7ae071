import { join } from "node:path";
import type { LightningConfig } from "../config.ts";
import { ensurePrivateFile } from "../storage/directory-lock.ts";
import { openLnbitsWallet } from "./lnbits/lnbits-wallet.ts";
import type { DayOf } from "./play/faucet.ts";
import { openPlayWallet } from "./play/play-wallet.ts";
import type { Purses } from "./play/purses.ts";
import type { Wallet } from "./wallet.ts";

/** The tower's wallet, and its payers' purses where it has them. */
export interface OpenedWallet {
  readonly wallet: Wallet;
  readonly purses: Purses | undefined;
}

/** Opens the wallet that the configuration names. Whoever opens it closes it. */
export function openWallet(
  lightning: LightningConfig,
  options: {
    readonly dataDir: string;
    readonly now: () => number;
    readonly dayOf: DayOf;
    /** Where wallets that do so tell of what was paid. */
    readonly webhook: string | undefined;
  },
): OpenedWallet {
  const { dataDir, now, dayOf, webhook } = options;
  if (lightning.kind === "lnbits") {
    const { url, adminKey, invoiceKey = adminKey, network } = lightning;
    return {
      wallet: openLnbitsWallet({ url, adminKey, invoiceKey, network, now, webhook }),
      purses: undefined,
    };
  }
  const file = join(dataDir, "play-wallet.db");
  // It holds keys and preimages.
  ensurePrivateFile(file);
  const wallet = openPlayWallet({ file, now, dayOf });
  return { wallet, purses: wallet };
}
