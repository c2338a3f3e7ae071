import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../protocol/refusal.ts";
import { toMsat } from "../protocol/units.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import { openLndWallet } from "./lightning/lnd/lnd-wallet.ts";
import { startStandIn as startLnd } from "./lightning/lnd/testing/stand-in.ts";
import { openPhoenixdWallet } from "./lightning/phoenixd/phoenixd-wallet.ts";
import { startStandIn as startPhoenixd } from "./lightning/phoenixd/testing/stand-in.ts";
import { playJobAndSession } from "./testing/real-wallet.ts";
import { startTower } from "./tower.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "tower-nodes-"));
  ends.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

test("a job and a session, refunds included, on a phoenixd, then its books agree with it", async () => {
  const node = await startPhoenixd();
  ends.push(node.stop);
  const { url, password } = node;
  const wallet = openPhoenixdWallet({ url, password, network: "bc", now: Date.now });
  ends.push(wallet.close);
  await playJobAndSession(
    {
      env: { LIGHTNING: "phoenixd", PHOENIXD_URL: url, PHOENIXD_PASSWORD: password },
      secrets: [password],
      outside: {
        wallet,
        balanceStep: 1000n,
        settle: async (paymentRequest) => node.receive(paymentRequest),
        requestFromElsewhere: async (amount) => node.request(toMsat(amount)),
      },
      routeFee: (amountSats) => 4_000n + BigInt(amountSats) * 4n,
    },
    ends,
  );
});

test("a job and a session, refunds included, on an LND, then its books agree with it", async () => {
  const node = await startLnd();
  ends.push(node.stop);
  const { url, macaroon, certificate } = node;
  const file = join(newDirectory(), "tls.cert");
  writeFileSync(file, certificate);
  const wallet = openLndWallet({ url, macaroon, certificate, network: "bc", now: Date.now });
  ends.push(wallet.close);
  await playJobAndSession(
    {
      env: { LIGHTNING: "lnd", LND_URL: url, LND_MACAROON: macaroon, LND_TLS_CERT: file },
      secrets: [macaroon],
      outside: {
        wallet,
        settle: async (paymentRequest) => node.receive(paymentRequest),
        requestFromElsewhere: async (amount) => node.request(toMsat(amount)),
      },
      routeFee: () => 1_200n,
    },
    ends,
  );
});

test("a certificate that cannot be read is said so at the start", async () => {
  const directory = newDirectory();
  const file = join(directory, "tls.cert");
  writeFileSync(file, "this is no certificate");
  for (const named of [file, join(directory, "nowhere")]) {
    const config = parseConfig({
      PORT: "0",
      DATA_DIR: directory,
      LIGHTNING: "lnd",
      LND_URL: "https://127.0.0.1:8080",
      LND_MACAROON: "02".repeat(60),
      LND_TLS_CERT: named,
    });
    const started = startTower(config, createLogger("silent", { write: () => undefined }), "/nonexistent");
    await expect(started).rejects.toThrow(
      expect.objectContaining({
        constructor: RefusalError,
        code: "bad_request",
        message: `LND_TLS_CERT names ${named}, which is no certificate that can be read.`,
      }),
    );
  }
});
