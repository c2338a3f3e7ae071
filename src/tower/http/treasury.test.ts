import { expect, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { audit, IN_ORDER } from "../economy/testing/books.ts";
import { ALPHA, ANNA, BERT } from "../economy/testing/economy.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import { openEconomyServer, screens } from "./testing/economy-server.ts";

const refused = (status: number, code: string) => ({
  status,
  body: { code, message: expect.stringMatching(/^\S.*[.:]$/s) },
});

const ROUTES = [
  ["GET", "/api/treasury", undefined],
  ["PATCH", "/api/treasury/settings", { marginPercent: 1 }],
  ["POST", "/api/treasury/deposits", { amountSats: 10 }],
  ["POST", "/api/treasury/withdrawals", { amountSats: 10, paymentRequest: "lnbcrt1" }],
  ["GET", "/api/treasury/withdrawals/w", undefined],
  ["POST", "/api/agents/alpha/budget", { dailyBudgetSats: 1 }],
  ["POST", "/api/agents/alpha/topup", { amountSats: 1 }],
  ["POST", "/api/jobs/j/treasury-pay", { invoiceType: "eval" }],
  ["GET", "/api/ledger", undefined],
] as const;

test("nobody but operators gets near the treasury", async () => {
  const { server, ask } = await openEconomyServer();
  const { ownerToken } = await server.access.owners.create();
  const kiosk = await server.access.kiosks.create("hall");
  for (const [method, path, body] of ROUTES)
    for (const token of [undefined, ownerToken, kiosk.token])
      expect([path, await ask(method, path, { token, body })]).toEqual([path, refused(403, "forbidden")]);
});

test("the treasury answers what the screens show, after a job, and with the settings in force", async () => {
  const { ask, tower } = await openEconomyServer();
  const { jobId: id } = await tower.offered(ANNA);
  await tower.pay(ANNA, id, "work");
  await tower.until(id, ({ phase }) => phase === "closed");
  const changed = { dailyLimitSats: 20_000, marginPercent: 55, dailyRoutingSats: 30 };
  expect(await ask("PATCH", "/api/treasury/settings", { body: { dailyLimitSats: 20_000 } })).toEqual({
    status: 200,
    body: { dailyLimitSats: 20_000, marginPercent: 40, dailyRoutingSats: 1_000 },
  });
  const rest = { marginPercent: 55, dailyRoutingSats: 30 };
  expect((await ask("PATCH", "/api/treasury/settings", { body: rest })).body).toEqual(changed);
  expect((await ask("PATCH", "/api/treasury/settings", { body: {} })).body).toEqual(changed);
  const { status, body } = await ask("GET", "/api/treasury");
  tower.clock.advance(200);
  await expect.poll(() => screens(tower.board).dailyLimitSats).toBe(20_000);
  const { type: _type, btcPriceSource, btcPriceUsd, pendingInvoices, ...figures } = screens(tower.board);
  expect([btcPriceSource, btcPriceUsd, pendingInvoices]).toEqual(["operator", 100_000, 0]);
  expect({ status, body }).toEqual({ status: 200, body: { ...figures, settings: changed } });
  expect(body).toMatchObject({
    earnedTodaySats: 220,
    netTodaySats: body.earnedTodaySats - body.dailyBurnSats,
  });
});

test.each([
  ["/api/treasury/settings", { dailyLimitSats: -1 }],
  ["/api/treasury/settings", { marginPercent: 1_001 }],
  ["/api/treasury/settings", { marginPercent: 1.5 }],
  ["/api/treasury/settings", { margin: 5 }],
])("PATCH %s of %j is refused and changes nothing", async (path, body) => {
  const { ask, tower } = await openEconomyServer();
  const before = tower.economy.treasury.settings();
  expect(await ask("PATCH", path, { body })).toEqual(refused(400, "bad_request"));
  expect(tower.economy.treasury.settings()).toEqual(before);
});

test("a deposit counts once its invoice is paid, and not before", async () => {
  const { ask, tower } = await openEconomyServer();
  const treasury = async () => (await ask("GET", "/api/treasury")).body.treasurySats;
  const made = await ask("POST", "/api/treasury/deposits", { body: { amountSats: 500 } });
  expect(made).toEqual({
    status: 201,
    body: {
      amountSats: 500,
      paymentRequest: expect.stringMatching(/^lnbcrt/),
      paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      expiresAt: new Date(tower.clock.now() + 3_600_000).toISOString(),
    },
  });
  expect(await treasury()).toBe(100_000);
  tower.wallet.payFromPurse(BERT, made.body.paymentRequest);
  await tower.economy.reconcile(made.body.paymentHash);
  expect(await treasury()).toBe(100_500);
  for (const amountSats of [0, -5, 1.5, 1_000_000_001])
    expect(await ask("POST", "/api/treasury/deposits", { body: { amountSats } })).toEqual(
      refused(400, "bad_request"),
    );
});

test("a withdrawal is made once per Idempotency-Key, and looked at until it is paid", async () => {
  const { ask, tower } = await openEconomyServer();
  const { paymentRequest } = tower.wallet.makePurseInvoice(BERT, sats(300));
  const asked = {
    body: { amountSats: 300, paymentRequest },
    headers: { "idempotency-key": "rent" },
  };
  const first = await ask("POST", "/api/treasury/withdrawals", asked);
  expect(first).toEqual({
    status: first.body.state === "paid" ? 200 : 202,
    body: { withdrawalId: "rent", amountSats: 300, state: expect.stringMatching(/^(paying|paid)$/) },
  });
  const look = async () => (await ask("GET", "/api/treasury/withdrawals/rent")).body;
  await expect.poll(look).toEqual({ withdrawalId: "rent", amountSats: 300, state: "paid" });
  expect(await ask("POST", "/api/treasury/withdrawals", asked)).toEqual({ status: 200, body: await look() });
  expect(
    await ask("POST", "/api/treasury/withdrawals", { ...asked, body: { amountSats: 301, paymentRequest } }),
  ).toEqual(refused(409, "conflict"));
  expect(tower.wallet.purse(BERT).balance).toBe(10_300);
  expect(await ask("GET", "/api/treasury/withdrawals/none")).toEqual(refused(404, "not_found"));
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a withdrawal that is asked for many times at once under one key is made once", async () => {
  const { ask, tower } = await openEconomyServer();
  const { paymentRequest } = tower.wallet.makePurseInvoice(BERT, sats(300));
  const asked = { body: { amountSats: 300, paymentRequest }, headers: { "idempotency-key": "rent" } };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => ask("POST", "/api/treasury/withdrawals", asked)),
  );
  for (const { body } of answers) expect(body).toMatchObject({ withdrawalId: "rent", amountSats: 300 });
  const look = async () => (await ask("GET", "/api/treasury/withdrawals/rent")).body.state;
  await expect.poll(look).toBe("paid");
  expect(tower.wallet.purse(BERT).balance).toBe(10_300);
  expect((await ask("GET", "/api/treasury")).body).toMatchObject({
    spentTodaySats: 300,
    treasurySats: 99_700,
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a withdrawal without a key is one of its own; what cannot be paid is refused and leaves nothing", async () => {
  const { ask, tower } = await openEconomyServer();
  const withdraw = (body: object) => ask("POST", "/api/treasury/withdrawals", { body });
  const invoice = (amount: number) => outsideInvoice(sats(amount), tower.clock.now());
  await ask("PATCH", "/api/treasury/settings", { body: { dailyLimitSats: 1_000 } });
  expect(await withdraw({ amountSats: 10, paymentRequest: "lnbc1" })).toEqual(
    refused(400, "malformed_invoice"),
  );
  expect(await withdraw({ amountSats: 10, paymentRequest: invoice(11) })).toEqual(
    refused(400, "wrong_amount"),
  );
  expect(await withdraw({ amountSats: 10 })).toEqual(refused(400, "no_amount"));
  expect(await withdraw({ amountSats: 10, lightningAddress: "a@b.example" })).toEqual(
    refused(400, "wrong_network"),
  );
  expect(await withdraw({ amountSats: 1_001, paymentRequest: invoice(1_001) })).toEqual(
    refused(409, "daily_limit"),
  );
  expect(await withdraw({ amountSats: 200_000, paymentRequest: invoice(200_000) })).toEqual(
    refused(409, "treasury_too_low"),
  );
  const { withdrawalId } = (await withdraw({ amountSats: 10, paymentRequest: invoice(10) })).body;
  expect(withdrawalId).toMatch(/^withdrawal_[0-9a-f]{16}$/);
  const look = async () => (await ask("GET", `/api/treasury/withdrawals/${withdrawalId}`)).body;
  await expect.poll(async () => (await look()).state).toBe("paid");
  expect((await ask("GET", "/api/treasury")).body).toMatchObject({
    treasurySats: 99_990,
    spentTodaySats: 10,
  });
});

test("an agent's budget is set, and topped up once per Idempotency-Key", async () => {
  const { ask, tower } = await openEconomyServer();
  const budgets = () =>
    tower.database.read((sql) =>
      sql.all(
        `SELECT own_budget_msat, topped_up_msat FROM agent LEFT JOIN agent_spend USING (agent_id)
         WHERE agent_id = ?`,
        ALPHA,
      ),
    );
  expect(await ask("POST", "/api/agents/alpha/budget", { body: { dailyBudgetSats: 700 } })).toEqual({
    status: 200,
    body: { agentId: "alpha", dailyBudgetSats: 700 },
  });
  const topUp = { body: { amountSats: 50 }, headers: { "idempotency-key": "more" } };
  for (const _ of ["once", "again"])
    expect(await ask("POST", "/api/agents/alpha/topup", topUp)).toEqual({
      status: 200,
      body: { agentId: "alpha", amountSats: 50 },
    });
  expect(await ask("POST", "/api/agents/alpha/topup", { ...topUp, body: { amountSats: 51 } })).toEqual(
    refused(409, "conflict"),
  );
  expect(await budgets()).toEqual([{ own_budget_msat: 700_000n, topped_up_msat: 50_000n }]);
  for (const [path, body] of [
    ["budget", { dailyBudgetSats: 1 }],
    ["topup", { amountSats: 1 }],
  ] as const)
    expect(await ask("POST", `/api/agents/nobody/${path}`, { body })).toEqual(refused(404, "unknown_agent"));
});

test("the treasury pays for somebody's job, each invoice once", async () => {
  const { ask, tower } = await openEconomyServer();
  const id = await tower.request(ANNA);
  const pay = (invoiceType: string, job = id) =>
    ask("POST", `/api/jobs/${job}/treasury-pay`, { body: { invoiceType } });
  expect(await pay("work")).toEqual(refused(404, "unknown_invoice"));
  expect(await pay("eval")).toMatchObject({ status: 200, body: { jobId: id } });
  expect(await pay("eval")).toEqual(refused(409, "already_paid"));
  await tower.until(id, ({ phase }) => phase === "awaiting_work_payment");
  expect((await pay("work")).status).toBe(200);
  expect(await tower.until(id, ({ phase }) => phase === "closed")).toMatchObject({
    outcome: "completed",
    owedSats: 0,
  });
  expect(await pay("eval", jobId("none"))).toEqual(refused(404, "unknown_job"));
  expect((await ask("GET", "/api/treasury")).body.earnedTodaySats).toBe(0);
  expect(await audit(tower)).toEqual(IN_ORDER);
});
