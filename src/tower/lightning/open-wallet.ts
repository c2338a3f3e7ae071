import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RefusalError } from "../../protocol/refusal.ts";
import type { LightningConfig } from "../config.ts";
import { ensurePrivateFile } from "../storage/directory-lock.ts";
import { openLnbitsWallet } from "./lnbits/lnbits-wallet.ts";
import { openLndWallet } from "./lnd/lnd-wallet.ts";
import { openNwcWallet } from "./nwc/nwc-wallet.ts";
import { openPhoenixdWallet } from "./phoenixd/phoenixd-wallet.ts";
import type { DayOf } from "./play/faucet.ts";
import { openPlayWallet } from "./play/play-wallet.ts";
import type { Purses } from "./play/purses.ts";
import type { Failed } from "./tries.ts";
import type { Wallet } from "./wallet.ts";

/** The tower's wallet, and its payers' purses where it has them. */
export interface OpenedWallet {
  readonly wallet: Wallet;
  readonly purses: Purses | undefined;
}

/**
 * Opens the wallet that the configuration names. Whoever opens it closes it. Refuses with `bad_request` where a file that it names cannot
 * be read.
 */
export function openWallet(
  lightning: LightningConfig,
  options: {
    readonly dataDir: string;
    readonly now: () => number;
    readonly dayOf: DayOf;
    /** Where wallets that do so tell of what was paid. */
    readonly webhook: string | undefined;
    /** Told once when the wallet's settlements cannot be followed any more, and again only after they could be in between. */
    readonly failed: Failed;
  },
): OpenedWallet {
  const { dataDir, now, dayOf, webhook, failed } = options;
  if (lightning.kind !== "play")
    return { wallet: openRealWallet(lightning, { now, webhook, failed }), purses: undefined };
  const file = join(dataDir, "play-wallet.db");
  // It holds keys and preimages.
  ensurePrivateFile(file);
  const wallet = openPlayWallet({ file, now, dayOf });
  return { wallet, purses: wallet };
}

function openRealWallet(
  lightning: Exclude<LightningConfig, { readonly kind: "play" }>,
  parts: { readonly now: () => number; readonly webhook: string | undefined; readonly failed: Failed },
): Wallet {
  const { now, webhook, failed } = parts;
  switch (lightning.kind) {
    case "lnbits": {
      const { url, adminKey, invoiceKey = adminKey, network } = lightning;
      return openLnbitsWallet({ url, adminKey, invoiceKey, network, now, webhook, failed });
    }
    case "phoenixd":
      return openPhoenixdWallet({ ...lightning, now, failed });
    case "lnd": {
      const { url, macaroon, certificateFile, network } = lightning;
      const certificate = certificateFile === undefined ? undefined : readCertificate(certificateFile);
      return openLndWallet({ url, macaroon, certificate, network, now, failed });
    }
    case "nwc":
      return openNwcWallet({ ...lightning, now, failed });
  }
}

function readCertificate(file: string): string {
  try {
    const pem = readFileSync(file, "utf8");
    // Throws for what is none.
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    const sentence = `LND_TLS_CERT names ${file}, which is no certificate that can be read.`;
    throw new RefusalError("bad_request", sentence, { cause });
  }
}
