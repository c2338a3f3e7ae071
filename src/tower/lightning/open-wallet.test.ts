import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../../protocol/refusal.ts";
import type { LightningConfig } from "../config.ts";
import { parseConnection } from "./nwc/connection.ts";
import { startRelay } from "./nwc/testing/relay.ts";
import { startWalletService } from "./nwc/testing/wallet-service.ts";
import { openWallet } from "./open-wallet.ts";
import { eventually } from "./testing/eventually.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Where everything is answered with status 500. */
async function startBroken(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(500).end("{}"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The connection to a wallet that lists nothing. */
async function startUnlisting() {
  const relay = await startRelay();
  const service = await startWalletService({ relays: [relay.url], dialect: "now", now: Date.now });
  ends.push(relay.stop, service.stop);
  service.mischief.errors.set("list_transactions", "INTERNAL");
  const connection = parseConnection(service.url);
  if (connection === undefined) throw new Error("the stand-in's own connection string is not one");
  return connection;
}

test.each<[string, () => Promise<LightningConfig>]>([
  [
    "LNbits cannot be asked which invoices were paid",
    async () => ({
      kind: "lnbits",
      url: await startBroken(),
      adminKey: "a".repeat(32),
      invoiceKey: undefined,
      network: "bc",
    }),
  ],
  [
    "phoenixd cannot be asked what it received",
    async () => ({ kind: "phoenixd", url: await startBroken(), password: "secret", network: "bc" }),
  ],
  [
    "LND cannot be heard telling what was settled",
    async () => ({
      kind: "lnd",
      url: await startBroken(),
      macaroon: "0201",
      certificateFile: undefined,
      network: "bc",
    }),
  ],
  [
    "the wallet cannot be asked what it received",
    async () => ({ kind: "nwc", connection: await startUnlisting(), network: "bcrt" }),
  ],
])("whoever opens a wallet is told that %s", async (words, configure) => {
  const told: [string, unknown][] = [];
  const { wallet } = openWallet(await configure(), {
    dataDir: "/nowhere",
    now: Date.now,
    dayOf: () => ({ start: 0, end: 0 }),
    webhook: undefined,
    failed: (what, error) => told.push([what, error]),
  });
  ends.push(wallet.close);
  wallet.followSettlements(() => undefined);
  const refusal = expect.objectContaining({ constructor: RefusalError, code: "wallet_unavailable" });
  await eventually(() => told).toContainEqual([words, refusal]);
});
