import { afterEach, test } from "vitest";
import type { LnbitsAccount } from "./lightning/lnbits/testing/account.ts";
import { openContractRig } from "./lightning/lnbits/testing/contract-rig.ts";
import { startStandIn } from "./lightning/lnbits/testing/stand-in.ts";
import { playJobAndSession } from "./testing/real-wallet.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function playOn(account: LnbitsAccount): Promise<void> {
  const { adminKey, invoiceKey } = account.tower;
  const outside = await openContractRig(account);
  ends.push(outside.release);
  await playJobAndSession(
    {
      env: {
        LIGHTNING: "lnbits",
        LNBITS_URL: account.url,
        LNBITS_ADMIN_KEY: adminKey,
        LNBITS_INVOICE_KEY: invoiceKey,
      },
      secrets: [adminKey],
      outside,
      // Inside one LNbits.
      routeFee: () => 0n,
    },
    ends,
  );
}

test("a job and a session, refunds included, on an LNbits wallet, then its books agree with it", async () => {
  const standIn = await startStandIn();
  ends.push(standIn.stop);
  await playOn(standIn.account);
});

const REAL_ACCOUNT = process.env["LNBITS_ACCOUNT"];
test.runIf(REAL_ACCOUNT !== undefined)("the same on a real LNbits", async () => {
  await playOn(JSON.parse(REAL_ACCOUNT ?? "") as LnbitsAccount);
});
