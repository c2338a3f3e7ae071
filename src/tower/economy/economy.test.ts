import { expect, test } from "vitest";
import { auditLedger } from "../ledger/audit.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { ANNA, openTestEconomy, visitor, newRequestId } from "./test-economy.ts";
import { readJob } from "../log/read.ts";
import { readFigures } from "../ledger/figures.ts";
import { createCalendar } from "../ledger/day.ts";

test("a job goes from its request to its refund, and the books balance", async () => {
  const tower = await openTestEconomy(temporaryDirectory());
  const jobId = await tower.request(ANNA);
  await tower.pay(ANNA, jobId, "eval");
  const offered = await tower.until(jobId, (job) => job.phase === "awaiting_work_payment");
  expect(offered.workInvoice?.amountSats).toBe(280);
  await tower.pay(ANNA, jobId, "work");
  const done = await tower.until(jobId, (job) => job.phase === "closed");
  expect(done).toMatchObject({ outcome: "completed", result: "Half and whole.", actualCostSats: 210, owedSats: 70, refund: "owed" });
  await tower.economy.perform(visitor(ANNA), { type: "refund_claim", requestId: newRequestId(), jobId });
  const paid = await tower.until(jobId, (job) => job.refund === "paid");
  expect(paid).toMatchObject({ owedSats: 0, paidBackSats: 70 });
  expect((await tower.database.read((sql) => readJob(sql, jobId))).map((entry) => entry.fact.type)).toEqual([
    "job_started", "invoice_request", "invoice_settled", "invoice_request", "invoice_settled", "job_completed", "refund_claimed", "refund_settled",
  ]);
  console.log(await tower.database.read(auditLedger), tower.failures, await tower.database.read((sql) => readFigures(sql, createCalendar("UTC")(tower.clock.now()))));
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 10 - 210);
  await tower.close();
});
