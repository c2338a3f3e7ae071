import { expect, onTestFinished, test } from "vitest";
import type { JobId } from "../../protocol/ids.ts";
import { sats, toMsat } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { queueOf } from "./jobs.ts";
import { createTestBrain } from "./testing/brain.ts";
import { START } from "./testing/clock.ts";
import { testDirectory } from "./testing/directory.ts";
import { ALPHA, ANNA, BERT, newRequestId, OPERATOR, openTestEconomy } from "./testing/economy.ts";
import { createOutside } from "./testing/outside.ts";
import { sessionsOf } from "./testing/sessions.ts";

test("an agent's turns are in the order in which its jobs were paid, whatever paid them and is paid for them later", async () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  const outside = createOutside();
  const tower = await openTestEconomy(testDirectory(), { brain, outside });
  onTestFinished(() => tower.close());
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(5_000);
  const queued = (jobId: JobId) => tower.until(jobId, ({ phase }) => phase === "queued");
  const first = await anna.ask(id);
  await tower.until(first, ({ phase }) => phase === "executing");
  const gone = await anna.ask(id);
  await queued(gone);
  const funded = await anna.ask(id);
  await queued(funded);
  const ofTreasury = await tower.offered(BERT);
  await tower.economy.perform(OPERATOR, {
    type: "pay_invoice",
    requestId: newRequestId(),
    jobId: ofTreasury.jobId,
    invoiceType: "work",
    from: "treasury",
  });
  await queued(ofTreasury.jobId);
  const paid = await tower.offered(BERT);
  await tower.pay(BERT, paid.jobId, "work");
  await queued(paid.jobId);
  const order = () =>
    tower.database.read(async (sql) => (await queueOf(sql, ALPHA)).map(({ jobId }) => jobId));
  expect(await order()).toEqual([gone, funded, ofTreasury.jobId, paid.jobId]);

  // Those behind are told their new place, and what the treasury paid is paid once more over Lightning.
  await tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: ALPHA,
    action: "abort",
    jobId: gone,
  });
  const { paymentHash } = decodeInvoice(ofTreasury.workInvoice?.paymentRequest ?? "");
  outside.pay(paymentHash, { amount: toMsat(sats(280)), at: START });
  await tower.economy.reconcile(paymentHash);
  expect(await order()).toEqual([funded, ofTreasury.jobId, paid.jobId]);
  expect(await tower.economy.job(ofTreasury.jobId)).toMatchObject({
    phase: "queued",
    queuePlace: 2,
    owedSats: 280,
  });
});
