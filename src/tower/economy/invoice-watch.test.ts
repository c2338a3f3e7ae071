import { expect, test } from "vitest";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, openTestEconomy } from "./testing/economy.ts";
import { createOutside } from "./testing/outside.ts";

test("a settlement that nobody tells of is found, also of an invoice made long after the start", async () => {
  const outside = createOutside();
  const tower = await openTestEconomy(testDirectory(), { outside });
  tower.clock.advance(3_600_000);
  const jobId = await tower.request(ANNA);
  const job = await tower.economy.job(jobId);
  const { amount, paymentHash } = decodeInvoice(job?.evalInvoice?.paymentRequest ?? "");
  if (amount === null) throw new Error("the invoice names no amount");
  outside.pay(paymentHash, { amount, at: tower.clock.now() });
  await expect
    .poll(async () => {
      tower.clock.advance(5_000);
      return (await tower.economy.job(jobId))?.evalInvoice?.state;
    })
    .toBe("settled");
  await tower.close();
});
