import { expect, test } from "vitest";
import { sessionId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { testDirectory } from "./testing/directory.ts";
import { ALPHA, ANNA, newRequestId, openTestEconomy, visitor } from "./testing/economy.ts";

test("an invoice that was made for a session is named to the same intent again, and its secret is not", async () => {
  const tower = await openTestEconomy(testDirectory());
  const { economy } = tower;
  const anna = visitor(ANNA);
  const open = { type: "session_open", requestId: newRequestId(), amountSats: sats(1000) } as const;
  const { secret, ...opened } = await economy.perform(anna, open);
  expect(secret).toBeDefined();
  expect(opened).toEqual({
    sessionId: expect.any(String),
    invoice: {
      paymentRequest: expect.stringMatching(/^lnbcrt10u1/),
      paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      amountSats: 1000,
      expiresAt: tower.clock.now() + 900_000,
    },
  });
  expect(await economy.perform(anna, open)).toEqual(opened);
  const id = opened.sessionId ?? sessionId("none");
  await economy.perform(anna, { type: "session_pay", requestId: newRequestId(), sessionId: id });
  const topUps = [200, 300].map((amount) => ({
    type: "session_topup" as const,
    requestId: newRequestId(),
    sessionId: id,
    amountSats: sats(amount),
  }));
  const made = await Promise.all(topUps.map((topUp) => economy.perform(anna, topUp)));
  expect(made.map(({ invoice }) => invoice?.amountSats)).toEqual([200, 300]);
  expect(await Promise.all(topUps.map((topUp) => economy.perform(anna, topUp)))).toEqual(made);
  await tower.close();
});

test("a session from its deposit over two requests to what is left of it", async () => {
  const tower = await openTestEconomy(testDirectory());
  const { economy } = tower;
  const anna = visitor(ANNA);
  const opened = await economy.perform(anna, {
    type: "session_open",
    requestId: newRequestId(),
    amountSats: sats(1000),
  });
  const id = opened.sessionId ?? sessionId("none");
  expect(opened.secret).toEqual({
    macaroon: expect.any(String),
    recoveryCode: expect.stringMatching(/^[a-z2-7-]{32}$/),
  });
  expect(await economy.session(id)).toMatchObject({ state: "awaiting_payment", amountSats: 1000 });
  await economy.perform(anna, { type: "session_pay", requestId: newRequestId(), sessionId: id });
  expect(await economy.session(id)).toMatchObject({ state: "active", balanceSats: 1000, reservedSats: 0 });
  for (const left of [780, 560]) {
    const { jobId } = await economy.perform(anna, {
      type: "job_request",
      requestId: newRequestId(),
      agentId: ALPHA,
      request: "Summarise this.",
      funding: "session",
      sessionId: id,
    });
    if (jobId === undefined) throw new Error("no job");
    const job = await tower.until(jobId, (now) => now.phase === "closed");
    expect(job).toMatchObject({ outcome: "completed", actualCostSats: 210, refund: "credited", owedSats: 0 });
    expect(await economy.session(id)).toMatchObject({ balanceSats: left, reservedSats: 0 });
  }
  await economy.perform(anna, { type: "session_close", requestId: newRequestId(), sessionId: id });
  const closed = await economy.waitForSession(id, (now) => now.refund === "paid", AbortSignal.timeout(5_000));
  expect(closed).toMatchObject({ state: "closed", balanceSats: 0, owedSats: 0 });
  expect(await audit(tower)).toEqual(IN_ORDER);
  expect(await balances(tower)).toMatchObject({ node: 100_440_000n });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 440);
  await tower.close();
});
