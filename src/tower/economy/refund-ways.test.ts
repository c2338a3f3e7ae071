import { expect, onTestFinished, test } from "vitest";
import type { JobId } from "../../protocol/ids.ts";
import { requestId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { RefusalError } from "../../protocol/refusal.ts";
import { msat, type Sats, sats } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { createTestClock, START } from "./testing/clock.ts";
import { createMortal } from "./testing/crash.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, BERT, newRequestId, openTestEconomy, type TestEconomy, visitor } from "./testing/economy.ts";
import { opened, owing } from "./testing/opened.ts";
import { createOutside } from "./testing/outside.ts";
import { sessionsOf } from "./testing/sessions.ts";

type Where = Partial<
  Pick<Extract<Intent, { type: "refund_claim" }>, "sessionId" | "paymentRequest" | "lightningAddress">
>;
const claim = (tower: TestEconomy, jobId: JobId, where: Where, id = newRequestId(), owner = ANNA) =>
  tower.economy.perform(visitor(owner), { type: "refund_claim", requestId: id, jobId, ...where });

test("what is owed for a job is put on its payer's session, at once and once", async () => {
  const tower = await opened();
  const jobId = await owing(tower);
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  const tries = await Promise.allSettled([
    claim(tower, jobId, { sessionId: id }),
    claim(tower, jobId, { sessionId: id }),
    claim(tower, jobId, {}),
  ]);
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await tower.economy.job(jobId)).toMatchObject({ refund: "credited", owedSats: 0, paidBackSats: 70 });
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 570 });
  expect(await balances(tower)).toMatchObject({ [`session:${id}`]: -570_000n });
  await expect(claim(tower, jobId, { sessionId: id })).rejects.toMatchObject({ code: "nothing_owed" });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("asked again under the same id a credit is the one that was given", async () => {
  const tower = await opened();
  const jobId = await owing(tower);
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  for (const _ of [1, 2]) {
    expect(await claim(tower, jobId, { sessionId: id }, requestId("credit"))).toEqual({ jobId });
  }
  expect(await anna.now(id)).toMatchObject({ balanceSats: 570 });
});

test("a refund goes to a session that lives, of the same owner, and to no two places", async () => {
  const tower = await opened();
  const jobId = await owing(tower);
  const [anna, bert] = [sessionsOf(tower, ANNA), sessionsOf(tower, BERT)];
  const [own, berts, unpaid] = [await anna.paid(500), await bert.paid(500), (await anna.open(500)).id];
  const over = await anna.paid(500);
  await anna.close(over);
  const paymentRequest = outsideInvoice(sats(70), START);
  const refused: readonly (readonly [Where, string])[] = [
    [{ sessionId: berts }, "forbidden"],
    [{ sessionId: unpaid }, "session_not_active"],
    [{ sessionId: over }, "session_not_active"],
    [{ sessionId: own, paymentRequest }, "bad_request"],
    [{ sessionId: own, lightningAddress: "anna@example.com" }, "bad_request"],
    [{ paymentRequest, lightningAddress: "anna@example.com" }, "bad_request"],
  ];
  for (const [where, code] of refused) {
    await expect(claim(tower, jobId, where)).rejects.toMatchObject({ code });
  }
  await expect(claim(tower, jobId, { sessionId: berts }, newRequestId(), BERT)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await tower.economy.job(jobId)).toMatchObject({ refund: "owed", owedSats: 70 });
  expect(await anna.now(own)).toMatchObject({ balanceSats: 500 });
});

test("a refund that is on its way is put on no session", async () => {
  const outside = createOutside();
  outside.payouts = "answer lost";
  const tower = await opened({ outside });
  const jobId = await owing(tower);
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  await claim(tower, jobId, {});
  await tower.until(jobId, (job) => job.refund === "unknown");
  await expect(claim(tower, jobId, { sessionId: id })).rejects.toMatchObject({ code: "payout_in_flight" });
  expect(await anna.now(id)).toMatchObject({ balanceSats: 500 });
});

/** A job that was paid 2 sats too much, on a wallet that has no purses. */
async function overpaid(tower: TestEconomy, outside: ReturnType<typeof createOutside>): Promise<JobRecord> {
  const jobId = await tower.request(ANNA);
  const job = await tower.until(jobId, () => true);
  const { paymentHash } = decodeInvoice(job.evalInvoice?.paymentRequest ?? "");
  outside.pay(paymentHash, { amount: msat(12_000n), at: START });
  await tower.economy.reconcile(paymentHash);
  return tower.until(jobId, (now) => now.workInvoice !== undefined);
}

test("what is less than Lightning carries stays owed, and a session takes it", async () => {
  const outside = createOutside();
  const tower = await opened({ outside, isReal: true });
  const { jobId } = await overpaid(tower, outside);
  const paymentRequest = outsideInvoice(sats(2), START);
  for (const where of [{ paymentRequest }, { lightningAddress: "anna@example.com" }]) {
    await expect(claim(tower, jobId, where)).rejects.toMatchObject({ code: "below_minimum" });
  }
  await expect(claim(tower, jobId, {})).rejects.toMatchObject({ code: "no_amount" });
  expect(await tower.economy.job(jobId)).toMatchObject({ refund: "owed", owedSats: 2 });
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(100);
  tower.wallet.payFromPurse(ANNA, (await anna.now(id)).paymentRequest ?? "");
  await anna.until(id, ({ state }) => state === "active");
  await claim(tower, jobId, { sessionId: id });
  expect(await anna.now(id)).toMatchObject({ balanceSats: 102 });
  expect(tower.failures).toEqual([]);
});

/** An address payer that gives out invoices of another node, and says what it was asked for. */
function addresses() {
  const asked: (readonly [string, Sats])[] = [];
  const broken = { isBroken: false };
  return {
    asked,
    broken,
    addressPayer: {
      async invoiceFor(address: string, amount: Sats) {
        asked.push([address, amount]);
        if (broken.isBroken) throw new RefusalError("address_unreachable", "The server does not answer.");
        return outsideInvoice(amount, START);
      },
    },
  };
}
/** A job that is done on a wallet without purses, with 70 sats owed. */
async function owingReal(tower: TestEconomy): Promise<JobId> {
  const jobId = await tower.request(ANNA);
  for (const type of ["evalInvoice", "workInvoice"] as const) {
    const job = await tower.until(jobId, (now) => now[type] !== undefined);
    tower.wallet.payFromPurse(ANNA, job[type]?.paymentRequest ?? "");
  }
  await tower.until(jobId, (job) => job.refund === "owed");
  return jobId;
}

test("a Lightning Address is asked for an invoice over exactly what is owed, and not again once that is kept", async () => {
  const { addressPayer, asked, broken } = addresses();
  const tower = await opened({ isReal: true, addressPayer });
  const jobId = await owingReal(tower);
  const where = { lightningAddress: "anna@example.com" };
  broken.isBroken = true;
  await expect(claim(tower, jobId, where, requestId("address"))).rejects.toMatchObject({
    message: "The server does not answer.",
  });
  expect(await tower.economy.job(jobId)).toMatchObject({ refund: "owed", owedSats: 70 });
  broken.isBroken = false;
  await claim(tower, jobId, where, requestId("address"));
  await tower.until(jobId, (job) => job.refund === "paid");
  expect(await claim(tower, jobId, where, requestId("address"))).toEqual({ jobId });
  expect(asked).toEqual([
    ["anna@example.com", 70],
    ["anna@example.com", 70],
  ]);
  expect(tower.wallet.holdings().outside).toBe(70_000n);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("an address is asked again only while its claim was not kept, wherever the tower died", async () => {
  const { addressPayer, asked } = addresses();
  const directory = testDirectory();
  const clock = createTestClock();
  const brain = createTestBrain();
  const before = await openTestEconomy(directory, { clock, isReal: true, addressPayer });
  const jobId = await owingReal(before);
  await before.close();
  const where = { lightningAddress: "anna@example.com" };
  for (const death of ["before a payout", "after a payout"]) {
    const mortal = createMortal(death, brain);
    let raw: { abandon(): Promise<void> } | undefined;
    const opening = openTestEconomy(directory, {
      ...mortal.options,
      clock,
      isReal: true,
      addressPayer,
      opened: (handles) => {
        raw = handles;
      },
    });
    opening.then((tower) => claim(tower, jobId, where, requestId("address"))).catch(() => undefined);
    expect(await mortal.died).toBe(death);
    await raw?.abandon();
    clock.forgetTimers();
  }
  const after = await openTestEconomy(directory, { clock, isReal: true, addressPayer });
  onTestFinished(() => after.close());
  await claim(after, jobId, where, requestId("address"));
  await after.until(jobId, (job) => job.refund === "paid");
  expect(asked).toHaveLength(1);
  expect(after.wallet.holdings().outside).toBe(70_000n);
  expect(await audit(after)).toEqual(IN_ORDER);
});
