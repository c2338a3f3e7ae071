import { expect, onTestFinished, test } from "vitest";
import type { JobId, OwnerId, TokenId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { msat, sats, toMsat } from "../../protocol/units.ts";
import { verifyCredential } from "../access/macaroons/credentials.ts";
import type { TokenOffer } from "./economy.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { createTestClock } from "./testing/clock.ts";
import { testDirectory } from "./testing/directory.ts";
import { ALPHA, ANNA, newRequestId, OPERATOR, openTestEconomy, type TestEconomy } from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";
import { createOutside } from "./testing/outside.ts";

const offer = (tower: TestEconomy): Promise<TokenOffer> => tower.economy.offerToken(ALPHA, "Summarise this.");
const credit = async (tower: TestEconomy, id: TokenId): Promise<number | undefined> =>
  (await tower.economy.token(id))?.creditSats;

/** Asks with a token; `mostSats` is what its credential allows at a time. */
async function ask(tower: TestEconomy, tokenId: TokenId, mostSats?: number): Promise<JobId> {
  const token = await tower.economy.token(tokenId);
  const { jobId } = await tower.economy.perform(
    {
      ownerId: token?.ownerId ?? ("none" as OwnerId),
      role: "visitor",
      tokenId,
      ...(mostSats !== undefined && { mostSats }),
    },
    {
      type: "job_request",
      requestId: newRequestId(),
      agentId: ALPHA,
      request: "Summarise this.",
      funding: "l402",
    },
  );
  if (jobId === undefined) throw new Error("a job request opens a job");
  return jobId;
}
const done = async (tower: TestEconomy, id: TokenId): Promise<JobRecord> =>
  tower.until(await ask(tower, id), ({ phase }) => phase === "closed");

test("a token from its offer to a request, and what is left stays as its credit", async () => {
  const tower = await opened();
  const made = await offer(tower);
  expect(made).toEqual({
    tokenId: expect.stringMatching(/^token_[0-9a-f]{24}$/),
    macaroon: expect.any(String),
    paymentRequest: expect.stringMatching(/^lnbcrt/),
    paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    expiresAt: tower.clock.now() + 900_000,
    quote: await tower.economy.quote(ALPHA, "Summarise this."),
  });
  expect(made.quote).toMatchObject({ evalSats: 10, workSats: 308, totalSats: 318 });
  expect(
    await tower.database.read((sql) => verifyCredential(sql, made.macaroon, tower.clock.now())),
  ).toMatchObject({ kind: "l402", subjectId: made.tokenId, paymentHash: made.paymentHash });
  await expect(ask(tower, made.tokenId)).rejects.toMatchObject({ code: "balance_too_low" });

  tower.wallet.payFromPurse(ANNA, made.paymentRequest);
  await expect.poll(() => credit(tower, made.tokenId)).toBe(318);
  expect(await done(tower, made.tokenId)).toMatchObject({
    funding: "l402",
    tokenId: made.tokenId,
    outcome: "completed",
    refund: "credited",
    owedSats: 0,
    workInvoice: { amountSats: 280, paidBy: "token" },
  });
  expect(await credit(tower, made.tokenId)).toBe(318 - 220);
  await expect(ask(tower, made.tokenId)).rejects.toMatchObject({
    code: "balance_too_low",
    message: "This may cost up to ⚡318, and the token has ⚡98: nothing was debited.",
  });
  expect(await balances(tower)).toMatchObject({ [`token:${made.tokenId}`]: -98_000n });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a token that was paid for twice over serves twice", async () => {
  const outside = createOutside();
  const tower = await opened({ outside });
  const made = await offer(tower);
  outside.pay(made.paymentHash, { amount: toMsat(sats(636)), at: tower.clock.now() });
  await Promise.all([tower.economy.reconcile(made.paymentHash), tower.economy.reconcile(made.paymentHash)]);
  expect(await credit(tower, made.tokenId)).toBe(636);
  const asked = await Promise.allSettled([ask(tower, made.tokenId), ask(tower, made.tokenId)]);
  expect(asked.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  for (const one of asked) {
    if (one.status === "fulfilled") await tower.until(one.value, ({ phase }) => phase === "closed");
  }
  expect(await credit(tower, made.tokenId)).toBe(636 - 440);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("two requests at once with what covers one: the other is refused", async () => {
  const brain = createTestBrain();
  brain.behaviour = { evaluate: "hang" };
  const tower = await opened({ brain });
  const made = await offer(tower);
  tower.wallet.payFromPurse(ANNA, made.paymentRequest);
  await expect.poll(() => credit(tower, made.tokenId)).toBe(318);
  const asked = await Promise.allSettled([ask(tower, made.tokenId), ask(tower, made.tokenId)]);
  expect(asked.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(await credit(tower, made.tokenId)).toBe(0);
});

test("a token that is paid for after its invoice expired, even while the tower was down, is worth what was paid", async () => {
  const outside = createOutside();
  const directory = testDirectory();
  const clock = createTestClock();
  const first = await openTestEconomy(directory, { clock, outside });
  const [late, missed] = [await offer(first), await offer(first)];
  clock.advance(3_600_000);
  outside.pay(late.paymentHash, { amount: msat(318_900n), at: clock.now() });
  await first.economy.reconcile(late.paymentHash);
  expect(await credit(first, late.tokenId)).toBe(318);
  await first.close();
  outside.pay(missed.paymentHash, { amount: toMsat(sats(318)), at: clock.now() });
  const second = await openTestEconomy(directory, { clock, outside });
  onTestFinished(() => second.close());
  expect(await credit(second, missed.tokenId)).toBe(318);
  expect(await done(second, late.tokenId)).toMatchObject({ outcome: "completed" });
  // The part of a sat is still there: funds have back all of it.
  expect(await balances(second)).toMatchObject({ [`token:${late.tokenId}`]: -98_900n });
  expect(await audit(second)).toEqual(IN_ORDER);
});

test("a credential that allows less at a time than a request may cost debits nothing", async () => {
  const tower = await opened();
  const made = await offer(tower);
  tower.wallet.payFromPurse(ANNA, made.paymentRequest);
  await expect.poll(() => credit(tower, made.tokenId)).toBe(318);
  await expect(ask(tower, made.tokenId, 317)).rejects.toMatchObject({ code: "forbidden" });
  expect(await credit(tower, made.tokenId)).toBe(318);
  await ask(tower, made.tokenId, 318);
});

test("no token is offered for an agent that takes no jobs; one that was never made is nobody's", async () => {
  const tower = await opened();
  await tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: ALPHA,
    action: "pause",
  });
  await expect(offer(tower)).rejects.toMatchObject({ code: "agent_unavailable" });
  await expect(tower.economy.quote(ALPHA, "One.")).rejects.toMatchObject({ code: "agent_unavailable" });
  expect(await tower.economy.token("token_none" as TokenId)).toBe(undefined);
  expect(await tower.database.read((sql) => sql.all("SELECT payment_hash FROM invoice"))).toEqual([]);
});

test("an invoice is payable until it is paid or has expired", async () => {
  const tower = await opened();
  const [paid, expired] = [await offer(tower), await offer(tower)];
  expect(await tower.economy.isPayable(paid.paymentHash)).toBe(true);
  tower.wallet.payFromPurse(ANNA, paid.paymentRequest);
  await expect.poll(() => tower.economy.isPayable(paid.paymentHash)).toBe(false);
  tower.clock.advance(900_000);
  expect(await tower.economy.isPayable(expired.paymentHash)).toBe(true);
  tower.clock.advance(1);
  expect(await tower.economy.isPayable(expired.paymentHash)).toBe(false);
  expect(await tower.economy.isPayable("00".repeat(32))).toBe(false);
});
