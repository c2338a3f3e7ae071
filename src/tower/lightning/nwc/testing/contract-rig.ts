import { type Sats, toMsat } from "../../../../protocol/units.ts";
import type { WalletUnderTest } from "../../wallet-contract.ts";
import { parseConnection } from "../connection.ts";
import { type NwcOptions, openNwcWallet } from "../nwc-wallet.ts";
import { type StandInRelay, startRelay } from "./relay.ts";
import { type NwcDialect, type StandInService, startWalletService } from "./wallet-service.ts";

/** The tower's wallet with all that is behind it, so that a test can do mischief there. */
export interface NwcRig extends WalletUnderTest {
  readonly relays: readonly StandInRelay[];
  readonly service: StandInService;
  /** Another wallet on the same connection, as after a restart. */
  reopen(differs?: Partial<NwcOptions>): WalletUnderTest["wallet"];
}

/** A wallet service behind `relayCount` relays, and the tower's wallet connected to it. They share one time. */
export async function openNwcRig(
  dialect: NwcDialect = "now",
  { relayCount = 1, ...differs }: Partial<NwcOptions> & { readonly relayCount?: number } = {},
): Promise<NwcRig> {
  let passed = 0;
  const now = () => Date.now() + passed;
  const relays = await Promise.all(Array.from({ length: relayCount }, () => startRelay()));
  const service = await startWalletService({ relays: relays.map(({ url }) => url), dialect, now });
  const connection = parseConnection(service.url);
  if (connection === undefined) throw new Error("the stand-in's own connection string is not one");
  const opened: WalletUnderTest["wallet"][] = [];
  const reopen = (other: Partial<NwcOptions> = {}) => {
    const wallet = openNwcWallet({
      connection,
      network: "bcrt",
      now,
      pollMs: 50,
      retryMs: 20,
      ...differs,
      ...other,
    });
    opened.push(wallet);
    return wallet;
  };
  return {
    relays,
    service,
    reopen,
    wallet: reopen(),
    async settle(paymentRequest) {
      service.settle(paymentRequest);
      // NIP-47 tells whole seconds: what happens afterwards is in another one.
      passed += 1000;
    },
    requestFromElsewhere: async (amount: Sats) => service.requestFromElsewhere(Number(toMsat(amount))),
    async pass(seconds) {
      passed += seconds * 1000;
    },
    async release() {
      for (const wallet of opened) await wallet.close();
      service.stop();
      await Promise.all(relays.map((relay) => relay.stop()));
    },
  };
}
